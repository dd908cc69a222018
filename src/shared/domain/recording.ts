import type { OpenState } from './broadcast.ts';
import type { Platform } from './platform.ts';

/**
 * Where a request to record stands. `waiting`: not sent yet. `unheard`: sent, and nobody listened; it is sent again.
 * `heard`: somebody listened, or the recorder records it anyway; never sent again. `over`: it ended, was called off or is
 * not marked any more, before anybody listened.
 */
export type RecordingState = 'waiting' | 'unheard' | 'heard' | 'over';

/** A broadcast of a key that is marked to record. One that went on under another id is still the first one. */
export interface MarkedBroadcast {
  readonly state: OpenState;
  readonly scheduledStart: Date | null;
  /** What the recorder calls it; null while that is not known. */
  readonly payload: string | null;
  /** When the table last learned of it that it is so. */
  readonly seenAt: Date;
  readonly trackedSince: Date | null;
}

/** What is remembered of its request. */
export interface RecordingRequest {
  readonly state: RecordingState;
  readonly payload: string;
  readonly nextTryAt: Date;
}

export interface RecordingEvidence {
  readonly platform: Platform;
  /** Null when there is no such broadcast any more, or nobody wants it recorded. */
  readonly broadcast: MarkedBroadcast | null;
  readonly request: RecordingRequest | null;
}

export interface RecordingRules {
  readonly now: Date;
  /** How long before its scheduled start a YouTube broadcast is requested, in ms. */
  readonly leadMs: number;
}

const HOUR_MS = 60 * 60_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * What is to be remembered of a request now; null: nothing new. Pure.
 * A request follows its broadcast: it moves with the schedule, is over with it, and waits again if it returns.
 */
export function planRecording(evidence: RecordingEvidence, { now, leadMs }: RecordingRules): RecordingRequest | null {
  const { broadcast, request } = evidence;
  if (request?.state === 'heard') return null;
  const dueAt = broadcast && isSure(broadcast) ? dueOf(evidence.platform, broadcast, { now, leadMs }) : null;
  if (!broadcast || dueAt === null) {
    return request && request.state !== 'over' ? { ...request, state: 'over' } : null;
  }
  const plan: RecordingRequest = {
    state: request?.state === 'unheard' ? 'unheard' : 'waiting',
    payload: broadcast.payload ?? '',
    nextTryAt: nextTryOf(request, { dueAt, now }),
  };
  return request && isSame(request, plan) ? null : plan;
}

/** When a request that nobody heard is sent again: soon, then every half minute, for as long as the broadcast lives. */
export function retryAt(tries: number, now: Date): Date {
  return new Date(now.getTime() + Math.min(FIRST_RETRY_MS * 2 ** Math.min(tries, 10), LONGEST_RETRY_MS));
}

/** @returns when it is to be requested; null: not before something changes */
function dueOf(platform: Platform, { state, scheduledStart }: MarkedBroadcast, { now, leadMs }: RecordingRules) {
  if (state === 'live') return now;
  // Only YouTube's recorder takes what has not begun. A waiting room whose time is long past may never open.
  if (platform !== 'youtube' || scheduledStart === null) return null;
  if (now.getTime() - scheduledStart.getTime() > HOUR_MS) return null;
  return new Date(scheduledStart.getTime() - leadMs);
}

function nextTryOf(request: RecordingRequest | null, { dueAt, now }: { dueAt: Date; now: Date }): Date {
  // What is not due moves with its schedule, whether or not it was sent in vain before.
  if (!request || request.state === 'over' || dueAt > now) return dueAt;
  return request.state === 'waiting' && dueAt < request.nextTryAt ? dueAt : request.nextTryAt;
}

/**
 * Nobody looks at what is not tracked, so that its row may say live for ever. After a key became tracked again what was
 * written before is believed only if it is not older than the sign of life that every look of a live key renews.
 */
function isSure({ seenAt, trackedSince }: MarkedBroadcast): boolean {
  return trackedSince === null || trackedSince.getTime() - seenAt.getTime() <= HOUR_MS;
}

function isSame(one: RecordingRequest, other: RecordingRequest): boolean {
  return (
    one.state === other.state && one.payload === other.payload && one.nextTryAt.getTime() === other.nextTryAt.getTime()
  );
}
