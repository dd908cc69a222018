import { Command } from 'commander';
import type { Repair } from '../workers/reconcile.ts';
import { withContext } from './context.ts';
import { print, printJson, printTable } from './output.ts';
import { reconcileNow } from './reconcile-now.ts';

/** Of each kind of repair; an emptied Redis needs as many as there are keys. */
const SHOWN = 20;

interface ReconcileOptions {
  readonly dryRun?: true;
  readonly json?: true;
}

export function reconcileCommand(): Command {
  return new Command('reconcile')
    .description(
      'Compares the job schedulers, the queued changes, the snapshot and what platforms were asked to push with the tables, and repairs what differs. The role sync does the same at its start, every STATE_SYNC_INTERVAL, and when Redis was emptied. Safe at any moment.',
    )
    .option('--dry-run', 'only tell what would be repaired')
    .option('--json', 'print JSON: one array of repairs')
    .addHelpText(
      'after',
      `
Examples:
  $ tallylight reconcile --dry-run
  $ tallylight reconcile --json | jq length`,
    )
    .action((options: ReconcileOptions) =>
      withContext({}, async (context) => {
        const repairs = await reconcileNow(context, { dryRun: options.dryRun ?? false });
        if (options.json) return printJson(repairs);
        show(repairs, options.dryRun ?? false);
        if (context.config.NOTICE_DATABASE_URL !== null) {
          print("the bot's own tables were not looked at; that does: tallylight import --dry-run");
        }
      }),
    );
}

function show(repairs: readonly Repair[], dryRun: boolean): void {
  const kinds = [...new Set(repairs.map(({ what }) => what))].map((what) => ({
    what,
    keys: repairs.filter((repair) => repair.what === what).map(({ key }) => key),
  }));
  const rows = kinds.flatMap(({ what, keys }) => keys.slice(0, SHOWN).map((key) => [what, key]));
  if (rows.length > 0) printTable(['repair', 'key'], rows);
  for (const { what, keys } of kinds) {
    if (keys.length > SHOWN) print(`… and ${keys.length - SHOWN} more: ${what}`);
  }
  print(summary(repairs.length, dryRun));
}

function summary(count: number, dryRun: boolean): string {
  if (count === 0) return 'everything agrees with the tables';
  return dryRun ? `${count} to repair; nothing was changed` : `${count} repaired`;
}
