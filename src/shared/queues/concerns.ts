import { groupBy } from '../domain/group.ts';
import { PLATFORMS, type Platform } from '../domain/platform.ts';
import type { NoticeTableState } from '../store/notice-store.ts';
import { CHANGE_QUEUE } from './names.ts';
import { spanText } from './span-text.ts';
import type { PlatformStanding, Standing } from './standing.ts';

/** Longer than any lane lets a change wait, by default. */
const LONG_WAIT_MS = 2 * 60_000;

/** What an operator should know of, in sentences; empty while all is well. What is worst comes first. */
export function concernsOf(standing: Standing): string[] {
  const { queues, rejects, notices } = standing;
  // A poll that failed is made good by the next one; a change that failed waits for somebody.
  const failed = queues.find(({ queue }) => queue === CHANGE_QUEUE)?.failed ?? 0;
  return [
    ...oldestChange(standing),
    ...when(failed, `${counted(failed, 'change')} could not be published: retry the jobs in the board`),
    ...PLATFORMS.flatMap((platform) => ofPlatform(platform, standing.platforms[platform])),
    ...ofNotices(notices),
    ...when(rejects, `${counted(rejects, 'message')} refused: tallylight rejects`),
  ];
}

function oldestChange({ at, oldestChangeAt }: Standing): string[] {
  const waitedMs = oldestChangeAt === null ? 0 : at.getTime() - oldestChangeAt.getTime();
  return waitedMs > LONG_WAIT_MS ? [`a change has waited ${spanText(waitedMs)} to be published`] : [];
}

function ofPlatform(platform: Platform, stands: PlatformStanding): string[] {
  const { resting, sickSince, overdue, mostOverdueMs, quarantined, pushSubscriptions, pushError, recordRequests } =
    stands;
  const missed = stands.lastHour.missedByPush;
  const on = (count: number, things: string): string => `${platform}: ${counted(count, things)}`;
  return [
    ...(resting ? [`${platform} rests${until(resting.until)}: ${resting.reason}`] : []),
    ...(sickSince
      ? [`${platform} is sick since ${moment(sickSince)}: all that was live vanished, no end is believed`]
      : []),
    // While it rests nobody may look at them.
    ...when(resting ? 0 : overdue, `${on(overdue, 'key')} overdue, by up to ${spanText(mostOverdueMs)}`),
    ...shortBudgets(platform, stands),
    ...when(quarantined, `${on(quarantined, 'key')} quarantined: tallylight list`),
    ...when(
      pushSubscriptions.failed,
      `${on(pushSubscriptions.failed, 'push subscription')} failing${pushError === null ? '' : `: ${pushError}`}`,
    ),
    ...when(missed, `${on(missed, 'change')} of the last hour missed by push, found by polls`),
    ...when(recordRequests.unheard, `${on(recordRequests.unheard, 'record request')} heard by nobody`),
  ];
}

/** A database that is away is the same doubt about every table. */
function ofNotices(tables: readonly NoticeTableState[]): string[] {
  const doubted = tables.filter(({ doubt }) => doubt !== null);
  const refused = tables.reduce((sum, table) => sum + table.refused, 0);
  return [
    ...[...groupBy(doubted, ({ doubt }) => doubt)].map(([doubt, same]) => {
      const which = same.length === 1 ? `table ${same[0]?.table} is` : `${same.length} of the bot's tables are`;
      return `${which} not believed: ${doubt}`;
    }),
    ...when(doubted.length, 'nothing ends for such a table; if it is right as it is: tallylight import --accept'),
    ...when(refused, `${counted(refused, 'row')} of the bot's tables cannot be used: tallylight import --dry-run`),
  ];
}

function shortBudgets(platform: Platform, { budgets, forecasts }: PlatformStanding): string[] {
  return budgets.flatMap(({ name, limit }) => {
    const forecast = forecasts[name] ?? 0;
    return when(forecast > limit ? 1 : 0, `${platform} would need ${forecast} of its ${limit} ${name}`);
  });
}

function when(count: number, sentence: string): string[] {
  return count > 0 ? [sentence] : [];
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

const until = (at: Date | null): string => (at ? ` until ${moment(at)}` : '');
const moment = (at: Date): string => `${at.toISOString().slice(11, 19)} UTC`;
