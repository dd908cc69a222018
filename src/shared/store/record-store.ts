import type { ChangedStream, StreamData } from '../contracts/status-events.ts';
import type { FoundBy } from '../domain/found-by.ts';
import type { Lane } from '../domain/follow.ts';
import { dueAt, type LaneWishes, laneOf } from '../domain/lane.ts';
import type { Platform } from '../domain/platform.ts';
import type { Direction, JudgedChange, Verdict } from '../domain/verdict.ts';
import type { Database, Transaction } from '../runtime/database.ts';
import type { Logger } from '../runtime/logger.ts';
import { OutOfStep, stayInStep } from './in-step.ts';
import { jsonbText } from './postgres-text.ts';
import { type StreamFacts, updateStreams } from './record-streams.ts';
import { allButRefused } from './refused-rows.ts';

/** What a look found out about one key, to be remembered. */
export interface LookRecord {
  readonly identifier: string;
  /** Of the key, when it was looked at: nothing counts of what was judged beside what was known before. */
  readonly version: number;
  /** What led to the look. */
  readonly foundBy: FoundBy;
  /** Whether the platform should tell of the key's changes by itself. */
  readonly pushed: boolean;
  /** What the channel is called, as far as it is known. */
  readonly channel: { readonly title: string | null; readonly login: string | null };
  readonly verdicts: readonly Verdict[];
  /** What changes of the key's own row, or null. */
  readonly stream: StreamFacts | null;
}

export interface Recorded {
  readonly changes: readonly RecordedChange[];
  /** Keys of which another look was quicker to record something: nothing of them was recorded, they have to be looked at again. */
  readonly late: ReadonlySet<string>;
}

/** A change that is in the outbox now. */
export interface RecordedChange {
  readonly id: bigint;
  readonly platform: Platform;
  readonly identifier: string;
  readonly direction: Direction;
  readonly lane: Lane;
  readonly state: 'waiting' | 'suppressed';
  readonly reason: string | null;
  readonly foundBy: FoundBy;
  readonly dueAt: Date;
}

export interface RecordParts {
  readonly database: Database;
  readonly batchIntervalMs: () => number;
  readonly lane: (platform: Platform, direction: Direction) => Lane;
  /** The stream as it will be published. */
  readonly toStreamData: (changed: ChangedStream) => StreamData;
  readonly logger: Pick<Logger, 'error'>;
}

/**
 * The only place where a change is recorded.
 *
 * What a look found out of a key counts only if the key and its broadcasts still have the versions that were judged: of
 * two workers who looked at once one records all of it and the other nothing. Otherwise each might record half of what it saw, or
 * the slower one an older sight after a newer one. The unique index over broadcast and direction is the last word, so
 * that whatever is killed, repeated or raced, an online and an offline exist once.
 *
 * What Postgres refuses of one key keeps nothing of the others out; that key is as if it had not been looked at.
 */
export function createRecordLooks({ database, batchIntervalMs, lane, toStreamData, logger }: RecordParts) {
  return async function recordLooks(platform: Platform, records: readonly LookRecord[], now: Date): Promise<Recorded> {
    if (records.every(saysNothing)) return { changes: [], late: new Set() };
    const recorded = await allButRefused(
      records,
      async (some) => [await recordInStep(platform, some, now)],
      ({ identifier }, err) => logger.error({ platform, identifier, err }, 'what a look saw of a key cannot be stored'),
    );
    return {
      changes: recorded.flatMap(({ changes }) => changes),
      late: new Set(recorded.flatMap(({ late }) => [...late])),
    };
  };

  async function recordInStep(platform: Platform, records: readonly LookRecord[], now: Date): Promise<Recorded> {
    let inStep = records;
    while (true) {
      try {
        return await attempt(platform, inStep, now);
      } catch (error) {
        if (!(error instanceof OutOfStep)) throw error;
        inStep = (error as OutOfStep<LookRecord>).left;
      }
    }
  }

  function attempt(platform: Platform, given: readonly LookRecord[], now: Date): Promise<Recorded> {
    return database.$transaction(async (tx) => {
      const late = await lateKeys(tx, platform, given);
      const records = given.filter(({ identifier }) => !late.has(identifier));
      await updateStreams(tx, platform, records);
      const accepted = await upsertBroadcasts(tx, platform, records);
      stayInStep(records, accepted);
      const told = records.flatMap((record) =>
        record.verdicts
          .filter((verdict) => accepted.has(verdict.next.id))
          .flatMap((verdict) => verdict.changes.map((change) => ({ record, verdict, change }))),
      );
      if (told.length === 0) return { changes: [], late };
      const wishes = await laneWishes(
        tx,
        platform,
        told.map(({ record }) => record.identifier),
      );
      const rows = told.map(({ record, verdict, change }) => {
        const chosen = laneOf(lane(platform, change.direction), wishes.get(record.identifier));
        return {
          identifier: record.identifier,
          broadcast_id: change.broadcastId,
          direction: change.direction,
          lane: chosen,
          state: change.silent ? 'suppressed' : 'waiting',
          reason: change.silent,
          stream: toStreamData(toldStream(platform, record, verdict, change)),
          happened_at: change.happenedAt,
          due_at: dueAt(chosen, now, batchIntervalMs()),
          found_by: record.foundBy,
          pushed: record.pushed,
        };
      });
      return { changes: await insertChanges(tx, platform, rows, now), late };
    });
  }
}

export type RecordLooks = ReturnType<typeof createRecordLooks>;

/** The broadcast that was announced is the one whose end is told, also when it went on under another id. */
function toldStream(platform: Platform, record: LookRecord, { next }: Verdict, change: JudgedChange): ChangedStream {
  const { direction, broadcastId, happenedAt, endReason } = change;
  const endedAt = direction === 'offline' ? happenedAt : null;
  return {
    key: { platform, identifier: record.identifier },
    channel: record.channel,
    broadcast: { ...next, id: broadcastId, endedAt },
    happenedAt: next.startedAt ?? happenedAt,
    ...(endReason && { endReason }),
  };
}

async function upsertBroadcasts(
  tx: Transaction,
  platform: Platform,
  records: readonly LookRecord[],
): Promise<Set<string>> {
  const rows = records
    .flatMap((record) => record.verdicts)
    .map(({ next, version }) => ({
      broadcast_id: next.id,
      identifier: next.identifier,
      state: next.state,
      root_id: next.rootId,
      title: next.title,
      scheduled_start: next.scheduledStart,
      started_at: next.startedAt,
      ended_at: next.endedAt,
      missing_since: next.missingSince,
      misses: next.misses,
      details: next.details,
      version: (version ?? -1) + 1,
    }));
  if (rows.length === 0) return new Set();
  const accepted = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO broadcast (platform, broadcast_id, identifier, state, root_id, title, scheduled_start, started_at, ended_at,
      missing_since, misses, details, version)
    SELECT ${platform}, r.* FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS r(broadcast_id text, identifier text,
      state text, root_id text, title text, scheduled_start timestamptz, started_at timestamptz, ended_at timestamptz,
      missing_since timestamptz, misses int, details jsonb, version int)
    ORDER BY broadcast_id
    ON CONFLICT (platform, broadcast_id) DO UPDATE SET state = EXCLUDED.state, root_id = EXCLUDED.root_id,
      title = EXCLUDED.title, scheduled_start = EXCLUDED.scheduled_start, started_at = EXCLUDED.started_at,
      ended_at = EXCLUDED.ended_at, missing_since = EXCLUDED.missing_since, misses = EXCLUDED.misses,
      details = EXCLUDED.details, version = EXCLUDED.version, updated_at = now()
    WHERE broadcast.version = EXCLUDED.version - 1
    RETURNING broadcast_id AS id`;
  return new Set(accepted.map((row) => row.id));
}

async function laneWishes(
  tx: Transaction,
  platform: Platform,
  identifiers: string[],
): Promise<Map<string, LaneWishes>> {
  const rows = await tx.$queryRaw<({ identifier: string } & LaneWishes)[]>`
    SELECT identifier, bool_or(coalesce(priority, '') = 'urgent') AS "anyUrgent",
      bool_and(coalesce(priority, '') = 'normal') AS "allNormal"
    FROM follow WHERE platform = ${platform} AND identifier = ANY(${identifiers}) GROUP BY identifier`;
  return new Map(rows.map((row) => [row.identifier, row]));
}

async function insertChanges(
  tx: Transaction,
  platform: Platform,
  rows: readonly object[],
  now: Date,
): Promise<RecordedChange[]> {
  return tx.$queryRaw<RecordedChange[]>`
    INSERT INTO change (platform, identifier, broadcast_id, direction, lane, state, reason, stream, happened_at, recorded_at,
      due_at, found_by, pushed)
    SELECT ${platform}, r.identifier, r.broadcast_id, r.direction, r.lane, r.state, r.reason, r.stream, r.happened_at,
      ${now}::timestamptz, r.due_at, r.found_by, r.pushed
    FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS r(identifier text, broadcast_id text, direction text, lane text,
      state text, reason text, stream jsonb, happened_at timestamptz, due_at timestamptz, found_by text, pushed boolean)
    ON CONFLICT (platform, broadcast_id, direction) DO NOTHING
    RETURNING id, platform, identifier, direction, lane, state, reason, found_by AS "foundBy",
      due_at AS "dueAt"`;
}

const saysNothing = ({ verdicts, stream }: LookRecord): boolean => verdicts.length === 0 && stream === null;

/** Takes the rows of the keys in the order in which everybody takes them. @returns those of which more is known than was judged */
async function lateKeys(tx: Transaction, platform: Platform, records: readonly LookRecord[]): Promise<Set<string>> {
  const judged = new Map(records.filter((one) => !saysNothing(one)).map((one) => [one.identifier, one.version]));
  const rows = await tx.$queryRaw<{ identifier: string; version: number }[]>`
    SELECT identifier, version FROM stream WHERE platform = ${platform} AND identifier = ANY(${[...judged.keys()]})
    ORDER BY identifier FOR UPDATE`;
  return new Set(rows.flatMap(({ identifier, version }) => (judged.get(identifier) === version ? [] : [identifier])));
}
