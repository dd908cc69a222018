import type { Redis } from 'ioredis';
import type { Platform } from '../domain/platform.ts';
import { groupBy } from '../domain/group.ts';
import { hintedKey } from './keys.ts';

/** A broadcast that somebody named, of a key. */
export interface HintedId {
  readonly identifier: string;
  readonly id: string;
}

/** How long a look asks for what was named, in ms: by then it is seen, settled, or nothing. */
const KEPT_MS = 15 * 60_000;
/** Newest named broadcasts of one key that a look asks for. */
const MOST = 20;

/**
 * Broadcasts that hints named, until the looks that follow have asked for them: a pushed video may be in no feed yet.
 * Only a help for the look, like the hint itself: when Redis loses it, the feed will show the video.
 */
export function createHintedIds(redis: Redis, platform: Platform) {
  return {
    async add(hinted: readonly HintedId[], now: Date): Promise<void> {
      const pipeline = redis.pipeline();
      for (const [identifier, ids] of groupBy(hinted, (hint) => hint.identifier)) {
        const key = hintedKey(platform, identifier);
        pipeline.zadd(key, ...ids.flatMap(({ id }) => [now.getTime(), id]));
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
  };
}

export type HintedIds = ReturnType<typeof createHintedIds>;
