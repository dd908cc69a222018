import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGuildAllowance } from '../../src/producers/guild-allowance.ts';
import { createGuildLines } from '../../src/producers/guild-lines.ts';
import type { HeardWish } from '../../src/producers/heard-wish.ts';
import { createRoom } from '../../src/producers/room.ts';
import { foldWishes } from '../../src/shared/domain/fold-wishes.ts';
import type { KeyWish } from '../../src/shared/domain/follow.ts';
import { keyText, type StreamKey } from '../../src/shared/domain/stream-key.ts';
import { followWish, saidAt, unfollowWish } from '../support/wishes.ts';

const key = (number: number): StreamKey => ({ platform: 'twitch', identifier: String(number) });

function heard(wish: KeyWish, bytes = 100): HeardWish {
  const channel = `stream.${wish.action}`;
  return { wish, learned: undefined, channel, payload: Buffer.alloc(0), bytes };
}

function open({ rate = 1, burst = 1_000, bytes = 1_000_000 } = {}) {
  const room = createRoom(bytes);
  const lines = createGuildLines({ room, rate: () => rate, burst: () => burst });
  return { room, lines };
}

const said = (given: readonly HeardWish[]): string[] =>
  given.map(({ wish }) => `${wish.guildId} ${wish.action} ${'identifier' in wish.target && keyText(wish.target)}`);

const wish: fc.Arbitrary<KeyWish> = fc
  .record({
    number: fc.nat(2),
    guildId: fc.constantFrom('1', '2'),
    channelId: fc.constantFrom('10', '20'),
    at: fc.integer({ min: 1, max: 20 }).map(saidAt),
    follow: fc.boolean(),
  })
  .map(({ number, guildId, channelId, at, follow }) =>
    follow
      ? followWish(key(number), { guildId, channelId, saidAt: at })
      : unfollowWish(key(number), { guildId, saidAt: at }),
  );

/** Who follows what in the end, by the rules of the table. */
function outcome(wishes: readonly KeyWish[]): string[] {
  const { follows, unfollows } = foldWishes(wishes);
  const left = new Map(unfollows.map((each) => [`${keyText(each.target)} ${each.guildId}`, each.saidAt]));
  return follows
    .filter((each) => each.saidAt > (left.get(`${keyText(each.target)} ${each.guildId}`) ?? ''))
    .map((each) => `${keyText(each.target)} ${each.guildId} ${each.channelId} ${each.saidAt}`)
    .sort();
}

describe('the lines of the guilds', () => {
  it('lose nothing that matters: what they give out ends as all of it would, and all room comes back', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 60 }), (wishes) => {
        const { lines, room } = open();
        const free = room.freeBytes();
        let folded = 0;
        for (const each of wishes) folded += lines.put(heard(each)).folded;
        const out = lines.take(1_000, true);
        expect(out.length + folded).toBe(wishes.length);
        expect(outcome(out.map((each) => each.wish as KeyWish))).toEqual(outcome(wishes));
        for (const { bytes } of out) room.leave(bytes);
        expect(room.freeBytes()).toBe(free);
        expect(lines.size()).toBe(0);
      }),
    );
  });

  it('take turns, so that who says much waits for itself', () => {
    const { lines } = open();
    for (let number = 0; number < 900; number++) lines.put(heard(followWish(key(number), { guildId: '666' })));
    for (let guild = 1; guild <= 50; guild++) lines.put(heard(followWish(key(1), { guildId: String(guild) })));
    const first = new Set(lines.take(100, false).map((each) => each.wish.guildId));
    expect(first.size).toBe(51);
  });

  it('give out no more of a guild than it may say, unfollows first', () => {
    const { lines } = open({ rate: 0.000_001, burst: 2 });
    for (const number of [1, 2, 3]) lines.put(heard(followWish(key(number))));
    for (const number of [11, 12]) lines.put(heard(unfollowWish(key(number))));
    const ended = ['1 unfollow twitch/11', '1 unfollow twitch/12'];
    expect(said(lines.take(100, false))).toEqual([...ended, '1 follow twitch/1', '1 follow twitch/2']);
    lines.put(heard(unfollowWish(key(13))));
    expect(lines.take(100, false)).toEqual([]);
    expect(lines.resting()).toBe(1);
    lines.put(heard(followWish(key(1), { guildId: '2' })));
    expect(said(lines.take(100, false))).toEqual(['2 follow twitch/1']);
    // When the process ends nobody waits for a rate.
    expect(said(lines.take(100, true))).toEqual(['1 unfollow twitch/13', '1 follow twitch/3']);
  });

  it('take back what could not be carried out, in front and for nothing', () => {
    const { lines } = open({ rate: 0.000_001, burst: 1 });
    for (const guildId of ['1', '2', '3']) lines.put(heard(followWish(key(1), { guildId })));
    lines.giveBack(lines.take(2, false));
    expect(said(lines.take(10, false))).toEqual(['1', '2', '3'].map((guild) => `${guild} follow twitch/1`));
  });

  it('leave room for others: a guild has as much as is free beside it, and an unfollow takes the place of a follow', () => {
    const { lines, room } = open({ bytes: 10_000 });
    const results = Array.from({ length: 100 }, (_, number) => lines.put(heard(followWish(key(number)))));
    expect(results.filter(({ isTaken }) => isTaken)).toHaveLength(50);
    expect(lines.put(heard(followWish(key(1), { guildId: '2' }))).isTaken).toBe(true);
    const { isTaken, displaced } = lines.put(heard(unfollowWish(key(900))));
    expect([isTaken, displaced && said([displaced])]).toEqual([true, ['1 follow twitch/0']]);
    expect(room.freeBytes()).toBe(10_000 - 51 * 100);
  });
});

describe('the allowance of a guild', () => {
  it('comes back with time, and a guild that has all of it is forgotten', () => {
    let now = 0;
    const allowance = createGuildAllowance({ rate: () => 10, burst: () => 5, now: () => now });
    for (let i = 0; i < 5; i++) allowance.spend('1', 'follow');
    expect([allowance.left('1', 'follow'), allowance.left('1', 'unfollow'), allowance.left('2', 'follow')]).toEqual([
      0, 5, 5,
    ]);
    now = 200;
    expect(allowance.left('1', 'follow')).toBe(2);
    for (let guild = 0; guild < 5_000; guild++) {
      now += 1_000;
      allowance.spend(String(guild), 'unfollow');
    }
    expect(allowance.remembered()).toBeLessThan(1_100);
  });
});
