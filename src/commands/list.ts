import { Command, Option } from 'commander';
import { PLATFORMS, type Platform } from '../shared/domain/platform.ts';
import { isCategory, keyText } from '../shared/domain/stream-key.ts';
import { type ListedKey, listKeys } from '../shared/store/listing-store.ts';
import { withContext } from './context.ts';
import { type Cell, colors, print, printJson, printTable, when } from './output.ts';

interface ListOptions {
  readonly platform?: Platform;
  readonly live?: true;
  readonly json?: true;
}

export function listCommand(): Command {
  return new Command('list')
    .description('Shows every stream key that a guild follows: its follows, its state and what is on air.')
    .addOption(new Option('--platform <name>', 'only this platform').choices(PLATFORMS))
    .option('--live', 'only what is on air')
    .option('--json', 'print JSON: one array')
    .addHelpText(
      'after',
      `
Examples:
  $ tallylight list --live
  $ tallylight list --platform twitch --json | jq -r '.[].identifier'`,
    )
    .action((options: ListOptions) =>
      withContext({}, async ({ database }) => {
        const filter = { platform: options.platform ?? null, liveOnly: options.live ?? false };
        const keys: ListedKey[] = [];
        for await (const page of listKeys(database, filter)) keys.push(...page);
        if (options.json) return printJson(keys.map((key) => ({ ...key, state: stateOf(key) })));
        show(keys);
      }),
    );
}

function show(keys: readonly ListedKey[]): void {
  if (keys.length === 0) {
    print('No key is tracked that fits. Follow one with: tallylight follow --help');
    return;
  }
  printTable(
    ['key', 'name', 'follows', 'state', 'broadcast', 'since', 'last live', 'pace', 'pushed since'],
    keys.map(row),
  );
  print(`\n${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`);
}

function row(key: ListedKey): Cell[] {
  const { broadcast } = key;
  const state = stateOf(key);
  const since = broadcast?.state === 'live' ? broadcast.startedAt : (broadcast?.scheduledStart ?? null);
  return [
    keyText(key),
    short(key.login ?? key.title ?? '–', 24),
    key.follows,
    { text: state, paint: PAINTS[state] },
    broadcast ? short(`${broadcast.id} ${broadcast.title}`, 48) : '–',
    when(since === null ? null : new Date(since)),
    when(key.lastLiveAt),
    key.pace,
    when(key.pushedAt),
  ];
}

type KeyState = 'live' | 'quarantined' | 'scheduled' | 'category' | 'offline';

const PAINTS: Record<KeyState, (text: string) => string> = {
  live: colors.red,
  quarantined: colors.yellow,
  scheduled: colors.cyan,
  category: String,
  offline: colors.dim,
};

function stateOf(key: ListedKey): KeyState {
  if (key.broadcast?.state === 'live') return 'live';
  if (key.quarantinedAt) return 'quarantined';
  if (isCategory(key)) return 'category';
  return key.broadcast ? 'scheduled' : 'offline';
}

function short(text: string, length: number): string {
  const characters = [...text];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : text;
}
