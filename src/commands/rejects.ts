import { Command, InvalidArgumentError } from 'commander';
import type { Context } from '../context.ts';
import { nameText } from '../shared/platforms/adapter.ts';
import { createNameStore, type PendingName } from '../shared/store/name-store.ts';
import { createRejectStore, isWhole, type Reject } from '../shared/store/reject-store.ts';
import { withContext } from './context.ts';
import { replayReject } from './replay-reject.ts';
import { colors, print, printable, printJson, printTable, tell, when } from './output.ts';

interface ListOptions {
  readonly limit: number;
  readonly json?: true;
}

export function rejectsCommand(): Command {
  const command = new Command('rejects')
    .description('Shows the messages that could not be used, newest first, and has them read again.')
    .addHelpText(
      'after',
      `
Examples:
  $ tallylight rejects                       the newest
  $ tallylight rejects show 17               all that was kept of one
  $ tallylight rejects replay 17             have it read again, once its cause is gone
  $ tallylight rejects names                 follows by names that nobody has resolved yet
  $ tallylight rejects list --json | jq -r '.[].reason'`,
    );
  command.addCommand(listing('list', 'show the newest', list), { isDefault: true });
  command.addCommand(listing('names', 'show the names that wait to be resolved', names));
  command.addCommand(byId('show', 'show one whole', show).option('--json', 'print JSON: one object'));
  command.addCommand(byId('replay', 'have one read again', replay));
  return command;
}

function listing(
  name: string,
  summary: string,
  act: (context: Context, options: ListOptions) => Promise<void>,
): Command {
  return new Command(name)
    .description(summary)
    .option('--limit <number>', 'at most so many', limitFrom, 50)
    .option('--json', 'print JSON: one array')
    .action((options: ListOptions) => withContext({}, (context) => act(context, options)));
}

function byId(
  name: string,
  summary: string,
  act: (context: Context, id: bigint, options: { json?: true }) => Promise<void>,
): Command {
  return new Command(name)
    .description(summary)
    .argument('<id>', 'its number, as the list shows it', idFrom)
    .action((id: bigint, options: { json?: true }) => withContext({}, (context) => act(context, id, options)));
}

async function list({ database }: Context, { limit, json }: ListOptions): Promise<void> {
  const store = createRejectStore(database);
  const [rejects, count] = [await store.list(limit), await store.count()];
  if (json) return printJson(rejects.map(plain));
  if (count === 0) return print('No message was refused.');
  printTable(
    ['id', 'received', 'channel', 'bytes', 'replayed', 'reason'],
    rejects.map(({ id, receivedAt, channel, size, replayedAt, reason }) => [
      String(id),
      when(receivedAt),
      channel,
      size,
      when(replayedAt),
      reason.length > 100 ? `${reason.slice(0, 99)}…` : reason,
    ]),
  );
  print(`\n${rejects.length} of ${count}; see one whole with: tallylight rejects show ID`);
}

async function names({ database }: Context, { limit, json }: ListOptions): Promise<void> {
  const waiting = await createNameStore(database).waiting(limit);
  if (json) return printJson(waiting);
  if (waiting.length === 0) return print('No name waits to be resolved.');
  printTable(['name', 'wishes', 'tries', 'since', 'next try', 'why not yet'], waiting.map(nameRow));
}

function nameRow(name: PendingName) {
  const { wishes, tries, since, nextTryAt, lastError } = name;
  return [nameText(name), wishes, tries, when(since), when(nextTryAt), lastError ?? 'not tried yet'];
}

async function show({ database }: Context, id: bigint, { json }: { json?: true }): Promise<void> {
  const reject = await find(database, id);
  if (json) return printJson(plain(reject));
  const { channel, receivedAt, replayedAt, size, reason, payload } = reject;
  print(`${colors.bold('channel')}   ${channel}`);
  print(`${colors.bold('received')}  ${when(receivedAt)}`);
  print(`${colors.bold('replayed')}  ${when(replayedAt)}`);
  print(`${colors.bold('bytes')}     ${size}${isWhole(reject) ? '' : ' (not kept whole, cannot be replayed)'}`);
  print(`${colors.bold('reason')}    ${printable(reason)}\n`);
  print(printable(payload));
}

async function replay(context: Context, id: bigint): Promise<void> {
  const reject = await find(context.database, id);
  if (reject.replayedAt) tell(`was replayed before, at ${when(reject.replayedAt)}`);
  const done = await replayReject(context, reject);
  await createRejectStore(context.database).markReplayed(id, context.clock.now());
  print(done);
}

async function find(database: Context['database'], id: bigint): Promise<Reject> {
  const reject = await createRejectStore(database).get(id);
  if (!reject) throw new Error(`reject ${id}: there is none; see which there are with: tallylight rejects`);
  return reject;
}

function plain(reject: Reject) {
  return { ...reject, id: String(reject.id), whole: isWhole(reject) };
}

function idFrom(text: string): bigint {
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError('expected a number, as "tallylight rejects" shows it');
  return BigInt(text);
}

function limitFrom(text: string): number {
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 10_000) throw new InvalidArgumentError('expected a whole number from 1 to 10000');
  return limit;
}
