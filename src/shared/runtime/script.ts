import { createHash } from 'node:crypto';
import type { RedisConnection } from '../redis/open-connection.ts';

/** A Lua script that Redis runs as one atomic step. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/**
 * Runs a script by its digest, and by its text when this Redis has not seen it yet, as after a restart.
 * @returns what the script returns, in ioredis' types; the caller knows its shape
 */
export async function runScript(
  redis: RedisConnection,
  { lua, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(lua, keys.length, ...keys, ...args);
  }
}
