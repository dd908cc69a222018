import type { Config } from './shared/config/config.ts';
import type { ApplySettings } from './shared/config/live-config.ts';
import type { Platform } from './shared/domain/platform.ts';
import type { RedisConnection } from './shared/redis/open-connection.ts';
import type { Clock } from './shared/runtime/clock.ts';
import type { Database } from './shared/runtime/database.ts';
import type { Health } from './shared/runtime/health.ts';
import type { Logger } from './shared/runtime/logger.ts';
import type { Metrics } from './shared/runtime/metrics.ts';

/** What a process has opened once and hands to everything in it. */
export interface Context {
  /** With the addresses of the servers in force, embedded ones too. Follows the settings that `applySettings` puts in force. */
  readonly config: Config;
  readonly applySettings: ApplySettings;
  readonly database: Database;
  /** For commands: a caller hears at once when Redis is away. Workers and subscribers open their own. */
  readonly redis: RedisConnection;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** The platforms that role `poll` looks at in this process; `config.platforms` unless told otherwise. */
  readonly pollPlatforms: readonly Platform[];
  readonly life: Life;
}

/** How a service and the process that carries it speak to each other. */
export interface Life {
  /** Ends the process with exit code 70, so that something starts it afresh. For the watchdog, when rebuilding did not help. */
  giveUp(reason: string): void;
  /** Whether every service of this process runs, and which does not. */
  services(): Health;
}
