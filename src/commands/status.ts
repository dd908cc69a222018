import { Command } from 'commander';
import { foundInAll } from '../shared/domain/found-by.ts';
import { PLATFORMS, type Platform } from '../shared/domain/platform.ts';
import type { QueueDepth } from '../shared/queues/depths.ts';
import { budgetText } from '../shared/queues/budget-text.ts';
import { concernsOf } from '../shared/queues/concerns.ts';
import { delayText } from '../shared/queues/delay-text.ts';
import { spanText } from '../shared/queues/span-text.ts';
import type { PlatformStanding, Standing } from '../shared/queues/standing.ts';
import { toStatistics } from '../shared/queues/to-statistics.ts';
import { withContext } from './context.ts';
import { type Cell, colors, print, printable, printJson, printTable, when } from './output.ts';
import { withStanding } from './standing.ts';

export function statusCommand(): Command {
  return new Command('status')
    .description(
      'Shows for each platform what is tracked, live, due and resting, what happened lately and how soon it was told, and what waits in the queues.',
    )
    .option('--json', 'print JSON: one object, the same as GET /statistics (see docs/statistics.md)')
    .addHelpText(
      'after',
      `
Examples:
  $ tallylight status
  $ tallylight status --json | jq .Platforms.youtube.Budgets`,
    )
    .action((options: { json?: true }) =>
      withContext({}, (context) =>
        withStanding(context, async (readStanding) => {
          const standing = await readStanding();
          return options.json ? printJson(toStatistics(standing)) : show(standing);
        }),
      ),
    );
}

function show(standing: Standing): void {
  const { platforms, queues, oldestChangeAt, rejects } = standing;
  printTable(
    ['platform', 'keys', 'follows', 'live', 'scheduled', 'pinned', 'pushed', 'due', 'overdue', 'late', 'names'],
    PLATFORMS.map((platform) => platformRow(platform, platforms[platform])),
  );
  print('');
  printTable(
    ['platform', 'waiting', 'on 1h', 'off 1h', 'on 24h', 'off 24h', 'by push', 'by hint', 'missed by push'],
    PLATFORMS.map((platform) => changesRow(platform, platforms[platform])),
  );
  print('');
  printTable(
    ['platform', 'urgent p50 / p99', 'normal p50 / p99', 'budget left', 'state'],
    PLATFORMS.map((platform) => paceRow(platform, platforms[platform])),
  );
  print('');
  printTable(['queue', 'waiting', 'active', 'delayed', 'failed'], queues.map(queueRow));
  print(`\noldest change waiting: ${when(oldestChangeAt)}`);
  print(`rejects not replayed: ${rejects}${rejects > 0 ? ' (see: tallylight rejects)' : ''}`);
  for (const concern of concernsOf(standing)) print(colors.yellow(`! ${printable(concern)}`));
}

function platformRow(platform: Platform, stands: PlatformStanding): Cell[] {
  return [
    ...[platform, stands.keys, stands.follows],
    { text: String(stands.live), paint: stands.live > 0 ? colors.red : String },
    ...[stands.scheduled, stands.pinned, stands.pushed, stands.due],
    { text: String(stands.overdue), paint: stands.overdue > 0 ? colors.yellow : String },
    ...[stands.mostOverdueMs > 0 ? spanText(stands.mostOverdueMs) : '–', stands.pendingNames],
  ];
}

/** Of the last day, where the head does not say otherwise. */
function changesRow(platform: Platform, { waitingChanges, lastHour, lastDay }: PlatformStanding): Cell[] {
  const missed = lastDay.missedByPush;
  return [
    ...[
      platform,
      waitingChanges,
      foundInAll(lastHour.online),
      foundInAll(lastHour.offline),
      foundInAll(lastDay.online),
      foundInAll(lastDay.offline),
    ],
    ...[lastDay.online.push + lastDay.offline.push, lastDay.online.hint + lastDay.offline.hint],
    { text: String(missed), paint: missed > 0 ? colors.yellow : String },
  ];
}

function paceRow(platform: Platform, stands: PlatformStanding): Cell[] {
  const { urgent, normal } = stands.delay;
  return [platform, delayText(urgent), delayText(normal), budgetText(stands), stateCell(stands)];
}

function stateCell({ resting, sickSince, quarantined, stretch, recordRequests }: PlatformStanding): Cell {
  const { unheard } = recordRequests;
  const parts = [
    ...(resting ? [`resting until ${when(resting.until)}: ${resting.reason}`] : []),
    ...(sickSince ? [`sick since ${when(sickSince)}`] : []),
    ...(stretch > 1 ? [`intervals ×${stretch.toFixed(1)} for the budget`] : []),
    ...(quarantined > 0 ? [`${quarantined} quarantined`] : []),
    ...(unheard > 0 ? [`${unheard} not recorded, no recorder listens`] : []),
  ];
  return { text: parts.join(', ') || 'ok', paint: resting || sickSince || unheard > 0 ? colors.yellow : String };
}

function queueRow({ queue, waiting, active, delayed, failed }: QueueDepth): Cell[] {
  return [queue, waiting, active, delayed, { text: String(failed), paint: failed > 0 ? colors.red : String }];
}
