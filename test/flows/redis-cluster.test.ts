import { afterAll, beforeAll, describe, it } from 'vitest';
import { HEARD_PREFIX, LOG_KEY } from '../../src/shared/contracts/channels.ts';
import { type ClientShard, startClientShard } from '../support/client-shard.ts';
import { type Cluster, startClusterOn } from '../support/cluster.ts';
import { startRedisCluster, type TestRedisCluster } from '../support/redis-cluster.ts';
import { createTrials, SPARING, type Trials } from '../support/several-servers.ts';

let cluster: Cluster<TestRedisCluster>;
let shard: ClientShard;
let trials: Trials;

beforeAll(async () => {
  cluster = await startClusterOn(startRedisCluster);
  shard = await startClientShard({ redisUrl: cluster.redis.as.shard });
  trials = createTrials(cluster, shard);
  await Promise.all([cluster.run('all', SPARING), cluster.run('listen poll flush', SPARING)]);
});

afterAll(async () => {
  trials?.close();
  await shard?.stop();
  await cluster?.stop();
});

describe('on a Redis Cluster of three masters and three replicas', () => {
  it('a stream of every platform goes its whole way', () => trials.wholeWays());

  it('the commands work, and doctor finds all well', () => trials.commands());

  it('nothing is lost or told twice when the master of the log is killed', async () => {
    await trials.surviving(() => cluster.redis.killOwnerOf(LOG_KEY));
  });

  it('nor when the master is killed on which follows are heard and changes wait', async () => {
    await trials.surviving(() => cluster.redis.killOwnerOf(HEARD_PREFIX));
  });
});
