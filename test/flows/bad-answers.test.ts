import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { openDatabase } from '../../src/shared/runtime/database.ts';
import type { FaultRequest } from '../../simulator/faults.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import type { Tallylight } from '../support/processes.ts';

let cluster: Cluster;
let tally: Tallylight;

beforeAll(async () => {
  cluster = await startCluster();
  tally = await cluster.run('all', { OFFLINE_GRACE_TWITCH: '2s' });
});

afterEach(() => {
  cluster.sim.faults.clear();
});

afterAll(async () => {
  await cluster?.stop();
});

async function followedLive(): Promise<{ key: StreamKey; id: string }> {
  const { identifier } = cluster.sim.world.addStreamer({ platform: 'twitch' });
  const key: StreamKey = { platform: 'twitch', identifier };
  await cluster.follow(key);
  const { id } = cluster.sim.world.goLive('twitch', identifier);
  await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`]));
  return { key, id };
}

/** So many more requests have reached the platform. */
async function moreRequests(count: number): Promise<void> {
  const before = cluster.sim.requests.count('twitch', 'streams');
  await eventually(() =>
    expect(cluster.sim.requests.count('twitch', 'streams')).toBeGreaterThanOrEqual(before + count),
  );
}

const KINDS: FaultRequest['kind'][] = ['server-error', 'garbage', 'truncated', 'no-body', 'down', 'html-not-found'];

describe('a platform that answers badly', () => {
  it.each(KINDS)('is not believed to have ended anything (%s)', async (kind) => {
    const { key, id } = await followedLive();
    cluster.sim.faults.add({ kind, platform: 'twitch', endpoint: 'streams' });
    await moreRequests(4);
    cluster.sim.faults.clear();
    await moreRequests(2);
    expect(cluster.heardOf(key)).toEqual([`online ${id}`]);
  });

  it('is frozen when everything is gone at once, and goes on when it is well again', async () => {
    const streams = [];
    for (let i = 0; i < 6; i++) streams.push(await followedLive());
    cluster.sim.faults.add({ kind: 'empty', platform: 'twitch', endpoint: 'streams' });
    await moreRequests(12);
    for (const { key, id } of streams) expect(cluster.heardOf(key)).toEqual([`online ${id}`]);
    cluster.sim.faults.clear();
    const [first, ...rest] = streams;
    if (!first) throw new Error('no stream');
    await moreRequests(2);
    cluster.sim.world.end('twitch', first.id);
    await eventually(() => expect(cluster.heardOf(first.key)).toEqual([`online ${first.id}`, `offline ${first.id}`]));
    for (const { key, id } of rest) expect(cluster.heardOf(key)).toEqual([`online ${id}`]);
  });

  it('rests when it says so, and is asked again when the rest is over', async () => {
    const { key } = await followedLive();
    cluster.sim.faults.add({
      kind: 'rate-limited',
      platform: 'twitch',
      endpoint: 'streams',
      times: 1,
      retryAfterSeconds: 5,
    });
    // Redis knows of the rest while it lasts, and the log afterwards too.
    const [, restMs] = await tally.waitFor(/429[^\n]*"restMs":(\d+)[^\n]*"look failed"/);
    expect(Number(restMs)).toBeGreaterThan(0);
    await moreRequests(2);
    expect(cluster.heardOf(key)).toHaveLength(1);
  });

  it('quarantines a channel that is gone, keeps its follow, and releases it when it is back', async () => {
    const { key } = await followedLive();
    const database = openDatabase(cluster.database.url, 2);
    const where = { platform_identifier: { platform: 'twitch', identifier: key.identifier } };
    const streamer = cluster.sim.world.addStreamer({ platform: 'twitcasting' });
    const gone: StreamKey = { platform: 'twitcasting', identifier: streamer.identifier };
    await cluster.follow(gone);
    cluster.sim.world.setExists('twitcasting', gone.identifier, false);
    const goneWhere = { platform_identifier: { platform: 'twitcasting', identifier: gone.identifier } };
    await eventually(async () =>
      expect((await database.stream.findUnique({ where: goneWhere }))?.quarantinedAt).toBeInstanceOf(Date),
    );
    expect(await database.follow.count({ where: { identifier: gone.identifier } })).toBe(1);
    cluster.sim.world.setExists('twitcasting', gone.identifier, true);
    const { id } = cluster.sim.world.goLive('twitcasting', gone.identifier);
    expect(await cluster.tell(['release', `twitcasting/${gone.identifier}`])).toContain('released');
    await eventually(() => expect(cluster.heardOf(gone)).toEqual([`online ${id}`]));
    expect((await database.stream.findUnique({ where }))?.quarantinedAt).toBeNull();
    await database.$disconnect();
  });
});
