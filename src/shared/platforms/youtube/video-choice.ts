import type { LookTarget, OpenBroadcast } from '../adapter.ts';
import type { Listing } from './listings.ts';

/** Which videos a look asks for. */
export interface VideoChoice {
  /** Worth a unit: running, about to start, named by a hint, or never seen before. */
  readonly needed: readonly string[];
  /** Known and far from their start: asked for only where a request has room. */
  readonly spare: readonly string[];
  /** Were there before, and so should still be: an answer that shows nothing at all is doubted because of them. */
  readonly witnesses: readonly string[];
}

const WITNESSES = 5;
/** A hint is somebody else's text: what can be no id is not asked for, nor may it break the list of those that can. */
const VIDEO_ID = /^[\w-]{11}$/;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * How long a scheduled video may be left alone. Half of what is left, since people mend a wrong schedule early; always
 * when it is about to start; ever more rarely when it never starts, as waiting rooms do.
 * @returns milliseconds; 0: look every time
 */
export function scheduledRest(start: Date | null, now: Date): number {
  if (start === null) return 10 * MINUTE;
  const until = start.getTime() - now.getTime();
  if (until > 14 * 24 * HOUR) return 6 * HOUR;
  if (until > 30 * MINUTE) return Math.min(until / 2, 30 * MINUTE);
  return until > -HOUR ? 0 : Math.min(-until / 10, HOUR);
}

/**
 * @param isDue whether a scheduled video has rested long enough
 */
export function chooseVideos(
  targets: readonly LookTarget[],
  listings: ReadonlyMap<string, Listing>,
  isDue: (broadcast: OpenBroadcast) => boolean,
): VideoChoice {
  const needed = new Set<string>();
  const spare = new Set<string>();
  const open = targets.flatMap((target) => target.open);
  for (const target of targets) for (const id of namedIds(target)) needed.add(id);
  for (const broadcast of open) (isDue(broadcast) ? needed : spare).add(broadcast.id);
  for (const target of targets) for (const id of unknownIds(target, listings)) needed.add(id);
  return {
    needed: [...needed],
    spare: [...spare].filter((id) => !needed.has(id)),
    witnesses: targets.flatMap(({ settled }) => settled.slice(0, 1)).slice(0, WITNESSES),
  };
}

/** Those that hints named and that are not known for good: also an open one that rests, because something changed. */
export function namedIds({ hinted, settled }: LookTarget): string[] {
  return hinted.filter((id) => VIDEO_ID.test(id) && !settled.includes(id));
}

function unknownIds({ identifier, open, settled }: LookTarget, listings: ReadonlyMap<string, Listing>): string[] {
  const listing = listings.get(identifier);
  if (listing?.kind !== 'listed') return [];
  const known = new Set([...settled, ...open.map(({ id }) => id)]);
  return listing.videoIds.filter((id) => !known.has(id));
}
