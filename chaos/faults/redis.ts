import { sleep } from '../../src/shared/runtime/clock.ts';
import { emptyRedis, withRedis } from '../servers.ts';
import { type Fault, singleRedis, type Stage } from '../stage.ts';

const FREEZE_MS = 5_000;

export const REDIS_FAULTS: readonly Fault[] = [
  {
    name: 'FLUSHALL',
    platforms: null,
    strike: ({ servers: { redis } }) => emptyRedis(redis),
  },
  {
    name: 'pub/sub clients cut',
    platforms: null,
    async strike({ servers: { redis } }) {
      const servers = redis.kind === 'single' ? [redis.direct] : await redis.masters();
      for (const url of servers) await withRedis(url, (client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    },
  },
  {
    name: 'Redis killed, its file kept',
    redis: 'single',
    platforms: null,
    async strike(stage) {
      const redis = singleRedis(stage);
      await redis.kill();
      await redis.start();
    },
  },
  {
    name: 'Redis killed, its file lost',
    redis: 'single',
    platforms: null,
    async strike(stage) {
      const redis = singleRedis(stage);
      await redis.kill();
      await redis.forget();
      await redis.start();
    },
  },
  {
    name: 'Redis frozen for 5 s',
    redis: 'single',
    platforms: null,
    async strike(stage) {
      const pid = await singleRedis(stage).pid();
      process.kill(pid, 'SIGSTOP');
      await sleep(FREEZE_MS);
      process.kill(pid, 'SIGCONT');
    },
  },
  { name: 'sentinel failover', redis: 'sentinel', platforms: null, strike: failOver },
  { name: 'cluster master killed', redis: 'cluster', platforms: null, strike: failOver },
];

/** The master is killed, and comes back as a replica of the one that took its place. */
async function failOver({ servers: { redis } }: Stage): Promise<void> {
  if (redis.kind === 'single') throw new Error('a single Redis has nobody to take its place');
  await redis.failOver();
}
