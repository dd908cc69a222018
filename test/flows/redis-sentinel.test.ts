import { afterAll, beforeAll, describe, it } from 'vitest';
import { type ClientShard, startClientShard } from '../support/client-shard.ts';
import { type Cluster, startClusterOn } from '../support/cluster.ts';
import { startSentinel, type TestSentinel } from '../support/redis-sentinel.ts';
import { createTrials, SPARING, type Trials } from '../support/several-servers.ts';

let cluster: Cluster<TestSentinel>;
let shard: ClientShard;
let trials: Trials;

beforeAll(async () => {
  cluster = await startClusterOn(startSentinel);
  shard = await startClientShard({ redisUrl: cluster.redis.as.shard });
  trials = createTrials(cluster, shard);
  await Promise.all([cluster.run('all', SPARING), cluster.run('listen poll flush', SPARING)]);
});

afterAll(async () => {
  trials?.close();
  await shard?.stop();
  await cluster?.stop();
});

describe('behind three sentinels', () => {
  it('a stream of every platform goes its whole way', () => trials.wholeWays());

  it('the commands work, and doctor finds all well', () => trials.commands());

  it('nothing is lost or told twice when the master is killed and its replica takes over', async () => {
    await trials.surviving(() => cluster.redis.killMaster());
  });
});
