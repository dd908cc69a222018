import { loadavg } from 'node:os';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import type { Supervised } from '../../chaos/process.ts';
import type { Delay, Tally } from '../account.ts';
import { spreadOfDelays } from '../judge/spread.ts';
import type { Actor } from '../stage/cast.ts';
import { type Series, sumOf } from './exposition.ts';
import { type Buckets, bucketsOf, bucketsSince, quantileOf, together, total } from './histogram.ts';
import { memoryOf, readPages, residentOf } from './processes.ts';
import type { Memory, Sample, Spread } from './sample.ts';
import { readRedis, readTables } from './servers.ts';

export interface SamplerParts {
  readonly redis: Redis;
  readonly database: pg.Client;
  readonly actors: readonly Actor[];
  readonly shards: readonly Supervised[];
  readonly tally: () => Tally;
  readonly delays: () => readonly Delay[];
  readonly beganAt: number;
}

const LATENESS = 'tallylight_poll_lateness_seconds';
const PUBLISH_DELAY = 'tallylight_publish_delay_seconds';
const CAUSES = ['rate', 'subscribers', 'redis'];

export interface Sampler {
  /** Looks at everything together. Counts are those since the look before; what a killed process counted last is lost. */
  sample(): Promise<Sample>;
  /** Over all samples since `begin`. */
  overall(): { readonly lateness: Spread; readonly publishDelay: Spread };
  /** From here on it counts. */
  begin(): void;
}

export function createSampler(parts: SamplerParts): Sampler {
  const before = new Map<string, readonly Series[]>();
  let told = 0;
  let lateness: Buckets = new Map();
  let publishDelay: Buckets = new Map();

  function observed(pages: ReadonlyMap<string, readonly Series[]>, histogram: string): Buckets {
    const fresh = [...pages].map(([name, page]) =>
      bucketsSince(bucketsOf(before.get(name) ?? [], histogram), bucketsOf(page, histogram)),
    );
    return together(fresh);
  }

  function heldBack(pages: ReadonlyMap<string, readonly Series[]>): Record<string, number> {
    const seconds = (page: readonly Series[], by: string): number =>
      sumOf(page, 'tallylight_publish_wait_seconds_total', { by });
    const sums = CAUSES.map((by) => {
      const each = [...pages].map(([name, page]) => {
        const [then, now] = [seconds(before.get(name) ?? [], by), seconds(page, by)];
        return now < then ? now : now - then;
      });
      return [by, each.reduce((sum, one) => sum + one, 0)] as const;
    });
    return Object.fromEntries(sums);
  }

  async function sample(): Promise<Sample> {
    const at = Date.now() - parts.beganAt;
    const [pages, redis, postgres, memory] = await Promise.all([
      readPages(parts.actors),
      readRedis(parts.redis),
      readTables(parts.database),
      memoryOfShards(parts.shards),
    ]);
    const { due, heard } = parts.tally();
    const delays = parts.delays().slice(told);
    told += delays.length;
    const [late, slow] = [observed(pages, LATENESS), observed(pages, PUBLISH_DELAY)];
    [lateness, publishDelay] = [together([lateness, late]), together([publishDelay, slow])];
    const taken: Sample = {
      ...{ at, redis, postgres, due, heard },
      memory: { ...Object.fromEntries([...pages].map(([name, page]) => [name, memoryOf(page)])), ...memory },
      ...{ lateness: spreadOf(late), publishDelay: spreadOf(slow) },
      heardDelay: spreadOfDelays(delays.filter(({ direction }) => direction === 'online')),
      heldBack: heldBack(pages),
      ...standing([...pages.values()]),
      behindBytes: Math.max(0, ...[...pages.values()].map((page) => sumOf(page, 'tallylight_subscriber_behind_bytes'))),
      series: Math.max(0, ...[...pages.values()].map(({ length }) => length)),
      load: loadavg()[0] ?? 0,
    };
    for (const [name, page] of pages) before.set(name, page);
    return taken;
  }

  return {
    sample,
    overall: () => ({ lateness: spreadOf(lateness), publishDelay: spreadOf(publishDelay) }),
    begin() {
      [lateness, publishDelay] = [new Map(), new Map()];
    },
  };
}

async function memoryOfShards(shards: readonly Supervised[]): Promise<Record<string, Memory>> {
  const all = await Promise.all(shards.map(async (shard) => [shard.name, await residentOf(shard.pid())] as const));
  return Object.fromEntries(all.filter((one): one is [string, Memory] => one[1] !== null));
}

/** What every page says of the whole cluster; one of them suffices. */
function standing(pages: readonly (readonly Series[])[]): Pick<Sample, 'queues' | 'overdueKeys' | 'oldestChange'> {
  const page = pages.find((one) => one.some(({ name }) => name === 'tallylight_queue_jobs')) ?? [];
  const jobs = page.filter(
    ({ name, labels }) => name === 'tallylight_queue_jobs' && ['waiting', 'active'].includes(labels.state ?? ''),
  );
  const queues: Record<string, number> = {};
  for (const { labels, value } of jobs) queues[labels.queue ?? ''] = (queues[labels.queue ?? ''] ?? 0) + value;
  return {
    queues,
    overdueKeys: sumOf(page, 'tallylight_overdue_keys'),
    oldestChange: sumOf(page, 'tallylight_oldest_change_seconds'),
  };
}

function spreadOf(buckets: Buckets): Spread {
  const ms = (share: number): number | null => {
    const seconds = quantileOf(buckets, share);
    return seconds === null ? null : seconds * 1_000;
  };
  return { count: total(buckets), p50: ms(0.5), p99: ms(0.99) };
}
