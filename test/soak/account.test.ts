import { expect, it } from 'vitest';
import { createAccount, type Direction } from '../../soak/account.ts';

const SHARDS = ['0', '1'];

function opened() {
  const account = createAccount(SHARDS);
  const began = (id: string, { key = 'k', owed = true, early = false, at = 1_000 } = {}): void =>
    account.began({ platform: 'twitch', key, id, at, owed, early });
  const told = (direction: Direction, id: string, { key = 'k', shards = SHARDS, at = 5_000 } = {}): void => {
    for (const shard of shards) account.told({ shard, at, direction, platform: 'twitch', streams: [{ id, key }] });
  };
  const kinds = (): string[] => account.wrong().map(({ kind }) => kind);
  return { account, began, told, kinds };
}

it('finds nothing wrong when every change was told once to every shard, in turn', () => {
  const { account, began, told, kinds } = opened();
  began('a');
  told('online', 'a');
  account.ended('twitch', 'a', 6_000);
  told('offline', 'a', { at: 8_000 });
  began('b', { at: 9_000 });
  told('online', 'b', { at: 9_500 });
  expect(account.tally()).toEqual({ due: 6, heard: 6 });
  expect(kinds()).toEqual([]);
  const delays = account.delays().map(({ direction, ms }) => `${direction} ${ms}`);
  expect(new Set(delays)).toEqual(new Set(['online 4000', 'offline 2000', 'online 500']));
});

it('misses what one of the shards was not told', () => {
  const { account, began, told } = opened();
  began('a');
  told('online', 'a', { shards: ['0'] });
  account.ended('twitch', 'a', 6_000);
  expect(account.tally()).toEqual({ due: 4, heard: 1 });
  expect(account.wrong().map(({ text }) => text)).toEqual([
    'shard 0 was not told offline of twitch/k, broadcast a',
    'shard 1 was not told online of twitch/k, broadcast a',
    'shard 1 was not told offline of twitch/k, broadcast a',
  ]);
});

it('sees what was told twice, out of turn, or of nothing that was', () => {
  const { account, began, told, kinds } = opened();
  began('a');
  told('online', 'a', { shards: ['0'] });
  told('online', 'a', { shards: ['0'] });
  expect(kinds()).toContain('twice');
  told('offline', 'a', { shards: ['0'] });
  expect(kinds().filter((kind) => kind === 'phantom')).toHaveLength(1);
  told('online', 'never', { shards: ['0'] });
  expect(kinds().filter((kind) => kind === 'phantom')).toHaveLength(2);
  account.ended('twitch', 'a', 6_000);
  told('offline', 'a', { shards: ['1'] });
  expect(kinds()).toContain('order');
});

it('sees the beginning of the next broadcast of a key that was told before the end of the last one', () => {
  const { account, began, told, kinds } = opened();
  began('a');
  told('online', 'a');
  account.ended('twitch', 'a', 6_000);
  began('b', { at: 7_000 });
  told('online', 'b', { shards: ['0'] });
  expect(kinds()).toContain('order');
});

it('demands nothing of keys that are not followed all the time, and no delay of what began too early', () => {
  const { account, began, told, kinds } = opened();
  began('a', { owed: false });
  told('offline', 'a');
  began('b', { key: 'other', early: true });
  told('online', 'b', { key: 'other' });
  expect(account.tally()).toEqual({ due: 2, heard: 2 });
  expect(kinds()).toEqual([]);
  expect(account.delays()).toEqual([]);
});
