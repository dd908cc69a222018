import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeEach } from 'vitest';
import type { Simulator } from '../../../simulator/simulator.ts';
import { loadConfig } from '../../../src/shared/config/config.ts';
import type { Platform } from '../../../src/shared/domain/platform.ts';
import type { LookTarget, OpenBroadcast } from '../../../src/shared/platforms/adapter.ts';
import type { AdapterParts, BudgetedAdapter } from '../../../src/shared/platforms/parts.ts';
import { createAdapters } from '../../../src/shared/platforms/registry.ts';
import { systemClock } from '../../../src/shared/runtime/clock.ts';
import { createLogger } from '../../../src/shared/runtime/logger.ts';
import { createMetrics } from '../../../src/shared/runtime/metrics.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

/** One Redis for the test file, emptied before each test. */
export function useRedis(): () => Redis {
  let opened: Promise<{ server: TestRedis; redis: Redis }> | undefined;
  let redis: Redis | undefined;
  beforeEach(async () => {
    opened ??= startRedis().then((server) => ({ server, redis: new Redis(server.url) }));
    redis = (await opened).redis;
    await redis.flushall();
  });
  afterAll(async () => {
    const { server, redis: last } = (await opened) ?? {};
    last?.disconnect();
    await server?.stop();
  });
  return () => {
    if (redis === undefined) throw new Error('this Redis is open inside tests only');
    return redis;
  };
}

/** What adapters are built from, with the log kept in memory. */
export function partsWith(redis: Redis, given: Partial<AdapterParts> = {}): AdapterParts & { readonly log: string[] } {
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line) };
  const logger = createLogger({ level: 'trace', secrets: [], destination });
  return { redis, metrics: createMetrics(), logger, clock: systemClock, timeoutMs: 60_000, log, ...given };
}

/** The adapter of a platform, pointed at a simulator as the environment would. */
export function adapterFor(simulator: Simulator, platform: Platform, parts: AdapterParts): BudgetedAdapter {
  const config = loadConfig({ ...simulator.env(), PLATFORMS: platform });
  const adapter = createAdapters(config, parts).adapters.get(platform);
  if (adapter === undefined) throw new Error(`no adapter for ${platform}`);
  return adapter;
}

export function target(identifier: string, given: Partial<Omit<LookTarget, 'identifier'>> = {}): LookTarget {
  return { identifier, open: [], settled: [], hinted: [], ...given };
}

export function open(id: string, given: Partial<Omit<OpenBroadcast, 'id'>> = {}): OpenBroadcast {
  return { id, state: 'live', misses: 0, scheduledStart: null, ...given };
}

export const never: AbortSignal = new AbortController().signal;

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers as it is told; it ends with the test. @returns its address */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
