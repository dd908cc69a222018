import path from 'node:path';
import { Command } from 'commander';
import { embeddedDatabaseUrl } from '../embedded/embedded-database-url.ts';
import { type Config, loadConfig } from '../shared/config/config.ts';
import { EMBEDDED_DIRECTORY } from './embedded-directory.ts';
import { type DescribedSetting, describeSettings, ignoredRows } from './describe-settings.ts';
import { print, printJson, printTable, tell } from './output.ts';
import { readStoredSettings, type StoredSettings } from './stored-settings.ts';

export function configCommand(): Command {
  return new Command('config')
    .description(
      'Shows every setting in force and where it comes from; secrets are masked. Starts nothing and changes nothing: what was changed with "tallylight settings" is shown when Postgres answers.',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
"from" says who decides: settings (tallylight settings) before environment before default.

Examples:
  $ tallylight config
  $ POLL_INTERVAL_TWITCH=30s tallylight config --json`,
    )
    .action(async (options: { json?: true }) => {
      const config = loadConfig(process.env);
      const { rows, unread } = await storedSettings(config);
      const settings = describeSettings(process.env, rows);
      const ignored = ignoredRows(rows);
      if (options.json) return printJson({ settings, platforms: config.platforms, ignored, unread });
      show(config, settings);
      for (const line of ignored) print(line);
      if (unread !== null) tell(`what was changed with "tallylight settings" is not shown: ${unread}`);
    });
}

/** Without any database nothing was ever set. */
async function storedSettings({ DATABASE_URL: given }: Config): Promise<StoredSettings> {
  if (given !== null) return readStoredSettings(given);
  const url = await embeddedDatabaseUrl(path.resolve(EMBEDDED_DIRECTORY));
  if (url === null) return { rows: [], unread: null };
  const { rows, unread } = await readStoredSettings(url);
  return { rows, unread: unread && 'the embedded Postgres does not run now' };
}

function show({ platforms }: Config, settings: readonly DescribedSetting[]): void {
  printTable(
    ['setting', 'value', 'from', 'meaning'],
    settings.map(({ name, value, from, meaning }) => [name, value ?? '–', from, meaning]),
  );
  print(`\nplatforms polled: ${platforms.join(', ') || 'none: no credentials are set'}`);
}
