import path from 'node:path';
import type { Context } from '../context.ts';
import { useEmbedded } from '../embedded/use-embedded.ts';
import { GaveUpError } from '../lifecycle.ts';
import type { Role } from '../role.ts';
import { type Config, ConfigError, loadConfig } from '../shared/config/config.ts';
import { createLiveConfig } from '../shared/config/live-config.ts';
import { isLoopback } from '../shared/config/loopback.ts';
import type { Platform } from '../shared/domain/platform.ts';
import { createSharedClock } from '../shared/runtime/shared-clock.ts';
import { openDatabase } from '../shared/runtime/database.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { createMetrics } from '../shared/runtime/metrics.ts';
import { reachPostgres } from '../shared/runtime/reach-postgres.ts';
import { reachRedis } from '../shared/runtime/reach-redis.ts';
import { openRedis } from '../shared/runtime/redis.ts';
import { ServersError } from '../shared/runtime/server-fault.ts';
import { migrate } from '../shared/store/migrate.ts';
import { createSettingStore } from '../shared/store/setting-store.ts';
import { EMBEDDED_DIRECTORY } from './embedded-directory.ts';
import { tell } from './output.ts';
import { createProcessLogger } from './process-logger.ts';

export interface OpenOptions {
  /** What the process will do; a command that only asks does nothing of it. */
  readonly roles?: readonly Role[];
  /** The platforms to poll in this process, when not all that are configured. */
  readonly platforms?: readonly Platform[];
}

export interface OpenContext extends Context {
  /** Gives everything back. May be called twice. */
  close(): Promise<void>;
}

/**
 * Opens what every command works with: settings, servers (embedded ones where none are set), the newest schema, logs.
 * From the table of settings a command takes all but the log level: what it says beside its result is its caller's choice.
 * @throws ConfigError with every fault, before anything is opened
 * @throws ServersError when a server cannot be used
 */
export async function openContext({ roles = [], platforms }: OpenOptions): Promise<OpenContext> {
  const settings = loadConfig(process.env);
  const pollPlatforms = choosePlatforms(settings, platforms);
  refuseOpenBoard(settings, roles);
  const { config: served, release } = await withServers(settings);
  const { config, apply } = createLiveConfig(served);
  try {
    const logger = createProcessLogger(config, roles.length > 0);
    const opened = await openServers(config, logger);
    apply(await createSettingStore(opened.database).all());
    if (roles.length > 0) logger.level = config.LOG_LEVEL;
    const clock = createSharedClock({ ...opened, logger });
    // A command that only asks plans nothing that a wrong clock could harm.
    if (roles.length > 0) await clock.start();
    return {
      ...opened,
      config,
      applySettings: apply,
      logger,
      pollPlatforms,
      metrics: createMetrics(),
      clock,
      redisUrl: config.REDIS_URL,
      databaseUrl: config.DATABASE_URL,
      life: BRIEF_LIFE,
      async close() {
        await clock.stop();
        await opened.database.$disconnect();
        opened.redis.disconnect();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Opens a context for one piece of work, and closes it whatever comes of it. */
export async function withContext<T>(options: OpenOptions, work: (context: Context) => Promise<T>): Promise<T> {
  const context = await openContext(options);
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}

/** The life of a command that runs no services. */
const BRIEF_LIFE = {
  giveUp(reason: string): never {
    throw new GaveUpError(reason);
  },
  services: () => ({ ok: true }),
};

function choosePlatforms({ platforms }: Config, chosen: readonly Platform[] | undefined): readonly Platform[] {
  const unready = chosen?.filter((platform) => !platforms.includes(platform)) ?? [];
  if (unready.length === 0) return chosen ?? platforms;
  throw new ConfigError(
    unready.map(
      (platform) => `PLATFORMS: expected to hold ${platform}, with its credentials set, because --platforms names it`,
    ),
  );
}

/** The board can retry and remove jobs: whoever reaches it without a password must sit at this machine. */
function refuseOpenBoard({ HTTP_HOST: host, BOARD_PASSWORD: password }: Config, roles: readonly Role[]): void {
  if (!roles.includes('web') || password !== null || isLoopback(host)) return;
  throw new ConfigError([
    `BOARD_PASSWORD: expected to be set, because role web listens on ${host} (HTTP_HOST); without it only 127.0.0.1 is allowed`,
  ]);
}

type ServedConfig = Config & { readonly DATABASE_URL: string; readonly REDIS_URL: string };

async function withServers(settings: Config): Promise<{ config: ServedConfig; release: () => Promise<void> }> {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = settings;
  if (databaseUrl !== null && redisUrl !== null) {
    const config = { ...settings, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
    return { config, release: () => Promise.resolve() };
  }
  const embedded = await useEmbedded({
    dir: path.resolve(EMBEDDED_DIRECTORY),
    want: { database: databaseUrl === null, redis: redisUrl === null },
    onProgress: tell,
  });
  const urls = { DATABASE_URL: databaseUrl ?? embedded.databaseUrl, REDIS_URL: redisUrl ?? embedded.redisUrl };
  const config = { ...settings, DATABASE_URL: urls.DATABASE_URL ?? '', REDIS_URL: urls.REDIS_URL ?? '' };
  return { config, release: embedded.release };
}

async function openServers(config: ServedConfig, logger: Logger) {
  const [database, redis] = await Promise.all([reachPostgres(config.DATABASE_URL), reachRedis(config.REDIS_URL)]);
  const faults = [database, redis.fault].filter((fault) => fault !== null);
  if (faults.length > 0) throw new ServersError(faults);
  for (const warning of redis.warnings) logger.warn({ warning }, 'redis is not set up for jobs');
  const applied = await migrate(config.DATABASE_URL);
  if (applied.length > 0) logger.info({ migrations: applied }, 'migrations applied');
  return { database: openDatabase(config.DATABASE_URL), redis: openRedis(config.REDIS_URL, logger) };
}
