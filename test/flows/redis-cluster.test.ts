import { describe, it } from 'vitest';
import { HEARD_PREFIX, LOG_KEY } from '../../src/shared/contracts/channels.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { useSeveralServers } from '../support/several-servers.ts';

const servers = useSeveralServers(startRedisCluster);

describe('on a Redis Cluster of three masters and three replicas', () => {
  it('a stream of every platform goes its whole way', () => servers.trials().wholeWays());

  it('the commands work, and doctor finds all well', () => servers.trials().commands());

  it('nothing is lost or told twice when the master of the log is killed', async () => {
    await servers.trials().surviving(() => servers.redis().killOwnerOf(LOG_KEY));
  });

  it('nor when the master is killed on which follows are heard and changes wait', async () => {
    await servers.trials().surviving(() => servers.redis().killOwnerOf(HEARD_PREFIX));
  });
});
