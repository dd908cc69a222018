import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type Hired, hire } from '../processes/hire.ts';
import type { PollingDuties } from '../processes/tally.ts';
import { postgresCpuMs } from '../reading/postgres-usage.ts';
import { redisBytes, redisCpuMs } from '../reading/redis-usage.ts';
import type { Servers } from '../servers.ts';
import { registerBare } from './bare-queue.ts';
import { closeContext, openContext } from './context.ts';
import { reconcile } from './reconcile.ts';
import { clear, fillTables } from './tables.ts';
import { type ServerCpu, toWindow, type Window } from './window.ts';

export type SideName = 'tallylight' | 'bare';

export interface Population {
  readonly identifiers: readonly string[];
  readonly everyMs: number;
}

/** Tallylight, or what it is compared with: one scheduler for each identifier, and processes that poll. */
export interface Side {
  /** So many processes poll from now on. */
  work(processes: number): Promise<void>;
  rest(): Promise<void>;
  /** Measures for so long while it works. */
  window(ms: number): Promise<Window>;
  /** What its Redis holds more than an empty one, for each identifier. */
  bytesPerKey(): Promise<number>;
  close(): Promise<void>;
}

export async function openSide(name: SideName, servers: Servers, population: Population): Promise<Side> {
  const redis = new Redis(name === 'bare' ? servers.bareRedisUrl : servers.redisUrl, { maxRetriesPerRequest: null });
  await redis.flushall();
  const emptyBytes = await redisBytes(redis);
  await POPULATE[name](redis, servers, population);
  const crew = createCrew(name, servers, population.everyMs);
  const serverCpu = async (): Promise<ServerCpu> => ({
    redisMs: await redisCpuMs(redis),
    postgresMs: name === 'bare' ? null : await postgresCpuMs(servers.postgresHome),
  });
  return {
    work: crew.work,
    rest: () => crew.work(0),
    async window(ms) {
      const before = await serverCpu();
      await Promise.all(crew.working().map((process) => process.ask('begin', null)));
      await sleep(ms);
      const tallies = await Promise.all(crew.working().map((process) => process.ask('read', null)));
      return toWindow(tallies, before, await serverCpu());
    },
    bytesPerKey: async () => ((await redisBytes(redis)) - emptyBytes) / population.identifiers.length,
    async close() {
      await crew.dismiss();
      await redis.flushall();
      redis.disconnect();
    },
  };
}

type Populate = (redis: Redis, servers: Servers, population: Population) => Promise<void>;

const POPULATE: Record<SideName, Populate> = {
  bare: (redis, _servers, { identifiers, everyMs }) => registerBare(redis, identifiers, everyMs),
  async tallylight(_redis, { databaseUrl, redisUrl }, { identifiers, everyMs }) {
    const context = openContext({ databaseUrl, redisUrl, everyMs });
    await clear(context);
    await fillTables(context, identifiers);
    await reconcile(context);
    await closeContext(context);
  },
};

/** The processes of a side: started when they are first needed, then told to work or to rest. */
function createCrew(name: SideName, { databaseUrl, redisUrl, bareRedisUrl }: Servers, everyMs: number) {
  const place = { databaseUrl, redisUrl: name === 'bare' ? bareRedisUrl : redisUrl, everyMs };
  const hired: Hired<PollingDuties>[] = [];
  let working = 0;

  async function start(): Promise<Hired<PollingDuties>> {
    const process = hire<PollingDuties>(name === 'bare' ? 'bare-worker' : 'poller');
    hired.push(process);
    await process.ask('open', place);
    return process;
  }

  return {
    working: () => hired.slice(0, working),
    async work(count: number): Promise<void> {
      await Promise.all(Array.from({ length: Math.max(0, count - hired.length) }, start));
      await Promise.all(hired.slice(working, count).map((process) => process.ask('work', null)));
      await Promise.all(hired.slice(count, working).map((process) => process.ask('rest', null)));
      working = count;
    },
    dismiss: async () => {
      await Promise.all(hired.map((process) => process.dismiss()));
    },
  };
}
