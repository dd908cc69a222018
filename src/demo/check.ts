import type { TrueBroadcast } from '../../simulator/broadcast.ts';
import { type Session, sessionsOf } from '../../simulator/sessions.ts';
import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import type { Announcement } from './announcement.ts';
import { askedAfterEnd } from './asked-after-end.ts';
import { checkRequests, type SeenRequest } from './check-requests.ts';
import { checkShards } from './check-shards.ts';
import { type Difference, difference } from './difference.ts';
import { type Duty, expectationOf, type FollowedKey, followedMs, type Tolerance } from './expectation.ts';

/** Everything that was true, and everything that was heard. */
export interface Evidence {
  readonly follows: readonly FollowedKey[];
  /** The simulator's, oldest first. */
  readonly history: readonly TrueBroadcast[];
  /** What each shard heard, in its order. */
  readonly shards: readonly (readonly Announcement[])[];
  readonly requests: readonly SeenRequest[];
  readonly checkedAt: Date;
  readonly tolerance: Tolerance;
}

/** Compares what was announced with what happened. @returns nothing when they agree */
export function check(evidence: Evidence): Difference[] {
  const sessions = sessionsOf(evidence.history);
  const heard = evidence.shards[0] ?? [];
  return [
    ...sessions.flatMap((session) => checkSession(session, evidence, heard)),
    ...strangers(sessions, heard),
    ...evidence.follows.flatMap((follow) => checkOrder(follow, sessions, heard)),
    ...checkShards(evidence.shards),
    ...checkRequests(evidence),
  ];
}

/** The sessions that had to be announced. */
export function dueSessions(evidence: Evidence): Session[] {
  return sessionsOf(evidence.history).filter((session) => {
    const follow = evidence.follows.find((one) => isSameKey(one, session));
    return follow !== undefined && expectationOf(session, follow, evidence).online === 'must';
  });
}

function checkSession(session: Session, evidence: Evidence, heard: readonly Announcement[]): Difference[] {
  const told = heard.filter((one) => one.platform === session.platform && session.ids.includes(one.broadcastId));
  const online = told.filter((one) => one.direction === 'online');
  const offline = told.filter((one) => one.direction === 'offline');
  const follow = evidence.follows.find((one) => isSameKey(one, session));
  const duty = follow ? expectationOf(session, follow, evidence) : ({ online: 'never', offline: 'never' } as const);
  // Whoever has heard of the beginning must hear of the end.
  const offlineDuty = duty.offline === 'must' && duty.online !== 'must' && online.length === 0 ? 'may' : duty.offline;
  return [
    ...checkCount(session, { told: online, duty: duty.online, what: 'online' }),
    ...checkCount(session, { told: offline, duty: offlineDuty, what: 'offline' }),
    ...checkChannel(session, told),
    ...checkPair(session, online, offline),
    ...(follow ? checkRoot(session, follow, { ...evidence, online }) : []),
    ...checkTimes(session, evidence, { online, offline }),
  ];
}

interface Counted {
  readonly told: readonly Announcement[];
  readonly duty: Duty;
  readonly what: 'online' | 'offline';
}

function checkCount(session: Session, { told, duty, what }: Counted): Difference[] {
  const name = sessionName(session);
  if (told.length > 1) {
    const ids = told.map((one) => one.broadcastId).join(', ');
    return [difference('duplicate', session, `${name} was announced ${what} ${told.length} times (as ${ids})`)];
  }
  if (told.length === 0 && duty === 'must') {
    return [difference('missing', session, `${name} was not announced ${what}`)];
  }
  if (told.length > 0 && duty === 'never') {
    return [difference('phantom', session, `${name} was announced ${what}, which it should not have been`)];
  }
  return [];
}

function checkChannel(session: Session, told: readonly Announcement[]): Difference[] {
  return told
    .filter((one) => one.identifier !== session.identifier)
    .map((one) => difference('phantom', session, `${sessionName(session)} was announced as one of ${keyText(one)}`));
}

function checkPair(session: Session, online: readonly Announcement[], offline: readonly Announcement[]): Difference[] {
  const [begin, end] = [online[0], offline[0]];
  if (!end) return [];
  if (!begin) return [difference('order', session, `${sessionName(session)} was announced offline, but never online`)];
  if (begin.broadcastId === end.broadcastId) return [];
  const ids = `as ${begin.broadcastId} and offline as ${end.broadcastId}`;
  return [difference('phantom', session, `${sessionName(session)} was announced online ${ids}`)];
}

/** A session that went on under another id is told under its first one, if that one could be seen. */
function checkRoot(
  session: Session,
  follow: FollowedKey,
  { history, tolerance, checkedAt, online }: Evidence & { online: readonly Announcement[] },
): Difference[] {
  const id = online[0]?.broadcastId;
  const first = history.find((one) => one.platform === session.platform && one.id === session.id);
  if (id === undefined || id === session.id || !first) return [];
  if (followedMs(first, follow, { tolerance, checkedAt }) < tolerance.leastLiveMs[session.platform]) return [];
  return [difference('phantom', session, `${sessionName(session)} was announced as ${id}, which only carries it on`)];
}

function checkTimes(
  session: Session,
  { history, tolerance, requests }: Evidence,
  { online, offline }: { online: readonly Announcement[]; offline: readonly Announcement[] },
): Difference[] {
  const begun = (id: string): Date | null => history.find((one) => one.id === id)?.startedAt ?? null;
  const seenAt = tolerance.endIsSeen[session.platform] ? askedAfterEnd(session, requests) : null;
  return [
    ...online.flatMap((one) => checkTime(session, one, { truth: begun(one.broadcastId), within: tolerance.startMs })),
    ...offline.flatMap((one) =>
      checkTime(session, one, { truth: session.endedAt, seenAt, within: tolerance.endMs[session.platform] }),
    ),
  ];
}

function checkTime(
  session: Session,
  { happenedAt, direction }: Announcement,
  { truth, seenAt = null, within }: { truth: Date | null; seenAt?: Date | null; within: number },
): Difference[] {
  if (truth === null) return [];
  const latest = Math.max(truth.getTime(), seenAt?.getTime() ?? 0) + within;
  const time = happenedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (time >= truth.getTime() - within && time <= latest) return [];
  const told = happenedAt?.toISOString() ?? 'no time';
  const text = `${sessionName(session)} was announced ${direction} at ${told}, but it was ${truth.toISOString()}`;
  return [difference('time', session, text)];
}

/** Announcements of what never was. */
function strangers(sessions: readonly Session[], heard: readonly Announcement[]): Difference[] {
  const known = new Set(sessions.flatMap(({ platform, ids }) => ids.map((id) => `${platform}/${id}`)));
  return heard
    .filter((one) => !known.has(`${one.platform}/${one.broadcastId}`))
    .map((one) => difference('phantom', one, `${one.broadcastId} was announced ${one.direction}, but never was live`));
}

/** Of one key, everything in the order in which it happened. */
function checkOrder(follow: FollowedKey, sessions: readonly Session[], heard: readonly Announcement[]): Difference[] {
  const own = sessions
    .filter((session) => isSameKey(session, follow))
    .sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  const places = new Map(own.flatMap((session, at) => session.ids.map((id) => [id, at] as const)));
  const told = heard.filter((one) => isSameKey(one, follow) && places.has(one.broadcastId));
  const steps = told.map((one) => 2 * (places.get(one.broadcastId) ?? 0) + (one.direction === 'online' ? 0 : 1));
  return told.flatMap((one, at) => {
    const before = told[at - 1];
    if (!before || (steps[at] ?? 0) >= (steps[at - 1] ?? 0)) return [];
    const [late, early] = [`${before.broadcastId} ${before.direction}`, `${one.broadcastId} ${one.direction}`];
    return [difference('order', follow, `${late} was announced before ${early}, which happened earlier`)];
  });
}

function isSameKey(a: StreamKey, b: StreamKey): boolean {
  return a.platform === b.platform && a.identifier === b.identifier;
}

function sessionName({ ids, startedAt }: Session): string {
  return `the broadcast ${ids.join(' → ')}, live since ${startedAt.toISOString().slice(11, 19)},`;
}
