import type fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect } from 'vitest';
import { environmentFor } from '../../simulator/credentials.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { loadConfig, secretsOf } from '../../src/shared/config/config.ts';
import { streamData, toStreamData } from '../../src/shared/contracts/status-events.ts';
import type { Observation, SeenBroadcast } from '../../src/shared/domain/observation.ts';
import { PLATFORMS, type Platform } from '../../src/shared/domain/platform.ts';
import type { LookTarget } from '../../src/shared/platforms/adapter.ts';
import { PlatformError } from '../../src/shared/platforms/errors.ts';
import type { BudgetedAdapter } from '../../src/shared/platforms/parts.ts';
import { createAdapters } from '../../src/shared/platforms/registry.ts';
import { never, open, partsWith, target } from '../shared/platforms/opened.ts';
import { startRedis } from '../support/redis.ts';
import { type Garble, garbles, type GarblingProxy, startGarblingProxy } from './arbitraries/garbling-proxy.ts';
import { testBorder } from './border.ts';

const undo: (() => Promise<unknown>)[] = [];
const adapters = new Map<Platform, BudgetedAdapter>();
const targets = new Map<Platform, LookTarget[]>();
const NOW = new Date();
/** No event is dated before or after. */
const [FIRST, LAST] = [Date.UTC(1970, 0), Date.UTC(2200, 0)];
let proxy: GarblingProxy;
let redis: Redis;
let secrets: string[] = [];

beforeAll(async () => {
  const [server, simulator] = await Promise.all([startRedis(), startSimulator()]);
  redis = new Redis(server.url);
  proxy = await startGarblingProxy(simulator.url);
  const config = loadConfig({ ...environmentFor(proxy.url), PLATFORMS: PLATFORMS.join(',') });
  secrets = secretsOf(config);
  for (const [platform, adapter] of createAdapters(config, partsWith(redis)).adapters) adapters.set(platform, adapter);
  for (const platform of PLATFORMS) {
    const ids = [1, 2, 3].map(() => simulator.world.addStreamer({ platform }).identifier);
    const [live = '', over = '', quiet = ''] = ids;
    const begun = simulator.world.goLive(platform, live, { startedAt: new Date(NOW.getTime() - 600_000) });
    const ended = simulator.world.goLive(platform, over, { startedAt: new Date(NOW.getTime() - 600_000) });
    simulator.world.end(platform, ended.id);
    const mine = [
      target(live, { hinted: [begun.id] }),
      target(over, { open: [open(ended.id, { misses: 1 })] }),
      target(quiet),
    ];
    targets.set(platform, platform === 'twitcasting' ? mine.slice(0, 1) : mine);
  }
  undo.push(
    proxy.stop,
    () => simulator.stop(),
    async () => redis.disconnect(),
    () => server.stop(),
  );
});

afterAll(async () => {
  for (const step of undo) await step();
});

for (const platform of PLATFORMS) {
  testBorder<Garble>({
    name: `answers of ${platform}`,
    inputs: garbles as fc.Arbitrary<Garble>,
    quick: 100,
    corpus: [],
    async take(garble) {
      await redis.flushall();
      proxy.garble(garble);
      const asked = targets.get(platform) ?? [];
      try {
        const seen = await adapters.get(platform)?.observe(asked, never);
        for (const [identifier, observation] of seen ?? []) {
          expect(asked.map((one) => one.identifier)).toContain(identifier);
          expectUsable(platform, identifier, observation);
        }
        return 'accepted';
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error;
        expect(error.message.length).toBeLessThanOrEqual(300);
        for (const secret of secrets) expect(error.message).not.toContain(secret);
        if (error.restUntil) expect(error.restUntil.getTime()).toBeLessThan(Date.now() + 32 * 24 * 3_600_000);
        return `${error.fault}: ${error.message.replace(/\d+/g, 'N').slice(0, 70)}`;
      }
    },
  });
}

/** Everything of it can be stored and published as it is. */
function expectUsable(platform: Platform, identifier: string, observation: Observation): void {
  if (observation.kind === 'unknown') expect(observation.reason.length).toBeLessThanOrEqual(200);
  if (observation.kind !== 'seen') return;
  const { broadcasts, channel, settled = [], unasked = [] } = observation;
  for (const id of [...settled, ...unasked, ...broadcasts.map((one) => one.id)])
    expect(id).toMatch(/^[^\p{C}\s]{1,128}$/u);
  for (const text of [channel?.title, channel?.login]) expect(text?.length ?? 0).toBeLessThanOrEqual(1_000);
  expect(broadcasts.length + settled.length).toBeLessThanOrEqual(200);
  for (const broadcast of broadcasts) expectPublishable(platform, identifier, broadcast, channel ?? {});
}

function expectPublishable(
  platform: Platform,
  identifier: string,
  broadcast: SeenBroadcast,
  { title = null, login = null }: { readonly title?: string | null; readonly login?: string | null },
): void {
  for (const at of [broadcast.scheduledStart, broadcast.startedAt, broadcast.endedAt]) {
    if (at !== null) expect(at.getTime() >= FIRST && at.getTime() < LAST).toBe(true);
  }
  const stream = toStreamData({
    key: { platform, identifier },
    channel: { title, login },
    broadcast,
    happenedAt: broadcast.startedAt ?? NOW,
  });
  expect(streamData.safeParse(stream).error?.issues).toBeUndefined();
  // A hundred of them are one event, and who reads slowly is cut off by Redis at 32 MB.
  expect(JSON.stringify(stream).length).toBeLessThan(16 * 1024);
}
