import { sleep } from '../../src/shared/runtime/clock.ts';
import { withRedis } from '../servers.ts';
import { type Fault, singleRedis } from '../stage.ts';

const FULL_MS = 10_000;

/** Less than an empty Redis needs: nothing may be written, everything may be read and taken away. */
const FAR_TOO_LITTLE = '100kb';

export const MEMORY_FULL: Fault = {
  name: 'Redis memory full for 10 s',
  redis: 'single',
  platforms: null,
  async strike(stage) {
    const redis = singleRedis(stage);
    const limit = (bytes: string) => withRedis(redis.direct, (client) => client.config('SET', 'maxmemory', bytes));
    await limit(FAR_TOO_LITTLE);
    await sleep(FULL_MS);
    await limit('0');
  },
};
