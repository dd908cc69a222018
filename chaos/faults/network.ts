import { sleep } from '../../src/shared/runtime/clock.ts';
import type { Lost, Way } from '../proxy.ts';
import { type Fault, singleRedis, type Stage } from '../stage.ts';

const SERVERS = { Redis: 'redis', Postgres: 'postgres' } as const;

const DELAY_MS = 400;
const DELAYED_MS = 8_000;
const REFUSED_MS = 5_000;
/** Short enough to end before anybody gives up what is lost: recovering begins when it is over. */
const HALF_OPEN_MS = 12_000;

/** What is between the processes and a server, shards included. */
export const NETWORK_FAULTS: readonly Fault[] = Object.entries(SERVERS).flatMap(([name, server]) => {
  const ways = (stage: Stage): readonly Way[] => stage.servers[server].ways;
  const faults = [
    fault(`way to ${name}: everything late`, async (stage) => {
      for (const way of ways(stage)) way.delay(DELAY_MS);
      await sleep(DELAYED_MS);
      await healAll(ways(stage));
    }),
    fault(`way to ${name}: cut`, async (stage) => {
      for (const way of ways(stage)) way.cut();
    }),
    fault(`way to ${name}: refused for 5 s`, async (stage) => {
      await Promise.all(ways(stage).map((way) => way.refuse()));
      await sleep(REFUSED_MS);
      await healAll(ways(stage));
    }),
    ...(['everything', 'requests', 'answers'] as const).map((lost) =>
      fault(`way to ${name}: half-open, ${lost} lost`, (stage) => lose(ways(stage), lost)),
    ),
  ];
  return server === 'redis' ? faults.map((one): Fault => ({ ...one, redis: 'single' })) : faults;
});

/** Longer than anybody waits for an answer of Redis; the two that poll, and nobody else. */
const PARTED_MS = 25_000;

export const PARTITION: Fault = {
  ...fault('both that poll parted from Redis for 25 s', async (stage) => {
    const { polling } = singleRedis(stage);
    await polling.part();
    await sleep(PARTED_MS);
    await polling.join();
  }),
  redis: 'single',
};

/** What was connected meanwhile never recovers by itself. */
async function lose(ways: readonly Way[], lost: Lost): Promise<void> {
  for (const way of ways) way.swallow(lost);
  await sleep(HALF_OPEN_MS);
  await healAll(ways);
}

async function healAll(ways: readonly Way[]): Promise<void> {
  await Promise.all(ways.map((way) => way.heal()));
}

function fault(name: string, strike: Fault['strike']): Fault {
  return { name, platforms: null, strike };
}
