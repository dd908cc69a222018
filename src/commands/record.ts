import { Command } from 'commander';
import type { Context } from '../context.ts';
import type { RecordingState } from '../shared/domain/recording.ts';
import { isCategory, keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { type ListedMark, type ListedRequest, listMarks, listRequests } from '../shared/store/recording-listing.ts';
import { RECORDED_PLATFORMS } from '../shared/store/recording-store.ts';
import { wireTracking } from '../wiring/tracking.ts';
import { withContext } from './context.ts';
import { UsageError } from './exit-codes.ts';
import { KEY_HELP, readKeyArgument } from './key-argument.ts';
import { knownKey } from './known-key.ts';
import { type Cell, colors, print, printJson, printTable, when } from './output.ts';
import { targetText } from './wish.ts';

export function recordCommand(): Command {
  const command = new Command('record')
    .description('Has the recorder record a channel whenever it is on air, and shows what was asked of the recorder.')
    .addHelpText(
      'after',
      `
${KEY_HELP}

A marked channel is watched whether or not a guild follows it. Role sync asks the recorder, once for each broadcast: on
YouTube a minute before its scheduled start, elsewhere when it is live.

Examples:
  $ tallylight record on https://www.youtube.com/@natorisana
  $ tallylight record off twitch/141981764
  $ tallylight record list                   what is marked, and what came of the last requests`,
    );
  command.addCommand(marking('on', 'mark a channel to be recorded'));
  command.addCommand(marking('off', 'take the mark away'));
  command.addCommand(
    new Command('list')
      .description('show what is marked, and what was asked of the recorder')
      .option('--json', 'print JSON: one object')
      .action(({ json }: { json?: true }) => withContext({}, (context) => list(context, json === true))),
    { isDefault: true },
  );
  return command;
}

function marking(name: 'on' | 'off', summary: string): Command {
  return new Command(name)
    .description(summary)
    .argument('<key>', 'the channel')
    .action((text: string) => {
      const target = readKeyArgument(text);
      refuseUnrecorded(target);
      return withContext({}, async (context) => mark(context, name, await knownKey(context, target)));
    });
}

function refuseUnrecorded(target: ReturnType<typeof readKeyArgument>): void {
  if (!RECORDED_PLATFORMS.includes(target.platform)) {
    throw new UsageError(
      `${targetText(target)}: the recorder has no channel for ${target.platform}, so nobody would record it`,
    );
  }
  if ('identifier' in target && isCategory(target)) {
    throw new UsageError(`${targetText(target)}: a category is many channels; mark each that is to be recorded`);
  }
}

async function mark(context: Context, name: 'on' | 'off', key: StreamKey): Promise<void> {
  const tracking = wireTracking(context);
  const pin = { ...key, reason: 'record', source: 'cli' } as const;
  try {
    await tracking.applyPins(name === 'on' ? { added: [pin], removed: [] } : { added: [], removed: [pin] });
  } finally {
    await tracking.close();
  }
  const [left] = (await listMarks(context.database)).filter((each) => keyText(each) === keyText(key));
  if (name === 'on') print(`${keyText(key)} is marked: the recorder is asked for each of its broadcasts`);
  else if (left) print(`${keyText(key)} is still marked ${byText(left)}; only that can take it away`);
  else
    print(`${keyText(key)} is not marked now: the recorder is asked no more; what it records already it goes on with`);
}

async function list({ database }: Context, json: boolean): Promise<void> {
  const [marked, requests] = [await listMarks(database), await listRequests(database)];
  if (json) return printJson({ marked, requests });
  if (marked.length === 0) print('No channel is marked to be recorded. Mark one with: tallylight record on KEY');
  else
    printTable(
      ['marked', 'name', 'by'],
      marked.map((each) => [keyText(each), each.login ?? each.title ?? '–', byText(each)]),
    );
  if (requests.length === 0) return;
  print('');
  printTable(
    ['broadcast', 'of', 'request', 'heard by', 'tries', 'sent', 'due', 'recorder says', 'at'],
    requests.map(requestRow),
  );
  const deaf = requests.some(({ state }) => state === 'unheard');
  if (deaf)
    print(
      '\nunheard: no recorder listens. Start it; the request is sent again until it does, while the broadcast lasts.',
    );
}

function byText({ notice, cli, follow }: ListedMark): string {
  const by = [
    ...(notice ? ['by the bot’s tables'] : []),
    ...(cli ? ['by command'] : []),
    ...(follow ? ['by a follow'] : []),
  ];
  return by.join(', ');
}

const PAINTS: Record<RecordingState, (text: string) => string> = {
  waiting: colors.cyan,
  unheard: colors.red,
  heard: String,
  over: colors.dim,
};

function requestRow(request: ListedRequest): Cell[] {
  const { platform, identifier, broadcastId, state, receivers, tries, sentAt, nextTryAt, said, saidAt } = request;
  return [
    `${platform}/${broadcastId}`,
    identifier,
    { text: state, paint: PAINTS[state] },
    receivers,
    tries,
    when(sentAt),
    when(state === 'waiting' || state === 'unheard' ? nextTryAt : null),
    said ?? '–',
    when(saidAt),
  ];
}
