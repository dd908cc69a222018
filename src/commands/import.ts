import { Command } from 'commander';
import type { Context } from '../context.ts';
import { ServersError } from '../shared/runtime/server-fault.ts';
import { wireIntake } from '../wiring/intake.ts';
import { wireImport } from '../wiring/notices.ts';
import { wireTracking } from '../wiring/tracking.ts';
import type { Imported } from '../workers/import-notices.ts';
import { createUpkeepSchedules, openUpkeepQueue } from '../workers/upkeep.ts';
import { withContext } from './context.ts';
import { UsageError } from './exit-codes.ts';
import { importReport, showImport } from './import-report.ts';
import { printJson } from './output.ts';

interface Options {
  readonly dryRun?: true;
  readonly accept?: true;
  readonly json?: true;
}

export function importCommand(): Command {
  return new Command('import')
    .description(
      "Makes the follows and pins that come from the bot's own tables (NOTICE_DATABASE_URL) agree with them. The role sync does the same at its start and every STATE_SYNC_INTERVAL. Those tables are only read.",
    )
    .option('--dry-run', 'only tell what would change')
    .option('--accept', 'believe what is read, even if half of a table is gone, and end what is gone')
    .option('--json', 'print JSON: one object')
    .addHelpText(
      'after',
      `
A table that fails, is empty, or has lost half of its rows ends nothing; what is new in it is followed all the same.
Once you know that the table is right, --accept says so.

Examples:
  $ tallylight import --dry-run
  $ tallylight import --dry-run --json | jq '.end | length'
  $ tallylight import --accept`,
    )
    .action((options: Options) =>
      withContext({}, async (context) => {
        const dryRun = options.dryRun ?? false;
        const imported = await importOnce(context, { dryRun, accept: options.accept ?? false });
        if (imported.fault) throw new ServersError([imported.fault]);
        const report = importReport(imported, dryRun);
        return options.json ? printJson(report) : showImport(report);
      }),
    );
}

async function importOnce(context: Context, how: { dryRun: boolean; accept: boolean }): Promise<Imported> {
  const url = context.config.NOTICE_DATABASE_URL;
  if (url === null)
    throw new UsageError("NOTICE_DATABASE_URL is not set: set it to the bot's database, see docs/notices.md");
  const tracking = wireTracking(context);
  const upkeep = openUpkeepQueue(context.redis);
  const { runSoon } = createUpkeepSchedules(upkeep);
  const intake = wireIntake(context, { tracking, runSoon, adapters: new Map() });
  try {
    return await wireImport(context, url, { tracking, intake })(how);
  } finally {
    await Promise.all([upkeep.close(), tracking.close()]);
  }
}
