import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import type { Environment } from '../support/processes.ts';

const HOUR_MS = 3_600_000;
const EVERYTHING = 'listen sync flush poll';
const PRELOADED = path.resolve(import.meta.dirname, '..', '..', 'dist', 'chaos', 'wrong-clock.js');
/** Far less than an hour, and more than the waiting for it may take. */
const FAR_MS = 600_000;

interface Watch {
  /** What makes a process go by it. */
  readonly env: Environment;
  set(aheadMs: number): Promise<void>;
}

async function makeWatch(): Promise<Watch> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tallylight-clock-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = path.join(directory, 'ahead');
  const preloaded = pathToFileURL(PRELOADED);
  preloaded.searchParams.set('file', file);
  return { env: { NODE_OPTIONS: `--import ${preloaded.href}` }, set: (aheadMs) => writeFile(file, String(aheadMs)) };
}

async function goLive({ sim, heardOf }: Cluster, key: StreamKey): Promise<string> {
  const { id } = sim.world.goLive(key.platform, key.identifier);
  await eventually(() => expect(heardOf(key).at(-1)).toBe(`online ${id}`));
  return id;
}

/** Twitch tells no ends: what is told is when somebody looked, by the clock of whoever did. */
async function end({ sim, heard, heardOf }: Cluster, key: StreamKey, id: string): Promise<void> {
  sim.world.end(key.platform, id);
  await eventually(() => expect(heardOf(key).at(-1)).toBe(`offline ${id}`));
  const told = heard.at(-1)?.event.Streams.find((stream) => stream.VideoId === id)?.EndTime ?? '';
  expect(Math.abs(Date.parse(told) - Date.now())).toBeLessThan(FAR_MS);
}

test.for([HOUR_MS, -HOUR_MS])(
  'a clock that is %i ms ahead, from the start and set while it runs, harms nobody',
  async (aheadMs) => {
    const [cluster, watch] = [await startCluster(), await makeWatch()];
    onTestFinished(() => cluster.stop());
    const key: StreamKey = {
      platform: 'twitch',
      identifier: cluster.sim.world.addStreamer({ platform: 'twitch' }).identifier,
    };

    await watch.set(aheadMs);
    const wrongFromTheStart = await cluster.run(EVERYTHING, watch.env);
    await cluster.follow(key);
    await end(cluster, key, await goLive(cluster, key));
    await wrongFromTheStart.end('SIGKILL');

    // What it planned must be there now, not in an hour.
    await watch.set(0);
    const wrongLater = await cluster.run(EVERYTHING, watch.env);
    const before = await goLive(cluster, key);
    await watch.set(aheadMs);
    await end(cluster, key, before);
    await end(cluster, key, await goLive(cluster, key));
    await wrongLater.end('SIGKILL');

    await cluster.run(EVERYTHING);
    await end(cluster, key, await goLive(cluster, key));
  },
);
