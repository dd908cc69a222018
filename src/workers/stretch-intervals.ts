import type { Platform } from '../shared/domain/platform.ts';
import { type BudgetSample, forecastUse, smoothStretch, stretchFor } from '../shared/domain/stretch.ts';
import type { BudgetReading } from '../shared/platforms/budget.ts';
import { forecastKey, sharedKey, stretchKey } from '../shared/queues/keys.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';

export interface StretchIntervalsParts {
  readonly redis: RedisConnection;
  readonly platforms: readonly Platform[];
  readonly readBudgets: (platform: Platform) => Promise<readonly BudgetReading[]>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a budget's spending leads to, for the board's job log. */
export interface Stretched {
  readonly platform: Platform;
  readonly stretch: number;
  readonly forecasts: Readonly<Record<string, number | null>>;
}

/** Samples older than this tell nothing about now. */
const SAMPLE_MS = 10 * 60_000;

/** Looks at what every budget spends, and stretches the intervals of a platform whose keys need more than there is. */
export function createStretchIntervals({ redis, platforms, readBudgets, clock, logger }: StretchIntervalsParts) {
  async function stretchPlatform(platform: Platform): Promise<Stretched> {
    const current = Number((await redis.get(stretchKey(platform))) ?? 1);
    const readings = await readBudgets(platform);
    const now = clock.now().getTime();
    const forecasts: Record<string, number | null> = {};
    const asked: number[] = [];
    for (const reading of readings) {
      const sample = sampleOf(reading, now);
      const before = await swapSample(platform, reading.name, sample);
      if (!before) continue;
      forecasts[reading.name] = forecastUse(before, sample);
      asked.push(stretchFor(before, sample, current) ?? current);
    }
    const stretch = smoothStretch(current, Math.max(1, ...asked));
    if (stretch !== current)
      logger.info({ platform, before: current, stretch, forecasts }, 'intervals stretched to the budget');
    await redis.set(forecastKey(platform), JSON.stringify(forecasts), 'PX', SAMPLE_MS);
    if (stretch > 1) await redis.set(stretchKey(platform), stretch, 'PX', SAMPLE_MS);
    else await redis.del(stretchKey(platform));
    return { platform, stretch, forecasts };
  }

  async function swapSample(platform: Platform, budget: string, sample: BudgetSample): Promise<BudgetSample | null> {
    const key = sharedKey(platform, `sample:${budget}`);
    const before = await redis.get(key);
    await redis.set(key, JSON.stringify(sample), 'PX', SAMPLE_MS);
    return before === null ? null : (JSON.parse(before) as BudgetSample);
  }

  return async function stretchIntervals(): Promise<Stretched[]> {
    const stretched: Stretched[] = [];
    for (const platform of platforms) stretched.push(await stretchPlatform(platform));
    return stretched;
  };
}

function sampleOf({ used, left, resetsAt }: BudgetReading, at: number): BudgetSample {
  return { at, used, left, resetsAt: resetsAt?.getTime() ?? null };
}
