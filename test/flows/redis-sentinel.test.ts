import { describe, it } from 'vitest';
import { startSentinel } from '../support/redis-sentinel.ts';
import { useSeveralServers } from '../support/several-servers.ts';

const servers = useSeveralServers(startSentinel);

describe('behind three sentinels', () => {
  it('a stream of every platform goes its whole way', () => servers.trials().wholeWays());

  it('the commands work, and doctor finds all well', () => servers.trials().commands());

  it('nothing is lost or told twice when the master is killed and its replica takes over', async () => {
    await servers.trials().surviving(() => servers.redis().killMaster());
  });
});
