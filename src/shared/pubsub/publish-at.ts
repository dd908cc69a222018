import type { RedisConnection } from '../redis/open-connection.ts';
import { runScript, script } from '../runtime/script.ts';

/** KEYS 1 any key of the server that is to publish. ARGV 1 channel, 2 message. Returns how many heard it there. */
const SAY = script(`return redis.call('PUBLISH', ARGV[1], ARGV[2])`);

/**
 * Publishes on the server that holds a key, which need not exist. In a Redis Cluster what two servers publish may arrive in either order,
 * and only listeners of the one that publishes are counted, although those of all others hear it too.
 * @returns how many heard it on that server
 */
export async function publishAt(
  redis: RedisConnection,
  key: string,
  { channel, message }: { readonly channel: string; readonly message: string },
): Promise<number> {
  return Number(await runScript(redis, SAY, [key], [channel, message]));
}
