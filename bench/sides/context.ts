import type { Context } from '../../src/context.ts';
import { loadConfig } from '../../src/shared/config/config.ts';
import { createLiveConfig } from '../../src/shared/config/live-config.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';
import { openDatabase } from '../../src/shared/runtime/database.ts';
import { createLogger } from '../../src/shared/runtime/logger.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import { openRedis } from '../../src/shared/runtime/redis.ts';
import type { PollingPlace } from '../processes/tally.ts';

/** What a process of Tallylight opens, with the credentials of a platform that asks for none. */
export function openContext({ databaseUrl, redisUrl, everyMs }: PollingPlace): Context {
  const given = loadConfig({
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    HTTP_PORT: '0',
    FOLLOWS_PER_GUILD: '1000000',
    TWITCH_CLIENT_ID: 'bench',
    TWITCH_CLIENT_SECRET: 'bench',
    POLL_INTERVAL_TWITCH: `${everyMs}ms`,
  });
  const { config, apply: applySettings } = createLiveConfig(given);
  const logger = createLogger({ level: 'warn', secrets: [], destination: process.stderr });
  return {
    ...{ config, applySettings, logger, databaseUrl, redisUrl },
    database: openDatabase(databaseUrl),
    redis: openRedis(redisUrl, logger),
    metrics: createMetrics(),
    clock: systemClock,
    pollPlatforms: config.platforms,
    life: { giveUp: (reason) => logger.error({ reason }, 'gave up'), services: () => ({ ok: true }) },
  };
}

export async function closeContext({ database, redis }: Context): Promise<void> {
  redis.disconnect();
  await database.$disconnect();
}
