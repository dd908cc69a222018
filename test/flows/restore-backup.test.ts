import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStreamListener, type Position, type StreamListener } from '../../src/client/index.ts';
import { type EmbeddedPostgres, startPostgres } from '../../src/embedded/postgres-server.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const run = promisify(execFile);

let directory: string;
let cluster: Cluster;
let postgres: EmbeddedPostgres;
let shard: StreamListener;
const told: string[] = [];

/** A Postgres of its own: what is backed up here is a whole server. */
function start(name: string): Promise<EmbeddedPostgres> {
  return startPostgres({
    home: path.join(directory, name),
    copyBinariesTo: path.join(directory, 'programs'),
    settings: { fsync: 'off' },
  });
}

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-backup-'));
  await chmod(directory, 0o711); // root's Postgres runs as another account, which must get through
  [cluster, postgres] = await Promise.all([startCluster(), start('before')]);
  let position: Position | null = null;
  const save = async (next: Position): Promise<void> => {
    position = next;
  };
  shard = createStreamListener({
    ...{ redisUrl: cluster.redis.url, checkMs: 500, onProblem: () => undefined },
    positions: { load: async () => position, save },
    onChange: ({ direction, streams }) => void told.push(...streams.map(({ VideoId }) => `${direction} ${VideoId}`)),
  });
});

afterAll(async () => {
  await shard?.stop();
  await cluster?.stop();
  await postgres?.stop();
  await rm(directory, { recursive: true, force: true });
});

const database = (): { DATABASE_URL: string } => ({ DATABASE_URL: postgres.url('postgres') });

async function followed(): Promise<StreamKey> {
  const { identifier } = cluster.sim.world.addStreamer({ platform: 'twitch' });
  const key: StreamKey = { platform: 'twitch', identifier };
  await cluster.follow(key);
  await looked(key);
  return key;
}

async function looked({ identifier }: StreamKey): Promise<void> {
  const asked = () => cluster.sim.requests.recent('twitch', 'streams').some(({ ids }) => ids.includes(identifier));
  await eventually(() => expect(asked()).toBe(true));
}

const live = (key: StreamKey): string => cluster.sim.world.goLive('twitch', key.identifier).id;

it('a backup of Postgres and an empty Redis bring everything back, and nobody hears twice what is in it', async () => {
  const before = await cluster.run('all', database());
  const [lasting, ending, quiet] = [await followed(), await followed(), await followed()];
  await shard.start();
  await eventually(() => expect(shard.position()).not.toBeNull());
  const [lastingId, endingId] = [live(lasting), live(ending)];
  await eventually(() => expect(cluster.heardOf(ending)).toEqual([`online ${endingId}`]));
  cluster.sim.world.end('twitch', endingId);
  const over = [`online ${endingId}`, `offline ${endingId}`];
  await eventually(() => expect(cluster.heardOf(ending)).toEqual(over));
  await eventually(() => expect(cluster.heardOf(lasting)).toEqual([`online ${lastingId}`]));

  // The backup: everything stopped, the directory copied, everything started again.
  expect(await before.end('SIGTERM')).toBe(0);
  await postgres.stop();
  await run('cp', ['-a', path.join(directory, 'before'), path.join(directory, 'backup')]);
  postgres = await start('before');
  const after = await cluster.run('all', database());
  const tooLate = await followed();
  const tooLateId = live(tooLate);
  const shared = live(quiet);
  await eventually(() => expect(cluster.heardOf(tooLate)).toEqual([`online ${tooLateId}`]));
  await eventually(() => expect(cluster.heardOf(quiet)).toEqual([`online ${shared}`]));

  // The disaster: the processes, Postgres with all its data, and Redis with all of its own.
  await after.end('SIGKILL');
  await postgres.kill();
  await rm(path.join(directory, 'before'), { recursive: true });
  await cluster.redis.restart({ empty: true });

  // The restore: the copy as the data of a new Postgres, Redis as empty as it is.
  await run('cp', ['-a', path.join(directory, 'backup'), path.join(directory, 'restored')]);
  postgres = await start('restored');
  const askedBefore = cluster.sim.requests.count('twitch', 'streams');
  await cluster.run('all', database());
  await eventually(() => expect(cluster.sim.requests.count('twitch', 'streams')).toBeGreaterThan(askedBefore));

  // What was published after the backup is not in it: it is published once more.
  await eventually(() => expect(cluster.heardOf(quiet)).toEqual([`online ${shared}`, `online ${shared}`]));
  const newId = live(ending);
  await eventually(() => expect(cluster.heardOf(ending)).toEqual([...over, `online ${newId}`]));
  cluster.sim.world.end('twitch', lastingId);
  const wholeLife = [`online ${lastingId}`, `offline ${lastingId}`];
  await eventually(() => expect(cluster.heardOf(lasting)).toEqual(wholeLife));

  // The client tells what is in the backup once. What came after it went off, as far as the tables knew, and on again;
  // a shard that compares only after that finds it as it was.
  const toldOf = (id: string): string[] => told.filter((one) => one.endsWith(` ${id}`));
  await eventually(() => expect(toldOf(lastingId)).toEqual(wholeLife));
  await eventually(() => expect([...toldOf(endingId), ...toldOf(newId)]).toEqual([...over, `online ${newId}`]));
  const on = `online ${shared}`;
  expect([[on], [on, `offline ${shared}`, on]]).toContainEqual(toldOf(shared));

  // A follow that was said after the backup is gone with it, until it is said again.
  const redis = new Redis(cluster.redis.url);
  expect(await redis.zscore('tallylight:{poll-twitch}:due', tooLate.identifier)).toBeNull();
  for (const { identifier } of [lasting, ending, quiet]) {
    expect(await redis.zscore('tallylight:{poll-twitch}:due', identifier)).not.toBeNull();
  }
  await cluster.follow(tooLate);
  await eventually(async () =>
    expect(await redis.zscore('tallylight:{poll-twitch}:due', tooLate.identifier)).not.toBeNull(),
  );
  redis.disconnect();
});
