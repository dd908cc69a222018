import type { Broadcast } from './entry.ts';
import type { Unclear } from './unclear.ts';

/** One or several broadcasts that are to be told as one. */
export interface Session {
  readonly platform: string;
  readonly key: string;
  /** In order; all but the first carry on the one before. */
  readonly parts: readonly Broadcast[];
  /**
   * Its ids changed while something was broken: whoever was blind then cannot know that the new id is no new broadcast,
   * so each may be told by itself.
   */
  readonly mayBeSplit: boolean;
}

/** Oldest first. */
export function sessionsOf(broadcasts: readonly Broadcast[], unclear: Unclear, seamMs: number): Session[] {
  const byId = new Map<string, Session>();
  for (const part of [...broadcasts].sort((a, b) => a.startedAt - b.startedAt)) {
    const { platform, key, id, continues } = part;
    const before = continues === null ? undefined : byId.get(`${platform}/${continues}`);
    const session = before ? grown(before, part, unclear, seamMs) : { platform, key, parts: [part], mayBeSplit: false };
    for (const one of session.parts) byId.set(`${platform}/${one.id}`, session);
    byId.set(`${platform}/${id}`, session);
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

function grown(before: Session, part: Broadcast, unclear: Unclear, seamMs: number): Session {
  const seam = { from: endOf(before) - seamMs, to: part.startedAt + seamMs };
  const mayBeSplit = before.mayBeSplit || unclear.touches(part.platform, seam);
  return { ...before, parts: [...before.parts, part], mayBeSplit };
}
