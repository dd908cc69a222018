import { afterGone } from '../shared/domain/gone.ts';
import type { KnownBroadcast } from '../shared/domain/broadcast.ts';
import type { FoundBy } from '../shared/domain/found-by.ts';
import { judge } from '../shared/domain/judge.ts';
import type { Observation } from '../shared/domain/observation.ts';
import type { PushTells } from '../shared/domain/push-tells.ts';
import { streamPace } from '../shared/domain/stream-pace.ts';
import type { EndRule, Verdict } from '../shared/domain/verdict.ts';
import type { RememberedStream } from '../shared/store/look-store.ts';
import type { LookRecord } from '../shared/store/record-store.ts';
import type { StreamFacts } from '../shared/store/record-streams.ts';

export interface LookRules {
  readonly rule: EndRule;
  readonly announceMaxAgeMs: number;
  /** What pushes of the platform tell of. */
  readonly tells: PushTells;
}

export interface LookEvidence {
  readonly stream: RememberedStream;
  readonly observation: Observation;
  /** Broadcasts that were over already, among those seen. */
  readonly closed: readonly KnownBroadcast[];
  readonly frozen: boolean;
  readonly foundBy: FoundBy;
  readonly now: Date;
}

/** How often the day of the last sign of life is written down: it decides about months, not minutes. */
const SIGN_EVERY_MS = 60 * 60_000;

/** What to remember of one key after a look. Pure. An unknown leaves everything as it was. */
export function toLookRecord(evidence: LookEvidence, { rule, announceMaxAgeMs, tells }: LookRules): LookRecord {
  const { stream, observation, closed, frozen, foundBy, now } = evidence;
  const { identifier, version } = stream;
  const origin = { identifier, version, foundBy, pushed: stream.pushedAt !== null };
  const { title, login } = stream;
  if (observation.kind === 'unknown') return { ...origin, channel: { title, login }, verdicts: [], stream: null };
  if (observation.kind === 'gone') {
    const facts = { ...factsOf(stream), ...afterGone(stream, now) };
    const pace = streamPace({ ...stream, ...facts }, tells, now);
    return { ...origin, channel: { title, login }, verdicts: [], stream: changed(stream, { ...facts, pace }) };
  }
  const verdicts = judge({
    identifier,
    seen: observation.broadcasts,
    known: [...stream.open, ...closed],
    unasked: observation.unasked ?? [],
    frozen,
    trackedSince: stream.trackedSince,
    announceMaxAgeMs,
    rule,
    now,
  });
  const open = openAfter(stream.open, verdicts);
  const live = open.some((broadcast) => broadcast.state === 'live');
  const signDue = live && now.getTime() - (stream.lastLiveAt?.getTime() ?? 0) > SIGN_EVERY_MS;
  const facts: StreamFacts = {
    ...factsOf(stream),
    title: observation.channel?.title ?? stream.title,
    login: observation.channel?.login ?? stream.login,
    settled: observation.settled ?? stream.settled,
    goneCount: 0,
    quarantinedAt: null,
    lastLiveAt: signDue ? now : stream.lastLiveAt,
  };
  const pace = streamPace({ ...stream, ...facts, open }, tells, now);
  return { ...origin, channel: facts, verdicts, stream: changed(stream, { ...facts, pace }) };
}

/** What matters of a broadcast that is not over. */
export type Open = Pick<KnownBroadcast, 'id' | 'state' | 'scheduledStart' | 'missingSince'>;

/** The broadcasts that are not over, after these verdicts. */
export function openAfter(before: readonly KnownBroadcast[], verdicts: readonly Verdict[]): Open[] {
  const after = new Map<string, Open>(before.map((broadcast) => [broadcast.id, broadcast]));
  for (const { next } of verdicts) after.set(next.id, next);
  return [...after.values()].filter(({ state }) => state === 'live' || state === 'scheduled');
}

function factsOf(stream: RememberedStream): StreamFacts {
  const { title, login, pace, settled, goneCount, quarantinedAt, lastLiveAt } = stream;
  return { title, login, pace, settled, goneCount, quarantinedAt, lastLiveAt };
}

/** Null when there is nothing to write, as after nearly every look: so this compares without making anything. */
function changed(stream: RememberedStream, facts: StreamFacts): StreamFacts | null {
  const same =
    stream.title === facts.title &&
    stream.login === facts.login &&
    stream.pace === facts.pace &&
    stream.goneCount === facts.goneCount &&
    stream.quarantinedAt?.getTime() === facts.quarantinedAt?.getTime() &&
    stream.lastLiveAt?.getTime() === facts.lastLiveAt?.getTime() &&
    sameList(stream.settled, facts.settled);
  return same ? null : facts;
}

function sameList(before: readonly string[], after: readonly string[]): boolean {
  return before === after || (before.length === after.length && before.every((id, i) => id === after[i]));
}
