import type { FoundBy } from '../shared/domain/found-by.ts';
import { groupBy } from '../shared/domain/group.ts';
import type { Platform } from '../shared/domain/platform.ts';
import { isIdentifier } from '../shared/domain/stream-key.ts';
import type { Observation } from '../shared/domain/observation.ts';
import type { PlannedLook } from '../shared/domain/planned-look.ts';
import type { PlatformAdapter } from '../shared/platforms/adapter.ts';
import type { PollResult } from '../shared/queues/poll-queues.ts';
import type { HintedIds } from '../shared/queues/hinted-ids.ts';
import type { IsSick } from '../shared/queues/sick-provider.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { LookStore, RememberedStream } from '../shared/store/look-store.ts';
import type { LookRecord, RecordedChange, RecordLooks } from '../shared/store/record-store.ts';
import type { Pace } from '../shared/domain/pace.ts';
import { askedHints } from './asked-hints.ts';
import { type LookRules, toLookRecord } from './look-record.ts';
import { looksToCome } from './looks-to-come.ts';

export interface LookParts {
  readonly adapter: PlatformAdapter;
  readonly looks: LookStore;
  readonly recordLooks: RecordLooks;
  /** Puts recorded changes into the batching queue. What it fails to queue, reconcile queues later. */
  readonly queueChanges: (changes: readonly RecordedChange[]) => Promise<void>;
  /** Broadcasts that hints named, of each key. */
  readonly hintedIds: Pick<HintedIds, 'of' | 'asked'>;
  /** Plans looks at instants of their own. What it fails to plan, the next look plans. */
  readonly planLooks: (planned: readonly PlannedLook[]) => Promise<void>;
  /** Adds what only the recorder knows to what was seen. */
  readonly markMembersOnly: (
    observations: ReadonlyMap<string, Observation>,
  ) => Promise<ReadonlyMap<string, Observation>>;
  readonly isSick: IsSick;
  /** As they are set now. */
  readonly rules: () => LookRules;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Some keys of one platform, and what led to the look at them; nothing: that their time had come. */
export interface LookWish {
  readonly identifiers: readonly string[];
  readonly causes: ReadonlyMap<string, FoundBy>;
}

/** What became of one key. */
export interface Looked {
  readonly result: PollResult;
  /** How often it is looked at from now on. */
  readonly pace: Pace;
  /** Its scheduler has another interval from now on. */
  readonly paceChanged: boolean;
}

/**
 * Looks at some keys of one platform together: ask, judge, record, queue. The one path from observation to event.
 * Where another look was quicker to record something of a key, what this one saw is old: it looks again.
 * Keys that nobody wants any more are missing in the answer.
 * @throws PlatformError when the platform taught us nothing
 */
export function createLook(parts: LookParts) {
  const { adapter, looks, recordLooks, queueChanges, hintedIds, planLooks, isSick, rules, clock, metrics } = parts;
  const { platform } = adapter;
  return async function look({ identifiers, causes }: LookWish, signal: AbortSignal): Promise<Map<string, Looked>> {
    // What is due is read from Redis: one that is no identifier would make the table refuse all of them.
    const streams = await looks.load(platform, identifiers.filter(isIdentifier));
    if (streams.length === 0) return new Map();
    const ended = metrics.lookSeconds.startTimer({ platform });
    const beganAt = clock.now();
    const hinted = await hintedIds.of(streams.map((stream) => stream.identifier));
    const targets = streams.map((stream) => ({ ...stream, hinted: hinted.get(stream.identifier) ?? [] }));
    const observations = await parts.markMembersOnly(await adapter.observe(targets, signal));
    ended();
    const now = clock.now();
    const sights = streams.map((stream) => ({ stream, observation: observations.get(stream.identifier) ?? UNKNOWN }));
    const closed = await looks.closed(platform, idsNotOpen(sights));
    const frozen = await isSick(sightings(sights), now);
    const rulesNow = rules();
    const records = sights.map(({ stream, observation }) =>
      toLookRecord(
        {
          ...{ stream, observation, frozen, now },
          closed: closedOf(stream, closed),
          foundBy: causes.get(stream.identifier) ?? 'poll',
        },
        rulesNow,
      ),
    );
    const { changes, late } = await recordLooks(platform, records, now);
    count(metrics, platform, sights, changes);
    await queueChanges(changes.filter((change) => change.state === 'waiting'));
    const inTime = targets.filter(({ identifier }) => !late.has(identifier));
    await hintedIds.asked(askedHints(inTime, observations), beganAt);
    await planLooks(looksToCome({ platform, streams, records, rule: rulesNow.rule, now }));
    const looked = lookedOf(sights, records);
    if (late.size === 0) return looked;
    return new Map([...looked, ...(await look({ identifiers: [...late], causes }, signal))]);
  };
}

export type Look = ReturnType<typeof createLook>;

interface Sight {
  readonly stream: RememberedStream;
  readonly observation: Observation;
}

const UNKNOWN: Observation = { kind: 'unknown', reason: 'the platform did not answer for this key' };

function lookedOf(sights: readonly Sight[], records: readonly LookRecord[]): Map<string, Looked> {
  return new Map(
    sights.map(({ stream, observation }, i) => {
      const pace = records[i]?.stream?.pace ?? stream.pace;
      return [stream.identifier, { result: resultOf(observation), pace, paceChanged: pace !== stream.pace }];
    }),
  );
}

function idsNotOpen(sights: readonly Sight[]): string[] {
  return sights.flatMap(({ stream, observation }) => {
    if (observation.kind !== 'seen') return [];
    const open = new Set(stream.open.map((broadcast) => broadcast.id));
    return observation.broadcasts.map((seen) => seen.id).filter((id) => !open.has(id));
  });
}

function closedOf<T extends { identifier: string }>(stream: RememberedStream, closed: readonly T[]): T[] {
  return closed.filter((broadcast) => broadcast.identifier === stream.identifier);
}

function sightings(sights: readonly Sight[]): { found: string[]; vanished: string[] } {
  const found: string[] = [];
  const vanished: string[] = [];
  for (const { stream, observation } of sights) {
    if (observation.kind !== 'seen') continue;
    const listed = new Set([...observation.broadcasts.map((seen) => seen.id), ...(observation.unasked ?? [])]);
    for (const broadcast of stream.open)
      if (broadcast.state === 'live' && !listed.has(broadcast.id)) vanished.push(broadcast.id);
    for (const seen of observation.broadcasts) if (seen.state === 'live') found.push(seen.id);
  }
  return { found, vanished };
}

function resultOf(observation: Observation): PollResult {
  if (observation.kind !== 'seen') return observation.kind;
  if (observation.broadcasts.some((seen) => seen.state === 'live')) return 'live';
  return observation.broadcasts.some((seen) => seen.state === 'scheduled') ? 'scheduled' : 'idle';
}

function count(
  metrics: Metrics,
  platform: Platform,
  sights: readonly Sight[],
  changes: readonly RecordedChange[],
): void {
  const seen = groupBy(sights, ({ observation }) => resultOf(observation));
  for (const [result, { length }] of seen) metrics.looks.inc({ platform, seen: result }, length);
  for (const { direction, lane, state, reason, foundBy } of changes) {
    metrics.changes.inc({ platform, direction, lane, found_by: foundBy });
    if (state === 'suppressed') metrics.suppressed.inc({ platform, reason: reason ?? '' });
  }
}
