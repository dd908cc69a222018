import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NOTICE_TABLES,
  type NoticeFollow,
  type NoticeReading,
  type NoticeState,
  type NoticeTable,
  type TableRead,
} from '../../../src/shared/domain/notice.ts';
import { channelsOf } from '../../../src/shared/domain/notice-categories.ts';
import { type Beliefs, judgeReads } from '../../../src/shared/domain/notice-doubt.ts';
import { type NoticePlan, NOTICES_OF, planNotices } from '../../../src/shared/domain/notice-plan.ts';
import type { Pin } from '../../../src/shared/domain/pin.ts';
import { isCategory, keyText, parseKeyText, type StreamKey } from '../../../src/shared/domain/stream-key.ts';

const key = (text: string): StreamKey => parseKeyText(text) as StreamKey;
const at = (text: string, guildId = '1', channelId = '10'): NoticeFollow => ({ target: key(text), guildId, channelId });

/** Every table read with so many rows, but those told otherwise. */
function reads(over: Partial<Record<NoticeTable, TableRead>> = {}): Record<NoticeTable, TableRead> {
  const read: TableRead = { kind: 'read', rows: 1, refused: [] };
  const all = Object.fromEntries(NOTICE_TABLES.map((table) => [table, read])) as Record<NoticeTable, TableRead>;
  return { ...all, ...over };
}

function reading(over: Partial<NoticeReading> = {}): NoticeReading {
  return { tables: reads(), follows: [], names: [], owned: [], trusted: [], marked: [], ...over };
}

function state(over: Partial<NoticeState> = {}): NoticeState {
  return { follows: [], pending: [], pins: [], believed: new Map(), ...over };
}

function beliefs(doubted: readonly NoticeTable[] = []): Beliefs {
  const belief = (table: NoticeTable) =>
    doubted.includes(table) ? { kind: 'doubted', doubt: 'x' } : { kind: 'believed', rows: 1, refused: 0 };
  return Object.fromEntries(NOTICE_TABLES.map((table) => [table, belief(table)])) as Beliefs;
}

describe('belief in a read', () => {
  const judge = (read: TableRead, before?: number, accept = false, table: NoticeTable = 'twitch_spider') => {
    const believed = new Map(before === undefined ? [] : [[table, before]]);
    return judgeReads(reads({ [table]: read }), { believed, accept })[table];
  };
  const rows = (count: number): TableRead => ({ kind: 'read', rows: count, refused: [] });

  it('is lost by half of the rows, and by all of them', () => {
    expect(judge(rows(0))).toMatchObject({ kind: 'believed', rows: 0 });
    expect(judge(rows(0), 0)).toMatchObject({ kind: 'believed' });
    expect(judge(rows(51), 100)).toMatchObject({ kind: 'believed', rows: 51 });
    expect(judge(rows(50), 100)).toEqual({ kind: 'doubted', doubt: 'only 50 usable rows where there were 100' });
    expect(judge(rows(0), 1)).toEqual({ kind: 'doubted', doubt: 'no usable row where there were 1' });
    expect(judge(rows(1_000), 3)).toMatchObject({ kind: 'believed' });
  });

  it('is given by an operator to what was read, and to a table that is gone, never to a failure', () => {
    expect(judge(rows(0), 100, true)).toMatchObject({ kind: 'believed', rows: 0 });
    expect(judge({ kind: 'missing' }, 100, true)).toMatchObject({ kind: 'believed', rows: 0 });
    expect(judge({ kind: 'failed', reason: 'broken' }, 100, true)).toEqual({
      kind: 'doubted',
      doubt: 'broken',
    });
  });

  it('is not needed where only the tables of X are missing and always were', () => {
    expect(judge({ kind: 'missing' }, undefined, false, 'notice_twitter_space_channel')).toEqual({ kind: 'absent' });
    expect(judge({ kind: 'missing' }, 5, false, 'notice_twitter_space_channel')).toMatchObject({ kind: 'doubted' });
    expect(judge({ kind: 'missing' }, undefined, true)).toMatchObject({ kind: 'doubted' });
  });
});

describe('categories', () => {
  const ownership = {
    owned: [
      { identifier: 'h', category: 'holo' },
      { identifier: 'n', category: '2434' },
      { identifier: 'o', category: 'other' },
    ],
    trusted: ['h', 't'],
  } as const;

  it.each([
    [['holo'], ['h']],
    [['2434'], ['n']],
    [['other'], ['o', 't']],
    [['all'], ['h', 'n', 'o', 't']],
    [
      ['holo', 'other'],
      ['h', 'o', 't'],
    ],
    [[], []],
  ])('%j contain %j', (categories, channels) => {
    expect([...channelsOf(new Set(categories), ownership)].sort()).toEqual(channels);
  });
});

describe('the plan', () => {
  it('follows a row once, and nothing that is followed already, whoever said so', () => {
    const rows = [at('twitch/1'), at('twitch/1'), at('twitch/2'), at('twitch/3')];
    const follows = [{ ...at('twitch/2'), source: 'event' } as const, { ...at('twitch/3'), source: 'notice' } as const];
    expect(planNotices(reading({ follows: rows }), state({ follows }), beliefs()).follow).toEqual([at('twitch/1')]);
  });

  it('pins what a category contains that was followed by an event, and what is followed there now', () => {
    const owned = [
      { identifier: 'a', category: 'holo' },
      { identifier: 'b', category: '2434' },
    ] as const;
    const plan = planNotices(
      reading({ owned, follows: [at('youtube/2434')] }),
      state({ follows: [{ ...at('youtube/holo'), source: 'event' }] }),
      beliefs(),
    );
    expect(plan.pin.map(keyText)).toEqual(['youtube/a', 'youtube/b']);
  });

  it('leaves alone what a guild follows where a row names somebody nobody has resolved yet', () => {
    const name = { platform: 'twitch', kind: 'login', name: 'someone' } as const;
    const held = { ...at('twitch/1'), source: 'notice' } as const;
    const elsewhere = { ...at('twitch/1', '2'), source: 'notice' } as const;
    const asked = { target: name, guildId: '1', channelId: '10' };
    const plan = planNotices(reading({ names: [asked] }), state({ follows: [held, elsewhere] }), beliefs());
    expect(plan.end).toEqual([elsewhere]);
    expect(plan.resolve).toEqual([asked]);
    const again = planNotices(
      reading({ names: [asked] }),
      state({
        pending: [
          { ...asked, source: 'event' },
          { ...asked, guildId: '2', source: 'notice' },
        ],
      }),
      beliefs(),
    );
    expect(again.resolve).toEqual([]);
    expect(again.forget).toEqual([{ ...asked, guildId: '2', source: 'notice' }]);
  });
});

const KEYS = ['youtube/a', 'youtube/holo', 'youtube/all', 'twitch/1', 'twitch/2', 'twitter/1', 'twitcasting/c:x'];
const follow = fc
  .tuple(fc.constantFrom(...KEYS), fc.constantFrom('1', '2'), fc.constantFrom('10', '20'))
  .map(([text, guildId, channelId]) => at(text, guildId, channelId));
const held = fc
  .tuple(follow, fc.constantFrom('event', 'cli', 'notice'))
  .map(([one, source]) => ({ ...one, source }) as NoticeState['follows'][number]);
const owned = fc.record({
  identifier: fc.constantFrom('a', 'b', 'c'),
  category: fc.constantFrom('holo', '2434', 'other'),
});
const pinned = fc.record<Pin>({
  platform: fc.constant('youtube'),
  identifier: fc.constantFrom('a', 'b', 'c'),
  reason: fc.constantFrom('category', 'record'),
  source: fc.constant('notice'),
});
const place = (one: NoticeFollow): string => `${keyText(one.target)} ${one.guildId} ${one.channelId}`;
const pin = ({ identifier, reason }: Pin): string => `${reason} ${identifier}`;

function carriedOut(before: NoticeState, plan: NoticePlan): NoticeState {
  const ended = new Set(plan.end.map(place));
  const unpinned = new Set(plan.unpin.map(pin));
  return {
    ...before,
    follows: [
      ...before.follows.filter((one) => !ended.has(place(one))),
      ...plan.follow.map((one) => ({ ...one, source: 'notice' }) as const),
    ],
    pins: [...before.pins.filter((one) => !unpinned.has(pin(one))), ...plan.pin],
  };
}

it('ends as the simplest description of it says, and the second time changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(follow, { maxLength: 12 }),
      fc.uniqueArray(held, { maxLength: 12, selector: place }),
      fc.array(owned, { maxLength: 4 }),
      fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }),
      fc.uniqueArray(pinned, { maxLength: 6, selector: pin }),
      fc.subarray([...NOTICE_TABLES]),
      (follows, heldFollows, ownedChannels, marks, pins, doubted) => {
        const read = reading({
          follows,
          owned: ownedChannels,
          marked: marks.map((identifier) => ({ platform: 'youtube', identifier })),
        });
        const before = state({ follows: heldFollows, pins });
        const after = carriedOut(before, planNotices(read, before, beliefs(doubted)));

        const rows = new Set(follows.map(place));
        const stays = (one: NoticeState['follows'][number]): boolean =>
          rows.has(place(one)) || one.source !== 'notice' || doubted.includes(NOTICES_OF[one.target.platform]);
        const expected = new Set([...rows, ...heldFollows.filter(stays).map(place)]);
        expect(new Set(after.follows.map(place))).toEqual(expected);
        expect(after.follows).toHaveLength(expected.size);
        for (const one of heldFollows.filter(({ source }) => source !== 'notice'))
          expect(after.follows).toContainEqual(one);

        const followed = new Set(
          after.follows
            .map(({ target }) => target)
            .filter(isCategory)
            .map((one) => one.identifier),
        );
        const contained = ownedChannels
          .filter(({ category }) => followed.has(category) || followed.has('all'))
          .map(({ identifier }) => `category ${identifier}`);
        const marked = marks.map((identifier) => `record ${identifier}`);
        const areOwnersDoubted = ['youtube_channel_owned_type', 'youtube_channel_spider'].some((table) =>
          doubted.includes(table as NoticeTable),
        );
        const staying = pins.filter((one) =>
          one.reason === 'record' ? doubted.includes('record_youtube_channel') : areOwnersDoubted && followed.size > 0,
        );
        expect(new Set(after.pins.map(pin))).toEqual(new Set([...contained, ...marked, ...staying.map(pin)]));

        expect(planNotices(read, after, beliefs(doubted))).toEqual({
          ...{ follow: [], resolve: [], end: [], forget: [], pin: [], unpin: [] },
        });
      },
    ),
    { numRuns: 1_000 },
  );
});
