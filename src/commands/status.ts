import { Command } from 'commander';
import { PLATFORMS, type Platform } from '../shared/domain/platform.ts';
import type { QueueDepth } from '../shared/queues/depths.ts';
import { budgetText } from '../shared/queues/budget-text.ts';
import type { PlatformStanding, Standing } from '../shared/queues/standing.ts';
import { withContext } from './context.ts';
import { type Cell, colors, print, printJson, printTable, when } from './output.ts';
import { withStanding } from './standing.ts';

export function statusCommand(): Command {
  return new Command('status')
    .description('Shows for each platform what is tracked, live, due and resting, and what waits in the queues.')
    .option('--json', 'print JSON: one object')
    .addHelpText(
      'after',
      `
Examples:
  $ tallylight status
  $ tallylight status --json | jq .platforms.youtube.budgets`,
    )
    .action((options: { json?: true }) =>
      withContext({}, (context) =>
        withStanding(context, async (readStanding) => {
          const standing = await readStanding();
          return options.json ? printJson(standing) : show(standing);
        }),
      ),
    );
}

function show(standing: Standing): void {
  const platforms = PLATFORMS.map((platform) => platformRow(platform, standing.platforms[platform]));
  printTable(
    ['platform', 'keys', 'follows', 'live', 'due', 'overdue', 'changes', 'names', 'budget left', 'state'],
    platforms,
  );
  print('');
  printTable(['queue', 'waiting', 'active', 'delayed', 'failed'], standing.queues.map(queueRow));
  print(`\noldest change waiting: ${when(standing.oldestChangeAt)}`);
  print(`rejects not replayed: ${standing.rejects}${standing.rejects > 0 ? ' (see: tallylight rejects)' : ''}`);
}

function platformRow(platform: Platform, stands: PlatformStanding): Cell[] {
  return [
    platform,
    stands.keys,
    stands.follows,
    { text: String(stands.live), paint: stands.live > 0 ? colors.red : String },
    stands.due,
    { text: String(stands.overdue), paint: stands.overdue > 0 ? colors.yellow : String },
    stands.waitingChanges,
    stands.pendingNames,
    budgetText(stands),
    stateCell(stands),
  ];
}

function stateCell({ resting, quarantined, stretch }: PlatformStanding): Cell {
  const parts = [
    ...(resting ? [`resting until ${when(resting.until)}: ${resting.reason}`] : []),
    ...(stretch > 1 ? [`intervals ×${stretch.toFixed(1)} for the budget`] : []),
    ...(quarantined > 0 ? [`${quarantined} quarantined`] : []),
  ];
  return { text: parts.join(', ') || 'ok', paint: resting ? colors.yellow : String };
}

function queueRow({ queue, waiting, active, delayed, failed }: QueueDepth): Cell[] {
  return [queue, waiting, active, delayed, { text: String(failed), paint: failed > 0 ? colors.red : String }];
}
