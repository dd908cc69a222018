import { Command, Option } from 'commander';
import { PLATFORMS, type Platform } from '../shared/domain/platform.ts';
import { wirePublishing } from '../wiring/publishing.ts';
import type { Replayed, ReplayOptions } from '../workers/replay.ts';
import { withContext } from './context.ts';
import { NegativeAnswer, UsageError } from './exit-codes.ts';
import { readMoment } from './moment-argument.ts';
import { print, printJson, tell, when } from './output.ts';

interface ReplayArguments {
  readonly from: string;
  readonly to?: string;
  readonly platform?: Platform;
  readonly dryRun?: true;
  readonly json?: true;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description(
      'Publishes again what was published in a span of time, for a shard that has lost it: the same events under the same ids, marked as repeats (Metadata.Repeat). Nobody who has handled them hears news: docs/replay.md says how. Takes at most half of PUBLISH_RATE.',
    )
    .requiredOption(
      '--from <time>',
      'published at or after it: 2026-09-26T10:00Z (UTC without a zone), or how long ago: 2h',
    )
    .option('--to <time>', 'published before it; now when not given')
    .addOption(new Option('--platform <name>', 'only this platform').choices(PLATFORMS))
    .option('--dry-run', 'only say how much it would be')
    .option('--json', 'print JSON: one object')
    .addHelpText(
      'after',
      `
Examples:
  $ tallylight replay --from 2h --dry-run
  $ tallylight replay --from 2026-09-26T10:00Z --to 2026-09-26T10:30Z --platform twitch`,
    )
    .action((given: ReplayArguments) => {
      const options = readOptions(given, new Date());
      return withContext({}, async (context) => {
        const publishing = wirePublishing(context);
        try {
          answer(await publishing.replay(options), options, given.json ?? false);
        } finally {
          await publishing.close();
        }
      });
    });
}

function readOptions({ from, to, platform, dryRun }: ReplayArguments, now: Date): ReplayOptions {
  const span = { from: readMoment(from, now), to: to === undefined ? now : readMoment(to, now) };
  if (span.from >= span.to) {
    throw new UsageError(`--from (${when(span.from)}) is not before --to (${when(span.to)})`);
  }
  return { ...span, platform: platform ?? null, dryRun: dryRun ?? false };
}

function answer(replayed: Replayed, { from, to, dryRun }: ReplayOptions, json: boolean): void {
  const { events, streams, heardBy } = replayed;
  const unheard = !dryRun && events > 0 && heardBy === 0;
  if (json) printJson({ ...replayed, from, to, dryRun });
  else print(`${events} events with ${streams} streams, from ${when(from)} to ${when(to)}: ${told(replayed, dryRun)}`);
  if (!unheard) return;
  tell('nobody listened to some of it: start the shard that needs it, then replay again');
  throw new NegativeAnswer('nobody listened');
}

function told({ events, heardBy }: Replayed, dryRun: boolean): string {
  if (dryRun) return 'not published again';
  return events === 0 ? 'nothing to publish again' : `published again, each heard by ${heardBy} or more`;
}
