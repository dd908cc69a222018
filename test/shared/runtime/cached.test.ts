import { describe, expect, it } from 'vitest';
import { cached } from '../../../src/shared/runtime/cached.ts';

describe('cached', () => {
  it('asks once for many who ask together', async () => {
    let asked = 0;
    const ask = cached(async () => ++asked, 60_000);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    expect(await ask()).toBe(1);
  });

  it('asks again when the answer is too old', async () => {
    let asked = 0;
    const ask = cached(async () => ++asked, 0);
    expect([await ask(), await ask()]).toEqual([1, 2]);
  });

  it('does not remember a failure', async () => {
    let asked = 0;
    const ask = cached(async () => {
      asked += 1;
      if (asked === 1) throw new Error('away');
      return asked;
    }, 60_000);
    await expect(ask()).rejects.toThrow('away');
    expect(await ask()).toBe(2);
  });
});
