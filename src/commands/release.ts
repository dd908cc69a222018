import { Command } from 'commander';
import { shown } from '../shared/domain/shown.ts';
import { keyText, parseKeyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { wireTracking } from '../wiring/tracking.ts';
import { withContext } from './context.ts';
import { UsageError } from './exit-codes.ts';
import { print } from './output.ts';

export function releaseCommand(): Command {
  return new Command('release')
    .description(
      'Takes a key out of quarantine and asks for a look at it now. A key gets there when its platform has said three times in a row that there is no such channel; its follows stay, it is only looked at rarely. It is released by itself when a look finds it again.',
    )
    .argument('<key>', 'the stream key as "tallylight list" shows it', readKeyText)
    .addHelpText('after', '\nExample:\n  $ tallylight release twitch/123456789')
    .action((key: StreamKey) => release(key));
}

async function release(key: StreamKey): Promise<void> {
  await withContext({}, async (context) => {
    const tracking = wireTracking(context);
    try {
      const released = await tracking.tracking.release(key);
      await tracking.align([key]);
      if (released) await tracking.requestPolls([key], 'released');
      print(released ? `${keyText(key)} is released; it is looked at now` : `${keyText(key)} is not in quarantine`);
    } finally {
      await tracking.close();
    }
  });
}

function readKeyText(text: string): StreamKey {
  const key = parseKeyText(text);
  if (key) return key;
  throw new UsageError(`${shown(text)} is no stream key: expected platform/identifier, such as twitch/123456789`);
}
