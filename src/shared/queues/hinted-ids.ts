import type { Platform } from '../domain/platform.ts';
import { groupBy } from '../domain/group.ts';
import type { RedisConnection } from '../redis/open-connection.ts';
import { runScript, script } from '../runtime/script.ts';
import { hintedKey } from './keys.ts';

/** A broadcast that somebody named, of a key. */
export interface HintedId {
  readonly identifier: string;
  readonly id: string;
}

/** A named broadcast that a look has asked for. */
export interface AskedHint extends HintedId {
  /** The platform showed what it is; false: it showed nothing. */
  readonly found: boolean;
}

/** How long (ms) a name waits for a look that asks for it, while the platform is sick or its budget spent. */
const KEPT_MS = 15 * 60_000;
/** How long (ms) looks go on asking for what is not there: a push may be ahead of the interface that is asked. */
const AHEAD_MS = 90_000;
/** Newest named broadcasts of one key that a look asks for. */
const MOST = 20;

/**
 * Forgets names, unless they were named again meanwhile.
 * KEYS the sorted set of each name's key; ARGV of each name: the broadcast, and when it was named at the latest (ms)
 */
const FORGET = script(`
for i, key in ipairs(KEYS) do
  local id, last = ARGV[2 * i - 1], tonumber(ARGV[2 * i])
  local named = redis.call('ZSCORE', key, id)
  if named and tonumber(named) <= last then redis.call('ZREM', key, id) end
end
return 1`);

/**
 * Broadcasts that hints named, until the looks that follow have asked for them: a pushed video may be in no feed yet.
 * Only a help for the look, like the hint itself: when Redis loses it, the feed will show the video.
 */
export function createHintedIds(redis: RedisConnection, platform: Platform) {
  return {
    async add(hinted: readonly HintedId[], now: Date): Promise<void> {
      const pipeline = redis.pipeline();
      for (const [identifier, ids] of groupBy(hinted, (hint) => hint.identifier)) {
        const key = hintedKey(platform, identifier);
        pipeline.zadd(key, ...ids.flatMap(({ id }) => [now.getTime(), id]));
        pipeline.zremrangebyscore(key, '-inf', now.getTime() - KEPT_MS);
        pipeline.zremrangebyrank(key, 0, -MOST - 1);
        pipeline.pexpire(key, KEPT_MS);
      }
      const answers = (await pipeline.exec()) ?? [];
      for (const [error] of answers) if (error) throw error;
    },

    /** What was named of each of these keys; keys of which nothing was named are missing. */
    async of(identifiers: readonly string[]): Promise<Map<string, string[]>> {
      const pipeline = redis.pipeline();
      for (const identifier of identifiers) pipeline.zrange(hintedKey(platform, identifier), '0', '-1');
      const answers = (await pipeline.exec()) ?? [];
      const named = new Map<string, string[]>();
      identifiers.forEach((identifier, at) => {
        const ids = (answers[at]?.[1] ?? []) as string[];
        if (ids.length > 0) named.set(identifier, ids);
      });
      return named;
    },

    /**
     * A look has asked for these: what was found is not asked for again on this account, what is not there only for a while.
     * @param askedAt when the look began: what was named after that was not what it asked for
     */
    async asked(hints: readonly AskedHint[], askedAt: Date): Promise<void> {
      if (hints.length === 0) return;
      const keys = hints.map(({ identifier }) => hintedKey(platform, identifier));
      const args = hints.flatMap(({ id, found }) => [id, askedAt.getTime() - (found ? 0 : AHEAD_MS)]);
      await runScript(redis, FORGET, keys, args);
    },
  };
}

export type HintedIds = ReturnType<typeof createHintedIds>;
