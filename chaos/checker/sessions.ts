import type { Broadcast } from './entry.ts';

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
}

/** Oldest first. */
export function sessionsOf(broadcasts: readonly Broadcast[], sight: Sight): Session[] {
  const byId = new Map<string, Session>();
  const lastOf = new Map<string, Session>();
  for (const part of [...broadcasts].sort((a, b) => a.startedAt - b.startedAt)) {
    const { platform, key, id, continues } = part;
    const last = lastOf.get(`${platform}/${key}`);
    const carriedOn = continues === null ? undefined : byId.get(`${platform}/${continues}`);
    const session = carriedOn
      ? grown(carriedOn, part, sight.wasBlindAtSeam)
      : last && seemsToReturn(last, part, sight)
        ? { ...last, parts: [...last.parts, part], mayBeSplit: true }
        : { platform, key, parts: [part], mayBeSplit: false };
    for (const one of session.parts) byId.set(`${platform}/${one.id}`, session);
    byId.set(`${platform}/${id}`, session);
    lastOf.set(`${platform}/${key}`, session);
  }
  return [...new Set(byId.values())];
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

function seemsToReturn({ parts }: Session, next: Broadcast, sight: Sight): boolean {
  const last = parts.at(-1);
  return last !== undefined && sight.looksLikeReturn(last, next);
}
