import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupByGuild, guildsOfShard, shardOf } from '../../src/client/guilds.ts';
import type { StreamChange } from '../../src/client/stream-change.ts';
import { stream } from './published.ts';

it('knows the shard of a guild beyond 53 and 63 bits', () => {
  expect(shardOf('197038439483310086', 1)).toBe(0);
  expect(shardOf(4_194_304n, 10)).toBe(1);
  expect(shardOf('18446744073709551615', 1_000)).toBe(Number((2n ** 42n - 1n) % 1_000n));
});

it('gives every guild to exactly one shard', () => {
  const guilds = fc.array(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), { maxLength: 50 });
  fc.assert(
    fc.property(guilds, fc.integer({ min: 1, max: 64 }), (ids, total) => {
      const shards = Array.from({ length: total }, (_, index) => guildsOfShard(ids, { index, total }));
      expect(shards.flat().sort()).toEqual([...ids].sort());
    }),
  );
});

it('takes no id that may have lost digits, and no impossible number of shards', () => {
  expect(() => shardOf(Number('1096483912345678901') as unknown as string, 2)).toThrow('may have lost digits');
  expect(() => shardOf('18446744073709551616', 2)).toThrow('2^64-1');
  expect(() => shardOf('1', 0)).toThrow('1 or more shards');
});

it('tells each guild everything that concerns it in one piece', () => {
  const streams = [stream('1', 'a'), stream('2', 'b'), stream('3', 'c')];
  const change: StreamChange = { direction: 'online', platform: 'twitch', streams, eventId: 'e', source: 'event' };
  const followers: Record<string, (string | bigint)[]> = { a: ['10', 20n, '10'], b: ['20'], c: [] };
  const news = groupByGuild(change, ({ ChannelId }) => followers[ChannelId] ?? []);
  expect(news.map(({ guildId, change: own }) => [guildId, own.streams.map(({ VideoId }) => VideoId)])).toEqual([
    ['10', ['1']],
    ['20', ['1', '2']],
  ]);
  expect(news[0]?.change).toMatchObject({ direction: 'online', eventId: 'e' });
});

it('tells a shard of its own guilds only, each in one piece', () => {
  const guilds = ['1096483912345678901', '1096483912349873205', '18446744073709551615'];
  const streams = [stream('1', 'a'), stream('2', 'b')];
  const change: StreamChange = { direction: 'online', platform: 'twitch', streams, eventId: 'e', source: 'event' };
  const told = [0, 1].map((index) => groupByGuild(change, () => guilds, { index, total: 2 }));
  expect(told.map((news) => news.map(({ guildId }) => guildId))).toEqual(
    [0, 1].map((index) => guildsOfShard(guilds, { index, total: 2 })),
  );
  expect(told.flat().map(({ change: own }) => own.streams.length)).toEqual([2, 2, 2]);
});
