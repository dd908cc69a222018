import type { Observation } from '../../domain/observation.ts';
import { sharedKey } from '../../queues/keys.ts';
import type { LookTarget } from '../adapter.ts';
import type { TwitchClient } from './client.ts';
import type { RedisConnection } from '../../redis/open-connection.ts';

export interface MissingUsersParts {
  readonly redis: RedisConnection;
  readonly client: TwitchClient;
  /** Every how many looks the users without a stream are asked for by id. */
  readonly every: number;
}

const SUSPECTS_KEPT_SECONDS = 24 * 60 * 60;

/**
 * Finds users that Twitch does not have. Get Streams cannot tell them from users who are offline, so now and then a
 * look asks for the users themselves; whoever was missing then is asked for in every look, by every process, until found.
 */
export function createMissingUsers({ redis, client, every }: MissingUsersParts) {
  const key = sharedKey('twitch', 'missing-users');
  let looks = 0;

  return async function missingAmong(
    targets: readonly LookTarget[],
    seen: ReadonlyMap<string, Observation>,
    signal: AbortSignal,
  ): Promise<string[]> {
    looks += 1;
    const quiet = targets.filter((target) => target.open.length === 0 && showsNothing(seen.get(target.identifier)));
    const ids = quiet.map((target) => target.identifier);
    if (ids.length === 0) return [];
    const suspects = await redis.smismember(key, ...ids);
    const asked = looks % every === 0 ? ids : ids.filter((_, at) => suspects[at] === 1);
    if (asked.length === 0) return [];
    const found = new Set((await client.users('id', asked, signal)).map((user) => user.id));
    const missing = asked.filter((id) => !found.has(id));
    await remember(missing, [...found]);
    return missing;
  };

  async function remember(missing: readonly string[], found: readonly string[]): Promise<void> {
    const steps = redis.multi();
    if (found.length > 0) steps.srem(key, ...found);
    if (missing.length > 0) steps.sadd(key, ...missing).expire(key, SUSPECTS_KEPT_SECONDS);
    await steps.exec();
  }
}

function showsNothing(observation: Observation | undefined): boolean {
  return observation?.kind === 'seen' && observation.broadcasts.length === 0;
}
