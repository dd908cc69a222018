import { sleep } from '../../src/shared/runtime/clock.ts';
import { withRedis } from '../servers.ts';
import type { Fault } from '../stage.ts';

const FREEZE_MS = 5_000;

export const REDIS_FAULTS: readonly Fault[] = [
  {
    name: 'FLUSHALL',
    platforms: null,
    strike: async ({ servers: { redis } }) => void (await withRedis(redis.direct, (client) => client.flushall())),
  },
  {
    name: 'pub/sub clients cut',
    platforms: null,
    async strike({ servers: { redis } }) {
      await withRedis(redis.direct, (client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    },
  },
  {
    name: 'Redis killed, its file kept',
    platforms: null,
    async strike({ servers: { redis } }) {
      await redis.kill();
      await redis.start();
    },
  },
  {
    name: 'Redis killed, its file lost',
    platforms: null,
    async strike({ servers: { redis } }) {
      await redis.kill();
      await redis.forget();
      await redis.start();
    },
  },
  {
    name: 'Redis frozen for 5 s',
    platforms: null,
    async strike({ servers: { redis } }) {
      const pid = await redis.pid();
      process.kill(pid, 'SIGSTOP');
      await sleep(FREEZE_MS);
      process.kill(pid, 'SIGCONT');
    },
  },
];
