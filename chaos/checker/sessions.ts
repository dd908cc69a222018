import type { Broadcast } from './entry.ts';
import { grouped } from './grouped.ts';

/** One or several broadcasts that are to be told as one. */
export interface Session {
  readonly platform: string;
  readonly key: string;
  /** In order; all but the first carry on the one before. */
  readonly parts: readonly Broadcast[];
  /** Whoever was blind cannot know whether these are one or several: each may be told by itself. */
  readonly mayBeSplit: boolean;
}

/** What could be known by looking. */
export interface Sight {
  /** Something was broken when the id changed, so the new one cannot be known as the old one's return. */
  wasBlindAtSeam(before: Broadcast, next: Broadcast): boolean;
  /** Nobody could see that the old one was gone for longer than a return takes, so the new one looks like its return. */
  looksLikeReturn(before: Broadcast, next: Broadcast): boolean;
  /** Some look may have shown it; the others are unknown to everybody. */
  mayBeKnown(broadcast: Broadcast): boolean;
}

/** Oldest first within each key. */
export function sessionsOf(broadcasts: readonly Broadcast[], sight: Sight): Session[] {
  const sorted = [...broadcasts].sort((a, b) => a.startedAt - b.startedAt);
  const byKey = grouped(sorted, ({ platform, key }) => `${platform}/${key}`);
  return [...byKey.values()].flatMap((parts) =>
    parts.reduce<Session[]>((sessions, part) => withPart(sessions, part, sight), []),
  );
}

function withPart(sessions: Session[], part: Broadcast, sight: Sight): Session[] {
  const { platform, key, continues } = part;
  const seemsAt = sessions.findLastIndex(({ parts }) => parts.some(sight.mayBeKnown));
  const carriedAt = sessions.findLastIndex(({ parts }) => parts.some(({ id }) => id === continues));
  const before = sessions[seemsAt]?.parts.findLast(sight.mayBeKnown);
  // What lay between them was never shown, so it may be told with them, or not at all.
  if (before && seemsAt !== carriedAt && sight.looksLikeReturn(before, part)) {
    const parts = [...sessions.slice(seemsAt).flatMap((session) => session.parts), part];
    return [...sessions.slice(0, seemsAt), { platform, key, parts, mayBeSplit: true }];
  }
  const carriedOn = sessions[carriedAt];
  if (!carriedOn) return [...sessions, { platform, key, parts: [part], mayBeSplit: false }];
  return sessions.with(carriedAt, grown(carriedOn, part, sight.wasBlindAtSeam));
}

export function beginOf({ parts }: Session): number {
  return parts[0]?.startedAt ?? Number.POSITIVE_INFINITY;
}

/** Infinity while it lasts. */
export function endOf({ parts }: Session): number {
  return parts.at(-1)?.endedAt ?? Number.POSITIVE_INFINITY;
}

function grown(before: Session, part: Broadcast, wasBlind: Sight['wasBlindAtSeam']): Session {
  const last = before.parts.at(-1);
  const mayBeSplit = before.mayBeSplit || (last !== undefined && wasBlind(last, part));
  return { ...before, parts: [...before.parts, part], mayBeSplit };
}
