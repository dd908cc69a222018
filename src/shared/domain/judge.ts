import type { KnownBroadcast } from './broadcast.ts';
import { partition } from './group.ts';
import type { SeenBroadcast } from './observation.ts';
import type { EndRule, JudgedChange, SilentReason, Verdict } from './verdict.ts';

/** One look at one key, beside what is known of it. */
export interface Evidence {
  readonly identifier: string;
  readonly seen: readonly SeenBroadcast[];
  /** Open broadcasts of the key, and closed ones that were seen again. */
  readonly known: readonly KnownBroadcast[];
  /** Open broadcasts that were not asked for: no miss. */
  readonly unasked: readonly string[];
  /** The platform seems sick as a whole: what it does not show is not a miss. */
  readonly frozen: boolean;
  /** What ended before is nobody's news. */
  readonly trackedSince: Date;
  readonly announceMaxAgeMs: number;
  readonly rule: EndRule;
  readonly now: Date;
}

/**
 * Decides what a look means, one verdict at most for a broadcast; none where it says nothing new. Pure.
 * What ended comes before what began: a key's changes are told in the order in which its channel lived them.
 */
export function judge(evidence: Evidence): Verdict[] {
  const known = new Map(evidence.known.map((broadcast) => [broadcast.id, broadcast]));
  const seen = new Map(evidence.seen.map((broadcast) => [broadcast.id, broadcast]));
  const continued = continuations(evidence, known);
  const carriedOn = new Map([...continued.values()].map((broadcast) => [broadcast.id, broadcast]));
  const missing = evidence.known.filter(
    ({ id }) => !seen.has(id) && !carriedOn.has(id) && !evidence.unasked.includes(id),
  );
  const listed = [...seen.values()].filter(({ id }) => !carriedOn.has(id)).sort(byStart);
  const [live, other] = partition(listed, (broadcast) => broadcast.state === 'live');
  const verdicts = [
    ...[...carriedOn.values()].map((broadcast) => remember(broadcast, { state: 'continued', missingSince: null })),
    ...missing.map(
      (broadcast) => judgeSucceeded(evidence, broadcast, live, known) ?? judgeMissing(evidence, broadcast),
    ),
    ...[...other, ...live].map((broadcast) =>
      judgeSeen(evidence, broadcast, known.get(broadcast.id), continued.get(broadcast.id)),
    ),
  ];
  return verdicts.filter((verdict) => verdict !== null);
}

/** Platforms list the newest first. What never began comes last. */
function byStart(a: SeenBroadcast, b: SeenBroadcast): number {
  const at = ({ startedAt }: SeenBroadcast): number => startedAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
  return at(a) - at(b);
}

/** New live ids that carry on a session that was lost a moment ago: new id → the broadcast it continues. */
function continuations({ seen, known, rule, now }: Evidence, byId: Map<string, KnownBroadcast>) {
  const found = new Map<string, KnownBroadcast>();
  if (!rule.continues) return found;
  const liveIds = new Set(seen.filter((broadcast) => broadcast.state === 'live').map((broadcast) => broadcast.id));
  const lost = known.filter((old) => old.state === 'live' && !liveIds.has(old.id));
  for (const fresh of seen) {
    if (fresh.state !== 'live' || byId.has(fresh.id)) continue;
    const old = lost.findIndex((one) => withinGrace(one, fresh, rule, now));
    for (const one of old < 0 ? [] : lost.splice(old, 1)) found.set(fresh.id, one);
  }
  return found;
}

/** Where nobody had looked since before the new one began, the old one may have been gone for as long as that. */
function withinGrace(old: KnownBroadcast, fresh: SeenBroadcast, rule: EndRule, now: Date): boolean {
  const lostAt = old.missingSince ?? fresh.startedAt ?? now;
  return now.getTime() - lostAt.getTime() < rule.graceMs;
}

/** Where an account has one broadcast at a time, a new one that carries nothing on proves that the one before is over. */
function judgeSucceeded(
  { rule, now }: Evidence,
  lost: KnownBroadcast,
  live: readonly SeenBroadcast[],
  known: ReadonlyMap<string, KnownBroadcast>,
): Verdict | null {
  if (!rule.oneAtATime || lost.state !== 'live') return null;
  // One that was over already and is shown again is the platform's lag, not a successor.
  const next = live.find(({ id }) => [undefined, 'scheduled'].includes(known.get(id)?.state));
  return next ? end(lost, lost.missingSince ?? next.startedAt ?? now, 'vanished') : null;
}

function judgeSeen(
  evidence: Evidence,
  seen: SeenBroadcast,
  known: KnownBroadcast | undefined,
  continues: KnownBroadcast | undefined,
): Verdict | null {
  // Over is over: a platform that shows an ended broadcast as live again is lagging. Only what was called off may return.
  if (known?.state === 'ended' || known?.state === 'continued') return null;
  if (known?.state === 'cancelled' && seen.state !== 'live' && seen.state !== 'scheduled') return null;
  switch (seen.state) {
    case 'scheduled':
      return known?.state === 'live' ? null : rememberSeen(evidence, seen, known, { state: 'scheduled' });
    case 'live':
      return judgeLive(evidence, seen, known, continues);
    case 'ended':
    case 'cancelled':
      return judgeOver(evidence, seen, known);
    default:
      return seen.state satisfies never;
  }
}

function judgeLive(
  evidence: Evidence,
  seen: SeenBroadcast,
  known: KnownBroadcast | undefined,
  continues: KnownBroadcast | undefined,
): Verdict | null {
  const back = { state: 'live', missingSince: null, misses: 0 } as const;
  if (known?.state === 'live') return rememberSeen(evidence, seen, known, back);
  if (continues) return rememberSeen(evidence, seen, known, { ...back, rootId: continues.rootId ?? continues.id });
  return rememberSeen(evidence, seen, known, back, [online(evidence, seen)]);
}

function judgeOver(evidence: Evidence, seen: SeenBroadcast, known: KnownBroadcast | undefined): Verdict | null {
  if (known?.state === 'live') return judgeEnd(evidence, known, seen);
  if (seen.startedAt === null) return known ? remember(known, { state: 'cancelled' }) : null;
  const endedAt = seen.endedAt ?? evidence.now;
  // It began and ended between two looks. For a key that was not tracked yet that is no news at all.
  if (endedAt <= evidence.trackedSince) return known ? remember(known, { state: 'ended', endedAt }) : null;
  const began = online(evidence, seen);
  const over = offline(seen.id, endedAt, 'ended', began.silent);
  return rememberSeen(evidence, seen, known, { state: 'ended', endedAt }, [began, over]);
}

/** The platform says of a live broadcast that it is over: at once where its word is good, else the grace begins there. */
function judgeEnd(evidence: Evidence, known: KnownBroadcast, seen: SeenBroadcast): Verdict | null {
  const { rule, now } = evidence;
  const since = seen.endedAt ?? known.missingSince ?? now;
  const over = rule.endedAtOnce || now.getTime() - since.getTime() >= rule.graceMs;
  if (!over) return remember(known, { missingSince: since, misses: known.misses + 1 });
  return end(known, since, 'ended');
}

/** Asked for and not found. One miss proves nothing. */
function judgeMissing({ frozen, rule, now }: Evidence, known: KnownBroadcast): Verdict | null {
  if (frozen || (known.state !== 'live' && known.state !== 'scheduled')) return null;
  const misses = known.misses + 1;
  const since = known.missingSince ?? now;
  if (misses < rule.misses || now.getTime() - since.getTime() < rule.graceMs) {
    return remember(known, { misses, missingSince: since });
  }
  return known.state === 'live' ? end(known, since, 'vanished') : remember(known, { state: 'cancelled', misses });
}

function end(known: KnownBroadcast, endedAt: Date, endReason: 'ended' | 'vanished'): Verdict {
  const change = offline(known.rootId ?? known.id, endedAt, endReason, null);
  return { ...remember(known, { state: 'ended', endedAt, missingSince: null }), changes: [change] };
}

function online({ now, announceMaxAgeMs }: Evidence, seen: SeenBroadcast): JudgedChange {
  const happenedAt = seen.startedAt ?? now;
  const old = now.getTime() - happenedAt.getTime() > announceMaxAgeMs;
  return { direction: 'online', broadcastId: seen.id, happenedAt, silent: old ? 'too-old' : null };
}

function offline(
  broadcastId: string,
  happenedAt: Date,
  endReason: 'ended' | 'vanished',
  silent: SilentReason | null,
): JudgedChange {
  return { direction: 'offline', broadcastId, happenedAt, silent, endReason };
}

function remember(known: KnownBroadcast, change: Partial<KnownBroadcast>): Verdict {
  const { version, ...before } = known;
  return { next: { ...before, ...change }, version, changes: [] };
}

/** Nothing to write when a look only confirms what is known. */
function rememberSeen(
  evidence: Evidence,
  seen: SeenBroadcast,
  known: KnownBroadcast | undefined,
  change: Partial<KnownBroadcast>,
  changes: readonly JudgedChange[] = [],
): Verdict | null {
  const next = {
    id: seen.id,
    identifier: evidence.identifier,
    rootId: known?.rootId ?? null,
    state: known?.state ?? 'scheduled',
    title: seen.title,
    scheduledStart: seen.scheduledStart ?? known?.scheduledStart ?? null,
    startedAt: seen.startedAt ?? known?.startedAt ?? (change.state === 'live' ? evidence.now : null),
    endedAt: seen.endedAt ?? known?.endedAt ?? null,
    missingSince: null,
    misses: 0,
    details: { ...known?.details, ...seen.details },
    ...change,
  };
  const { version = null, ...before } = known ?? {};
  if (changes.length === 0 && known && JSON.stringify(sorted(before)) === JSON.stringify(sorted(next))) return null;
  return { next, version, changes };
}

const sorted = (value: object): [string, unknown][] => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
