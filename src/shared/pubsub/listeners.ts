import { type RedisConnection, serversOf } from '../redis/open-connection.ts';

/**
 * How many listen to each channel. In a Redis Cluster a listener is known only to the server that it is connected to, and may be connected
 * to any; one that does not answer counts none.
 * @throws when no server answers
 */
export async function countListeners(redis: RedisConnection, channels: readonly string[]): Promise<number[]> {
  const asked = await Promise.allSettled(
    serversOf(redis, 'all').map(async (server) => (await server.pubsub('NUMSUB', ...channels)) as unknown[]),
  );
  const answers = asked.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
  const failed = asked.find((each) => each.status === 'rejected');
  if (answers.length === 0) throw failed?.reason ?? new Error('no Redis server is known');
  // Name and count of each channel, one after the other.
  return channels.map((_, at) => answers.reduce((sum, answer) => sum + Number(answer[2 * at + 1] ?? 0), 0));
}
