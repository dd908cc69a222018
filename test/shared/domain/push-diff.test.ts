import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookAgainAfter } from '../../../src/shared/domain/look-again.ts';
import { diffPush, type KnownPush, type RemotePush } from '../../../src/shared/domain/push-diff.ts';
import { pushRenewAt, pushRetryAfter } from '../../../src/shared/domain/push-retry.ts';

const known = (over: Partial<KnownPush> = {}): KnownPush => ({
  ...{ identifier: '1', topic: 'stream.online', state: 'active', remoteId: 'a', mark: 'now' },
  ...over,
});
const remote = (over: Partial<RemotePush> = {}): RemotePush => ({
  ...{ identifier: '1', topic: 'stream.online', state: 'active', remoteId: 'a', ours: true },
  ...over,
});
const diff = (rows: KnownPush[], there: RemotePush[]) => {
  const { lost, adopted, useless, strays } = diffPush(rows, there, 'now');
  const ids = (ones: readonly { remoteId: string | null }[]) => ones.map((one) => one.remoteId);
  return { lost: ids(lost), adopted: ids(adopted), useless: ids(useless), strays: ids(strays) };
};
const none = { lost: [], adopted: [], useless: [], strays: [] };

describe('what the table says and what the platform lists', () => {
  it.each<[string, KnownPush[], RemotePush[], object]>([
    ['agree', [known()], [remote()], {}],
    ['agree on what is not confirmed yet', [known({ state: 'pending' })], [remote({ state: 'pending' })], {}],
    ['differ when it is gone there', [known()], [], { lost: ['a'] }],
    ['differ when it is dead there', [known()], [remote({ state: 'dead' })], { lost: ['a'], useless: ['a'] }],
    ['differ when it was confirmed', [known({ state: 'pending' })], [remote()], { adopted: ['a'] }],
    [
      'differ when the answer to asking was lost',
      [known({ state: 'wanted', remoteId: null, mark: null })],
      [remote()],
      { adopted: ['a'] },
    ],
    ['differ when it is there twice', [known()], [remote(), remote({ remoteId: 'b' })], { useless: ['b'] }],
    ['differ when it is there under another id', [known()], [remote({ remoteId: 'b' })], { adopted: ['b'] }],
    ['are left alone while it is to be made anew', [known({ state: 'failed' })], [remote()], {}],
    ['are left alone while it is to be ended', [known({ state: 'leaving' })], [remote()], {}],
    ['differ when it was made with another secret', [known({ state: 'wanted', mark: 'old' })], [remote()], {}],
    ['differ when nothing was asked for', [], [remote()], { strays: ['a'] }],
    ['do not concern what is not ours', [], [remote({ ours: false }), remote({ ours: false, state: 'dead' })], {}],
    ['leave nothing dead of ours', [], [remote({ state: 'dead' })], { useless: ['a'] }],
  ])('%s', (_name, rows, there, expected) => {
    expect(diff(rows, there)).toEqual({ ...none, ...expected });
  });

  it('never end what serves a row, and never lose what is there', () => {
    const state = fc.constantFrom<KnownPush['state']>('wanted', 'pending', 'active', 'failed', 'leaving');
    const row = fc.record({
      identifier: fc.constantFrom('1', '2'),
      topic: fc.constantFrom('on', 'off'),
      state,
      remoteId: fc.option(fc.constantFrom('a', 'b', 'c')),
      mark: fc.option(fc.constantFrom('now', 'old')),
    });
    const listed = fc.record({
      identifier: fc.constantFrom('1', '2'),
      topic: fc.constantFrom('on', 'off'),
      state: fc.constantFrom<RemotePush['state']>('pending', 'active', 'dead'),
      remoteId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      ours: fc.boolean(),
    });
    const text = (one: { identifier: string; topic: string }) => `${one.identifier} ${one.topic}`;
    const rows = fc.uniqueArray(row, { selector: text });
    const remotes = fc.uniqueArray(listed, { selector: (one) => one.remoteId });
    fc.assert(
      fc.property(rows, remotes, (table, there) => {
        const { lost, adopted, useless, strays } = diffPush(table, there, 'now');
        const ended = new Set([...useless, ...strays]);
        expect([...ended].every((one) => one.ours)).toBe(true);
        for (const one of adopted) expect(ended.has(one)).toBe(false);
        for (const one of table) {
          const serving = there.find(
            (each) => each.ours && each.state !== 'dead' && each.remoteId === one.remoteId && text(each) === text(one),
          );
          if (serving) expect(ended.has(serving)).toBe(false);
          if (serving && one.mark !== 'old' && one.state !== 'leaving') expect(lost).not.toContain(one);
        }
      }),
    );
  });
});

describe('a lease', () => {
  const now = new Date('2026-09-26T10:00:00Z');
  it('is renewed at half, and waits longer after each failure', () => {
    expect(pushRenewAt(new Date('2026-09-26T12:00:00Z'), now)).toEqual(new Date('2026-09-26T11:00:00Z'));
    expect(pushRenewAt(null, now)).toBeNull();
    expect(pushRenewAt(now, now)).toBeNull();
    const waits = [1, 2, 3, 30].map(pushRetryAfter);
    expect(waits).toEqual([10_000, 20_000, 40_000, 3_600_000]);
  });
});

describe('after a push the look', () => {
  it('is taken again until it sees what was said, four times at most', () => {
    expect([1, 2, 3, 4, 5].map((looks) => lookAgainAfter('online', 'idle', looks))).toEqual([
      5_000,
      10_000,
      15_000,
      30_000,
      null,
    ]);
    expect(lookAgainAfter('online', 'live', 1)).toBeNull();
    expect(lookAgainAfter('offline', 'live', 1)).toBe(5_000);
    expect(lookAgainAfter('offline', 'idle', 1)).toBeNull();
    expect(lookAgainAfter('something', 'idle', 1)).toBeNull();
    expect(lookAgainAfter('online', 'untracked', 1)).toBeNull();
    expect(lookAgainAfter('online', 'unknown', 1)).toBe(5_000);
  });
});
