import { expect, it } from 'vitest';
import { perPlatform } from '../../../src/shared/domain/platform.ts';
import { concernsOf } from '../../../src/shared/queues/concerns.ts';
import { spanText } from '../../../src/shared/queues/span-text.ts';
import type { PlatformStanding, Standing } from '../../../src/shared/queues/standing.ts';

const at = new Date('2026-11-20T12:00:00Z');
const none = {
  online: { poll: 0, plan: 0, push: 0, hint: 0 },
  offline: { poll: 0, plan: 0, push: 0, hint: 0 },
  suppressed: 0,
};
const well: PlatformStanding = {
  ...{ keys: 9, pinned: 1, pushed: 5, quarantined: 0, follows: 20, live: 3, scheduled: 2 },
  ...{ waitingChanges: 1, pendingNames: 0, due: 4, overdue: 0, mostOverdueMs: 500, stretch: 1 },
  ...{ resting: null, sickSince: null, budgets: [], forecasts: {} },
  lastHour: { ...none, missedByPush: 0 },
  lastDay: { ...none, missedByPush: 7 },
  delay: { urgent: null, normal: null },
  pushError: null,
  pushSubscriptions: { wanted: 1, pending: 0, active: 4, failed: 0 },
  recordRequests: { waiting: 1, unheard: 0, heard: 3, over: 1 },
};

function standing(twitch: Partial<PlatformStanding>, rest: Partial<Standing> = {}): Standing {
  const platforms = { ...perPlatform(() => well), twitch: { ...well, ...twitch } };
  return { at, platforms, queues: [], oldestChangeAt: at, rejects: 0, notices: [], ...rest };
}

it('has none while all is well', () => {
  expect(concernsOf(standing({}))).toEqual([]);
});

it('names each thing that needs attention, once, with what and where', () => {
  const concerns = concernsOf(
    standing(
      {
        ...{ sickSince: at, overdue: 3, mostOverdueMs: 240_000 },
        budgets: [{ name: 'units', limit: 100, used: 90, left: 10, resetsAt: null }],
        ...{ forecasts: { units: 140 }, quarantined: 2 },
        pushSubscriptions: { ...well.pushSubscriptions, failed: 4 },
        pushError: 'no room',
        lastHour: { ...none, missedByPush: 5 },
        recordRequests: { ...well.recordRequests, unheard: 6 },
      },
      {
        queues: [{ queue: 'change', waiting: 0, active: 0, delayed: 0, failed: 7 }],
        ...{ oldestChangeAt: new Date(at.getTime() - 7 * 60_000), rejects: 1 },
        notices: [
          { table: 'twitch_spider', rows: 9, refused: 2, readAt: at, doubt: 'it is empty', doubtAt: at },
          { table: 'twitcasting_spider', rows: 9, refused: 0, readAt: at, doubt: 'away', doubtAt: at },
          { table: 'twitter_space_spider', rows: 0, refused: 0, readAt: null, doubt: 'away', doubtAt: at },
        ],
      },
    ),
  );
  expect(concerns).toEqual([
    'a change has waited 7 min to be published',
    '7 changes could not be published: retry the jobs in the board',
    'twitch is sick since 12:00:00 UTC: all that was live vanished, no end is believed',
    'twitch: 3 keys overdue, by up to 4 min',
    'twitch would need 140 of its 100 units',
    'twitch: 2 keys quarantined: tallylight list',
    'twitch: 4 push subscriptions failing: no room',
    'twitch: 5 changes of the last hour missed by push, found by polls',
    'twitch: 6 record requests heard by nobody',
    'table twitch_spider is not believed: it is empty',
    "2 of the bot's tables are not believed: away",
    'nothing ends for such a table; if it is right as it is: tallylight import --accept',
    "2 rows of the bot's tables cannot be used: tallylight import --dry-run",
    '1 message refused: tallylight rejects',
  ]);
});

it('says why a platform rests, and nothing of the keys that wait because it does', () => {
  const until = new Date('2026-11-20T13:00:00Z');
  expect(concernsOf(standing({ resting: { reason: 'budget-spent', until }, overdue: 3 }))).toEqual([
    'twitch rests until 13:00:00 UTC: budget-spent',
  ]);
});

it('is not concerned about polls that failed: the next ones make it good', () => {
  const queues = [{ queue: 'poll-twitch', waiting: 0, active: 0, delayed: 0, failed: 7 }];
  expect(concernsOf(standing({}, { queues }))).toEqual([]);
});

it('says a span as people do', () => {
  const spans = [0, 440, 9_960, 12_400, 119_000, 120_000, 7_300_000, 200_000_000].map(spanText);
  expect(spans).toEqual(['0 s', '0.4 s', '10 s', '12 s', '119 s', '2 min', '2 h', '2 d']);
});
