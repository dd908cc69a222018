import { groupBy } from '../shared/domain/group.ts';
import type { PushSays } from '../shared/domain/look-again.ts';
import type { Platform } from '../shared/domain/platform.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';
import { createHintedIds } from '../shared/queues/hinted-ids.ts';
import { dueKey } from '../shared/queues/keys.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { RequestPolls } from './poll-request.ts';

/** Somebody says that something of a key changed. */
export interface Hint extends StreamKey {
  /** The broadcast it is about, where it names one. */
  readonly broadcastId?: string;
  /** What it says of the key: until a look has seen that, there are a few more. */
  readonly says?: PushSays;
}

export interface HintParts {
  readonly redis: RedisConnection;
  readonly requestPolls: RequestPolls;
  readonly clock: Clock;
}

/** The one way in for whoever says "look now": a hint never decides a state, the look that follows does. */
export function createHint({ redis, requestPolls, clock }: HintParts) {
  /** Those that nobody wants are nobody's business: whoever pushes may not know yet. */
  async function tracked(platform: Platform, hints: readonly Hint[]): Promise<Hint[]> {
    const scores = await redis.zmscore(dueKey(platform), ...hints.map((hint) => hint.identifier));
    return hints.filter((_hint, at) => scores[at] != null);
  }

  /** @returns how many of the hints lead to a look. @throws when Redis is away: whoever pushed should say it again */
  return async function hint(hints: readonly Hint[], by: 'push' | 'hint'): Promise<number> {
    let looks = 0;
    for (const [platform, ofPlatform] of groupBy(hints, (each) => each.platform)) {
      const wanted = await tracked(platform, ofPlatform);
      const named = wanted.flatMap(({ identifier, broadcastId: id }) => (id === undefined ? [] : [{ identifier, id }]));
      if (named.length > 0) await createHintedIds(redis, platform).add(named, clock.now());
      for (const [says, ofKind] of groupBy(wanted, (each) => each.says)) await requestPolls(ofKind, by, says);
      looks += wanted.length;
    }
    return looks;
  };
}

export type GiveHint = ReturnType<typeof createHint>;
