import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../src/context.ts';
import { FOLLOW_CHANNEL } from '../../src/shared/contracts/channels.ts';
import { runRole } from '../processes/role.ts';
import type { Servers } from '../servers.ts';

const PATIENCE_MS = 120_000;

/** Publishes follows one by one, and waits until a process of role `listen` has them all in the table. @returns how many a second */
export async function publishFollows(
  context: Context,
  servers: Servers,
  identifiers: readonly string[],
): Promise<number> {
  const listener = await runRole('listen', {
    DATABASE_URL: servers.databaseUrl,
    REDIS_URL: servers.redisUrl,
    FOLLOWS_PER_GUILD: '1000000',
  });
  try {
    const before = await context.database.follow.count();
    const startedAt = performance.now();
    for (const identifier of identifiers) void context.redis.publish(FOLLOW_CHANNEL, followOf(identifier));
    while ((await context.database.follow.count()) < before + identifiers.length) {
      if (performance.now() - startedAt > PATIENCE_MS) throw new Error('published follows did not get into the table');
      await sleep(20);
    }
    return (1_000 * identifiers.length) / (performance.now() - startedAt);
  } finally {
    await listener.end();
  }
}

/** As the C# bot writes it: ids are bare 64-bit numbers. */
function followOf(identifier: string): string {
  return (
    `{"platform":"twitch","stream_key":"${identifier}","guild_id":1234567890123456789,` +
    `"channel_id":2345678901234567890,"user_id":3456789012345678901,"timestamp":"${new Date().toISOString()}"}`
  );
}
