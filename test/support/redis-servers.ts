import type { RedisAccounts } from './redis-users.ts';

/** One or several servers that are one Redis to those who use it. */
export interface RedisServers {
  /** What REDIS_URL is for each account. */
  readonly as: RedisAccounts;
  /** Of each server that runs now, as its administrator. */
  nodeUrls(): readonly string[];
  stop(): Promise<void>;
}
