import { Command } from 'commander';
import type { Context } from '../context.ts';
import { ConfigError } from '../shared/config/config.ts';
import { readSettings, refusal, type SettingRow } from '../shared/config/settings.ts';
import { LIVE_NAMES } from '../shared/config/variables.ts';
import { createSettingStore } from '../shared/store/setting-store.ts';
import { withContext } from './context.ts';
import { type DescribedSetting, describeSettings, ignoredRows } from './describe-settings.ts';
import { print, printJson, printTable, when } from './output.ts';

interface Options {
  readonly json?: true;
}

export function settingsCommand(): Command {
  const command = new Command('settings')
    .description('Shows and changes settings while the cluster runs. Every process follows within seconds.')
    .addHelpText('after', HELP);
  command.addCommand(
    subcommand('get', 'show what can be changed, and what is in force')
      .argument('[name]', 'only this one')
      .action((name: string | undefined, options: Options) =>
        withContext({}, (context) => get(context, name, options)),
      ),
    { isDefault: true },
  );
  command.addCommand(
    subcommand('set', 'change one, in every process, until it is unset')
      .argument('<name>', 'which one')
      .argument('<value>', 'as it would be written in the environment')
      .action((name: string, value: string, options: Options) => {
        refuseUnfit(name, value);
        return withContext({}, (context) => set(context, { name, value: value.trim() }, options));
      }),
  );
  command.addCommand(
    subcommand('unset', 'return to what the environment says')
      .argument('<name>', 'which one')
      .action((name: string, options: Options) => withContext({}, (context) => unset(context, name, options))),
  );
  return command;
}

const HELP = `
They are kept in Postgres, and come before the environment, which comes before the defaults.
These can be changed:
${columns(LIVE_NAMES)}

All others (addresses, accounts, secrets, ports, which platforms are polled) are read once, at the start of a process:
change them in the environment of every process, and start them again.

Examples:
  $ tallylight settings                                      what is in force
  $ tallylight settings set POLL_INTERVAL_TWITCH 30s         look at Twitch keys twice as often
  $ tallylight settings set LANE_OFFLINE normal,twitch=urgent
  $ tallylight settings set LOG_LEVEL debug
  $ tallylight settings unset LOG_LEVEL
  $ tallylight settings get --json | jq -r '.[] | select(.from == "settings").name'`;

function columns(names: readonly string[]): string {
  const lines = Array.from({ length: Math.ceil(names.length / 3) }, (_, i) => names.slice(3 * i, 3 * i + 3));
  return lines.map((line) => `  ${line.map((name) => name.padEnd(28)).join('')}`.trimEnd()).join('\n');
}

function subcommand(name: string, summary: string): Command {
  return new Command(name).description(summary).option('--json', 'print JSON');
}

/** The same judgement, in the same words, as the environment's at a start. */
function refuseUnfit(name: string, value: string): void {
  const faults = [...readSettings([{ name, value }]).faults.values()];
  if (faults.length > 0) throw new ConfigError(faults);
}

async function get({ database }: Context, name: string | undefined, { json }: Options): Promise<void> {
  const rows = await createSettingStore(database).all();
  const asked = rows.filter((row) => name === undefined || row.name === name);
  const settings = live(rows).filter((setting) => name === undefined || setting.name === name);
  const ignored = ignoredRows(asked);
  if (name !== undefined && settings.length === 0 && ignored.length === 0) throw new ConfigError([refusal(name)]);
  if (json) return printJson(name === undefined ? settings : { ...settings[0], ignored });
  if (settings.length > 0) show(settings);
  for (const line of ignored) print(line);
}

async function set({ database, clock }: Context, row: Omit<SettingRow, 'updatedAt'>, { json }: Options): Promise<void> {
  const store = createSettingStore(database);
  await store.set(row.name, row.value, clock.now());
  const setting = await one(store, row.name);
  if (json) return printJson(setting);
  print(`${row.name} is ${row.value} from now on; every process follows within seconds`);
  if (setting?.otherwise) print(`Without it: ${setting.otherwise.value} (${setting.otherwise.from} of this process)`);
}

/** A row that cannot be used has to go away too, whatever its name is. */
async function unset({ database }: Context, name: string, { json }: Options): Promise<void> {
  const store = createSettingStore(database);
  const was = await store.unset(name);
  const setting = await one(store, name);
  if (!was && !setting) throw new ConfigError([refusal(name)]);
  if (json) return printJson(setting ?? null);
  if (!setting) return print(`${name} is removed from the table of settings`);
  const now = `${setting.value} (${setting.from} of this process)`;
  print(was ? `${name} returns to ${now}; every process follows within seconds` : `${name} was not set: ${now}`);
}

function live(rows: readonly SettingRow[]): DescribedSetting[] {
  return describeSettings(process.env, rows).filter((setting) => setting.live);
}

async function one(store: { all(): Promise<SettingRow[]> }, name: string): Promise<DescribedSetting | undefined> {
  return live(await store.all()).find((setting) => setting.name === name);
}

function show(settings: readonly DescribedSetting[]): void {
  printTable(
    ['setting', 'value', 'from', 'since', 'otherwise', 'meaning'],
    settings.map(({ name, value, from, since, otherwise, meaning }) => [
      ...[name, value ?? '–', from, when(since)],
      otherwise ? `${otherwise.value} (${otherwise.from})` : '–',
      meaning,
    ]),
  );
}
