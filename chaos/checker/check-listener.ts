import type { Difference, DifferenceKind } from './difference.ts';
import type { Duty } from './duty.ts';
import type { Direction, Rules } from './entry.ts';
import { wasTakenAway, withoutFollowedAnew } from './followed-anew.ts';
import { grouped } from './grouped.ts';
import type { Session } from './sessions.ts';
import type { Span } from './unclear.ts';

/** One stream of one event, as somebody was told. */
export interface Telling {
  readonly at: number;
  readonly direction: Direction;
  readonly platform: string;
  readonly key: string;
  readonly id: string;
  readonly happenedAt: number | null;
  readonly eventId: string;
  /** Found by comparing: such an end has no time. */
  readonly isGuess: boolean;
}

export interface Due {
  readonly session: Session;
  /** The times at which it may be told to have ended. */
  readonly ends: readonly Span[];
  readonly online: Duty;
  readonly offline: Duty;
  /** Nobody follows it in the end: what a comparison with what is live and followed took away then stays away. */
  readonly isLeft: boolean;
  /** When nobody followed it, as far as could be known. */
  readonly unfollowed: readonly Span[];
}

export interface ListenerParts {
  readonly listener: string;
  /** What it was told, in its order. */
  readonly tellings: readonly Telling[];
  readonly due: readonly Due[];
  readonly rules: Rules;
}

/** What one listener was told, against what was. */
export function checkListener(given: ListenerParts): Difference[] {
  const parts = { ...given, tellings: once(given) };
  const byId = grouped(parts.tellings, ({ platform, id }) => `${platform}/${id}`);
  const known = new Set(
    parts.due.flatMap(({ session }) => session.parts.map(({ platform, id }) => `${platform}/${id}`)),
  );
  const strangers = parts.tellings.filter(({ platform, id }) => !known.has(`${platform}/${id}`));
  return [
    ...parts.due.flatMap((due) => checkSession(due, tellingsOf(due.session, byId), parts)),
    ...strangers.map((one) => said('phantom', parts, one, `${one.id} was told ${one.direction}, but never was live`)),
    ...checkOrder(parts),
  ];
}

/** What was told, each broadcast for the first time that its key was followed. */
function once({ tellings, due }: ListenerParts): Telling[] {
  const unfollowed = new Map<string, readonly Span[]>(
    due.flatMap((one) => one.session.parts.map(({ platform, id }) => [`${platform}/${id}`, one.unfollowed] as const)),
  );
  const byId = grouped(tellings, ({ platform, id }) => `${platform}/${id}`);
  const kept = new Set([...byId].flatMap(([id, told]) => withoutFollowedAnew(told, unfollowed.get(id) ?? [])));
  return tellings.filter((one) => kept.has(one));
}

function tellingsOf({ parts }: Session, byId: ReadonlyMap<string, readonly Telling[]>): Telling[] {
  return parts.flatMap(({ platform, id }) => byId.get(`${platform}/${id}`) ?? []);
}

function checkSession(
  { session, ends, online, offline, isLeft, unfollowed }: Due,
  told: readonly Telling[],
  parts: ListenerParts,
): Difference[] {
  const [on, off] = [
    told.filter((one) => one.direction === 'online'),
    told.filter((one) => one.direction === 'offline'),
  ];
  const end = offline === 'must' && on.length === 0 ? 'may' : offline;
  const taken = end === 'never' ? off.filter((one) => wasTakenAway(one, on, unfollowed)) : [];
  const found = off.filter((one) => !taken.includes(one));
  // Of those that may be told by themselves, all but the last one are over.
  const over = session.mayBeSplit
    ? found.filter(({ id }) => id === session.parts.at(-1)?.id || end !== 'never')
    : found;
  return [
    ...checkCount(session, { told: on, duty: online, direction: 'online' }, parts),
    ...checkCount(session, { told: over, duty: end, direction: 'offline' }, parts),
    ...checkParts(session, { on, off, over, isOver: end === 'must' }, parts),
    ...(isLeft
      ? []
      : taken
          .filter(({ id }) => id === on.at(-1)?.id)
          .map((one) => said('missing', parts, one, `${nameOf(session)} was not told online again`))),
    ...off
      .filter((one) => !on.some(({ id }) => id === one.id))
      .map((one) => said('order', parts, one, `${nameOf(session)} was told offline as ${one.id}, but never online`)),
    ...told
      .filter(({ key }) => key !== session.key)
      .map((one) => said('phantom', parts, session, `${nameOf(session)} was told as one of ${one.key}`)),
    ...told.flatMap((one) => checkTime({ session, ends }, one, parts)),
  ];
}

interface Parted {
  readonly on: readonly Telling[];
  readonly off: readonly Telling[];
  /** Those of them that are counted as the session's. */
  readonly over: readonly Telling[];
  readonly isOver: boolean;
}

/** Of a session that may be told in parts, each that was begun is ended, and none twice. */
function checkParts(session: Session, { on, off, over, isOver }: Parted, parts: ListenerParts): Difference[] {
  const beside = off.filter((one) => !over.includes(one)).map(({ id }) => id);
  const twice = beside.filter((id, at) => beside.indexOf(id) < at);
  const open = isOver && off.length > 0 ? on.filter(({ id }) => !off.some((one) => one.id === id)) : [];
  return [
    ...twice.map((id) => said('duplicate', parts, session, `${nameOf(session)} was told offline twice as ${id}`)),
    ...open.map(({ id }) => said('missing', parts, session, `${nameOf(session)} was not told offline as ${id}`)),
  ];
}

interface Counted {
  readonly told: readonly Telling[];
  readonly duty: Duty;
  readonly direction: Direction;
}

function checkCount(session: Session, { told, duty, direction }: Counted, parts: ListenerParts): Difference[] {
  const name = nameOf(session);
  const ids = told.map(({ id }) => id);
  const most = session.mayBeSplit ? new Set(ids).size : 1;
  if (ids.length > most)
    return [said('duplicate', parts, session, `${name} was told ${direction} ${ids.length} times (${ids.join(', ')})`)];
  if (ids.length === 0 && duty === 'must')
    return [said('missing', parts, session, `${name} was not told ${direction}`)];
  if (ids.length > 0 && duty === 'never')
    return [said('phantom', parts, session, `${name} was told ${direction}, which it was not for whoever followed`)];
  return [];
}

function checkTime({ session, ends }: Pick<Due, 'session' | 'ends'>, one: Telling, parts: ListenerParts): Difference[] {
  const { direction, happenedAt, id } = one;
  if (direction === 'offline' && (one.isGuess || ends.length === 0)) return [];
  const begun = session.parts.find((part) => part.id === id)?.startedAt;
  const { timeMs } = parts.rules;
  const begins = begun === undefined ? [] : [{ from: begun - timeMs, to: begun + timeMs }];
  const truths = direction === 'online' ? begins : ends;
  if (happenedAt !== null && truths.some(({ from, to }) => from <= happenedAt && happenedAt <= to)) return [];
  const [told, true_] = [timeText(happenedAt), truths.map(spanText).join(' or ')];
  return [said('time', parts, session, `${nameOf(session)} was told ${direction} at ${told}, but it was ${true_}`)];
}

/** Of one key, everything in the order in which it happened. */
function checkOrder(parts: ListenerParts): Difference[] {
  const places = new Map<string, number>();
  const broadcasts = parts.due.flatMap(({ session }) => session.parts).sort((a, b) => a.startedAt - b.startedAt);
  for (const { platform, id } of broadcasts) places.set(`${platform}/${id}`, places.size);
  const byKey = grouped(parts.tellings, ({ platform, key }) => `${platform}/${key}`);
  const step = (one: Telling): number =>
    2 * (places.get(`${one.platform}/${one.id}`) ?? Infinity) + (one.direction === 'online' ? 0 : 1);
  return [...byKey.values()].flatMap((tellings) =>
    tellings.flatMap((one, at) => {
      const before = tellings[at - 1];
      if (!before || step(before) === Infinity || step(before) <= step(one)) return [];
      const text = `${before.id} ${before.direction} was told before ${one.id} ${one.direction}, which happened earlier`;
      return [said('order', parts, one, text)];
    }),
  );
}

function said(
  kind: DifferenceKind,
  { listener }: Pick<ListenerParts, 'listener'>,
  { platform, key }: { platform: string; key: string },
  text: string,
): Difference {
  return { kind, about: `${listener}, ${platform}/${key}`, text };
}

function nameOf({ parts }: Session): string {
  const begun = timeText(parts[0]?.startedAt ?? null);
  return `the broadcast ${parts.map(({ id }) => id).join(' → ')}, live since ${begun},`;
}

function timeText(at: number | null): string {
  return at === null ? 'no time' : new Date(at).toISOString().slice(11, 23);
}

function spanText({ from, to }: Span): string {
  return to === Infinity ? `after ${timeText(from)}` : `between ${timeText(from)} and ${timeText(to)}`;
}
