import type { Context } from '../../src/context.ts';
import { type Environment, loadConfig } from '../../src/shared/config/config.ts';
import { createLiveConfig } from '../../src/shared/config/live-config.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';
import { openDatabase } from '../../src/shared/runtime/database.ts';
import { createLogger } from '../../src/shared/runtime/logger.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import { openRedis } from '../../src/shared/runtime/redis.ts';
import { createDatabase } from './database.ts';
import { startRedis, type TestRedis } from './redis.ts';

export interface TestContext extends Context {
  readonly server: TestRedis;
  close(): Promise<void>;
}

/** What a process opens, on a database and a Redis of its own, whose addresses are with the accounts of a process; the open connections may do more. */
export async function openTestContext(env: Environment = {}): Promise<TestContext> {
  const [tables, server] = await Promise.all([createDatabase(), startRedis()]);
  const [databaseUrl, redisUrl] = [tables.as.tallylight, server.as.tallylight];
  const given = loadConfig({ HTTP_PORT: '0', ...env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl });
  const { config, apply: applySettings } = createLiveConfig(given);
  const logger = createLogger({ level: 'silent', secrets: [], destination: { write: () => undefined } });
  const database = openDatabase(tables.url);
  const redis = openRedis(server.url, logger);
  return {
    config,
    applySettings,
    database,
    redis,
    logger,
    server,
    databaseUrl,
    redisUrl,
    metrics: createMetrics(),
    clock: systemClock,
    pollPlatforms: config.platforms,
    life: { giveUp: () => undefined, services: () => ({ ok: true }) },
    async close() {
      redis.disconnect();
      await database.$disconnect();
      await Promise.all([tables.drop(), server.stop()]);
    },
  };
}
