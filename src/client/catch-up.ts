import type { StatusEvent, StreamData } from '../shared/contracts/status-events.ts';
import { afterJump, pastOf, wasHandled, withCompared, withHandled } from './past.ts';
import { type Position, withEnded } from './position.ts';
import { broadcastOf, changeOfEvent, changeOfSnapshot, type StreamChange } from './stream-change.ts';

/** One step: what is to be told, if anything, and the position once it has been. */
export interface Step {
  readonly change: StreamChange | null;
  readonly next: Position;
}

/** `look`: something is missing before it, or the count is another one; only Redis can tell. */
export type EventVerdict = { readonly kind: 'step'; readonly step: Step } | { readonly kind: 'had' | 'look' };

/** What Redis held at one moment. */
export interface LogPage {
  /** Null when Redis has lost it and Tallylight has not begun a new one yet. */
  readonly epoch: string | null;
  readonly sequence: string | null;
  /** What follows the position, oldest first; maybe not all of it. */
  readonly entries: readonly LogEntry[];
}

export interface LogEntry {
  readonly sequence: string;
  /** Null when nobody can read it. */
  readonly event: StatusEvent | null;
}

export interface Snapshot {
  readonly epoch: string;
  readonly sequence: string;
  readonly live: Readonly<Record<string, StreamData>>;
}

const MOST_TOGETHER = 100;
const NOWHERE: Position = { epoch: '', sequence: '0', live: {}, ended: [] };

/** Judges what was heard, by its place. */
export function judgeEvent(position: Position, event: StatusEvent): EventVerdict {
  const { Epoch, Sequence } = event.Metadata;
  if (Epoch !== position.epoch) return { kind: 'look' };
  const distance = BigInt(Sequence) - BigInt(position.sequence);
  if (distance <= 0n) return { kind: 'had' };
  return distance === 1n ? { kind: 'step', step: take(position, event) } : { kind: 'look' };
}

/**
 * Judges what somebody had published again. It never moves the place.
 * @returns null where it is no news: it was handled, or it is still to come by itself
 */
export function judgeRepeat(position: Position, event: StatusEvent): Step | null {
  const place = { epoch: event.Metadata.Epoch, sequence: event.Metadata.Sequence };
  if (wasHandled(position, place)) return null;
  const past = pastOf(position);
  const compared = new Set(past.compared);
  const direction = event.IsOnline ? 'online' : 'offline';
  const untold = event.Streams.filter((stream) => !compared.has(newsOf(direction, broadcastOf(stream))));
  const { change, next } = take(position, { ...event, Streams: untold });
  if (change === null) return null;
  const { live, ended } = next;
  return { change, next: { ...position, live, ended, past: withHandled(past, place) } };
}

/** Whether the event comes after everything that was handled of its epoch. */
export function isAhead(position: Position, { Metadata }: StatusEvent): boolean {
  return Metadata.Epoch === position.epoch && BigInt(Metadata.Sequence) > BigInt(position.sequence);
}

/**
 * Judges what is to be done to come level with Redis.
 * `wait`: it holds less than it did, and a new epoch will follow. `read`: the entries continue the position.
 * `snapshot`: what was missed is not in the log any more.
 */
export function judgeLog(position: Position | null, page: LogPage): 'level' | 'read' | 'snapshot' | 'wait' {
  if (page.epoch === null || page.sequence === null) return 'wait';
  if (page.epoch !== position?.epoch) return 'snapshot';
  const ahead = BigInt(page.sequence) - BigInt(position.sequence);
  if (ahead < 0n) return 'wait';
  if (ahead === 0n) return 'level';
  return continues(position, page.entries[0]) ? 'read' : 'snapshot';
}

/** The step that an entry of the log makes; null when it does not continue the position. */
export function readEntry(position: Position, entry: LogEntry): Step | null {
  if (!continues(position, entry)) return null;
  const verdict = entry.event && judgeEvent(position, entry.event);
  if (verdict?.kind === 'step') return verdict.step;
  return { change: null, next: { ...position, sequence: entry.sequence } };
}

/**
 * Compares with what is live now: what is missing went off, what is new went on. Each step can be continued after a
 * crash, because only the last one moves to the snapshot's place.
 * @param tellLive whether a first start tells what is live already
 */
export function compare(position: Position | null, snapshot: Snapshot, tellLive: boolean): Step[] {
  const from = position ?? NOWHERE;
  const ended = new Set(from.ended);
  const live = Object.fromEntries(Object.entries(snapshot.live).filter(([broadcast]) => !ended.has(broadcast)));
  const place = { epoch: snapshot.epoch, sequence: snapshot.sequence };
  const isJump = place.epoch !== from.epoch || place.sequence !== from.sequence;
  const past = isJump ? { past: afterJump(position, place) } : keptPast(from);
  const reached = { ...place, live, ended: from.ended, ...past };
  if (position === null && !tellLive) return [{ change: null, next: reached }];
  const gone = Object.entries(from.live).filter(([broadcast]) => !(broadcast in live));
  const fresh = Object.entries(live).filter(([broadcast]) => !(broadcast in from.live));
  const changes = [
    ...together(gone).map((streams) => changeOfSnapshot('offline', snapshot.epoch, streams)),
    ...together(fresh).map((streams) => changeOfSnapshot('online', snapshot.epoch, streams)),
  ];
  return stepsTo(from, changes, reached);
}

function stepsTo(from: Position, changes: readonly StreamChange[], reached: Position): Step[] {
  const last = changes.length - 1;
  if (last < 0) return [{ change: null, next: reached }];
  let current = from;
  return changes.map((change, index) => {
    const live = applied(current.live, change.direction === 'online', change.streams);
    const told = change.streams.map((stream) => newsOf(change.direction, broadcastOf(stream)));
    current = { ...current, live, past: withCompared(pastOf(current), told) };
    const { compared } = pastOf(current);
    return { change, next: index === last ? { ...reached, past: { ...pastOf(reached), compared } } : current };
  });
}

function keptPast({ past }: Position): Pick<Position, 'past'> {
  return past === undefined ? {} : { past };
}

function newsOf(direction: StreamChange['direction'], broadcast: string): string {
  return `${direction} ${broadcast}`;
}

function continues(position: Position, entry: LogEntry | undefined): boolean {
  return entry !== undefined && BigInt(entry.sequence) === BigInt(position.sequence) + 1n;
}

/** Tells of an event what is not known yet: in a new epoch one may come again. */
function take(position: Position, event: StatusEvent): Step {
  const { IsOnline: online, Streams: streams, Metadata } = event;
  const ended = new Set(position.ended);
  const isNews = (broadcast: string): boolean =>
    online ? !(broadcast in position.live) && !ended.has(broadcast) : broadcast in position.live;
  const news = streams.filter((stream) => isNews(broadcastOf(stream)));
  const kept = streams.filter((stream) => !ended.has(broadcastOf(stream)));
  const next = {
    epoch: position.epoch,
    sequence: Metadata.Sequence,
    ...keptPast(position),
    live: applied(position.live, online, kept),
    ended: online ? position.ended : withEnded(position.ended, news.map(broadcastOf)),
  };
  return { change: news.length === 0 ? null : changeOfEvent(event, news), next };
}

function applied(live: Position['live'], online: boolean, streams: readonly StreamData[]): Position['live'] {
  const result = { ...live };
  for (const stream of streams) {
    if (online) result[broadcastOf(stream)] = stream;
    else delete result[broadcastOf(stream)];
  }
  return result;
}

/** Of one platform together, the ones that began first first. */
function together(entries: readonly (readonly [string, StreamData])[]): [StreamData, ...StreamData[]][] {
  const began = (stream: StreamData): number => Date.parse(stream.ActualStartTime ?? stream.ScheduledStartTime);
  const order = ([a, one]: readonly [string, StreamData], [b, other]: readonly [string, StreamData]): number =>
    one.Platform.localeCompare(other.Platform) || began(one) - began(other) || (a < b ? -1 : 1);
  const groups: [StreamData, ...StreamData[]][] = [];
  for (const [, stream] of entries.toSorted(order)) {
    const group = groups.at(-1);
    if (group && group[0].Platform === stream.Platform && group.length < MOST_TOGETHER) group.push(stream);
    else groups.push([stream]);
  }
  return groups;
}
