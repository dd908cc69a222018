import { describe, expect, test } from 'vitest';
import { createBudget } from '../../../src/shared/platforms/budget.ts';
import { PlatformError } from '../../../src/shared/platforms/errors.ts';
import { budgetKey } from '../../../src/shared/queues/keys.ts';
import { systemClock } from '../../../src/shared/runtime/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { never, useRedis } from './opened.ts';

const redis = useRedis();

describe('a budget', () => {
  test('is shared by everybody who spends from it, and never exceeded by their haste', async () => {
    const rule = { name: 'points', limit: 10, window: 60_000 };
    const spenders = Array.from({ length: 4 }, () =>
      createBudget({ redis: redis(), platform: 'twitch', clock: systemClock }, rule),
    );
    const granted = await Promise.all(spenders.flatMap((one) => Array.from({ length: 5 }, () => one.trySpend(never))));
    expect(granted.filter(Boolean)).toHaveLength(10);
    expect(await spenders[0]?.read()).toMatchObject({ name: 'points', limit: 10, used: 10, left: 0 });
  });

  test('says until when it is spent, and refills by itself', async () => {
    const rule = { name: 'points', limit: 1, window: 60_000 };
    const budget = createBudget({ redis: redis(), platform: 'twitch', clock: systemClock }, rule);
    await budget.spend(never);
    const refused = await budget.spend(never).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PlatformError);
    expect(refused).toMatchObject({ fault: 'budget-spent', restUntil: expect.any(Date) });
    await redis().pexpire(budgetKey('twitch', 'points'), 50); // as if most of the minute had passed
    await eventually(() => budget.spend(never));
  });

  test('does not send anybody away for a whole window in the last moment of one', async () => {
    const rule = { name: 'points', limit: 1, window: 60_000 };
    const budget = createBudget({ redis: redis(), platform: 'twitch', clock: systemClock }, rule);
    await budget.spend(never);
    for (let round = 0; round < 50; round += 1) {
      await redis().pexpire(budgetKey('twitch', 'points'), 3);
      for (let granted = false; !granted; ) {
        const refused = await budget.spend(never).catch((error: unknown) => error);
        granted = refused === undefined;
        const restMs = refused instanceof PlatformError ? (refused.restUntil?.getTime() ?? 0) - Date.now() : 0;
        expect(restMs).toBeLessThan(1_000);
      }
    }
  });

  test('refuses a cost that no longer fits and leaves what is left to cheaper requests', async () => {
    const rule = { name: 'units', limit: 5, window: 60_000 };
    const budget = createBudget({ redis: redis(), platform: 'youtube', clock: systemClock }, rule);
    expect(await budget.trySpend(never, 4)).toBe(true);
    expect(await budget.trySpend(never, 2)).toBe(false);
    expect(await budget.trySpend(never, 1)).toBe(true);
  });

  test('begins anew with the Pacific day', async () => {
    let now = new Date('2026-09-27T06:59:00Z');
    const rule = { name: 'units', limit: 1, window: 'pacific-day' } as const;
    const budget = createBudget({ redis: redis(), platform: 'youtube', clock: { now: () => now } }, rule);
    await budget.spend(never);
    await expect(budget.spend(never)).rejects.toMatchObject({
      fault: 'budget-spent',
      restUntil: expect.any(Date),
    });
    now = new Date('2026-09-27T07:00:01Z');
    await budget.spend(never);
    expect(await budget.read()).toMatchObject({ used: 1, left: 0 });
  });

  test('keeps the gap between requests over all who spend, and queues nobody longer than a look can wait', async () => {
    const rule = { name: 'spaces', limit: 100, window: 60_000, gapMs: 4_500 };
    const make = () => createBudget({ redis: redis(), platform: 'twitter', clock: systemClock }, rule);
    const [one, other] = [make(), make()];
    // Nobody waits for a turn whose signal is aborted, yet the turn is taken.
    const hurried = AbortSignal.abort();
    const granted = await Promise.all([one, other, one, other].map((budget) => budget.trySpend(hurried)));
    expect(granted).toEqual([true, true, false, false]);
    expect(await one.read()).toMatchObject({ used: 2 });
    await expect(one.spend(hurried)).rejects.toMatchObject({ fault: 'budget-spent', restUntil: expect.any(Date) });
  });

  test('is unavailable, not free, when Redis is away', async () => {
    const away = redis().duplicate({ port: 1, lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    away.on('error', () => undefined);
    const budget = createBudget(
      { redis: away, platform: 'twitch', clock: systemClock },
      { name: 'p', limit: 1, window: 1 },
    );
    await expect(budget.spend(never)).rejects.toMatchObject({
      name: 'PlatformError',
      fault: 'unavailable',
      ours: true,
    });
  });
});
