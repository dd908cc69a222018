import type { RedisConnection } from '../redis/open-connection.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Service } from '../runtime/service.ts';
import { PUSH_INGRESS } from './keys.ts';

const BEAT_MS = 3_000;
/** A process that restarts in less is not missed. */
const GONE_AFTER_MS = 15_000;

/** Says to all processes that pushes can be received here, for as long as it runs. */
export function createPushIngress({
  redis,
  clock,
  logger,
}: {
  redis: RedisConnection;
  clock: Clock;
  logger: Logger;
}): Service {
  let timer: NodeJS.Timeout | undefined;

  async function beat(): Promise<void> {
    try {
      await redis.set(PUSH_INGRESS, clock.now().getTime(), 'PX', GONE_AFTER_MS, 'NX');
      await redis.pexpire(PUSH_INGRESS, GONE_AFTER_MS);
    } catch (error) {
      logger.debug({ err: error }, 'could not say that pushes are received here');
    }
  }

  return {
    name: 'push-ingress',
    async start() {
      timer ??= setInterval(() => void beat(), BEAT_MS);
      await beat();
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** @returns since when pushes can be received without a break; null: they cannot */
export async function pushIngressSince(redis: RedisConnection): Promise<Date | null> {
  const since = await redis.get(PUSH_INGRESS);
  return since === null ? null : new Date(Number(since));
}
