import { Command } from 'commander';
import { ConfigError, loadConfig } from '../shared/config/config.ts';
import { reachPostgres } from '../shared/runtime/reach-postgres.ts';
import { ServersError } from '../shared/runtime/server-fault.ts';
import { migrate } from '../shared/store/migrate.ts';
import { print } from './output.ts';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'Brings the tables of DATABASE_URL to the newest schema, and does nothing else. Every process does that when it starts, if its account may; this is for an account that may, where the others may not. Redis is not needed. Safe at any moment, beside running processes.',
    )
    .addHelpText(
      'after',
      `
Example:
  $ DATABASE_URL=postgresql://tallylight_owner:…@db/tallylight tallylight migrate`,
    )
    .action(bringUpToDate);
}

async function bringUpToDate(): Promise<void> {
  const { DATABASE_URL: url } = loadConfig(process.env);
  if (url === null) {
    throw new ConfigError(['DATABASE_URL: expected to be set; the embedded Postgres is brought up to date by itself']);
  }
  const fault = await reachPostgres(url);
  if (fault) throw new ServersError([fault]);
  const applied = await migrate(url);
  for (const name of applied) print(`applied ${name}`);
  if (applied.length === 0) print('the tables are up to date');
}
