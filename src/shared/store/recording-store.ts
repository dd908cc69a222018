import { RECORD_CHANNELS } from '../contracts/recorder-channels.ts';
import type { NeighbourWord } from '../contracts/hint-messages.ts';
import type { OpenState } from '../domain/broadcast.ts';
import type { Platform } from '../domain/platform.ts';
import { PLATFORMS } from '../domain/platform.ts';
import type { RecordingEvidence, RecordingRequest, RecordingState } from '../domain/recording.ts';
import type { Database } from '../runtime/database.ts';
import { jsonbText } from './postgres-text.ts';

/** Of which broadcast, by the id under which its session began. */
export interface RecordingPlace {
  readonly platform: Platform;
  readonly broadcastId: string;
  readonly identifier: string;
}

export type FoundRecording = RecordingPlace & RecordingEvidence;
export type PlannedRecording = RecordingPlace & { readonly plan: RecordingRequest };

/** A request whose time has come. */
export interface DueRecording extends RecordingPlace {
  readonly channel: string;
  readonly payload: string;
  readonly tries: number;
}

/** What came of sending one. */
export interface SentRecording extends RecordingPlace {
  readonly receivers: number;
  readonly nextTryAt: Date;
}

/** The platforms that the recorder records. */
export const RECORDED_PLATFORMS: readonly Platform[] = PLATFORMS.filter((platform) => RECORD_CHANNELS[platform]);

/** The claims on recordings: one row for each broadcast, which nothing but this writes. */
export function createRecordingStore(database: Database) {
  return {
    /**
     * What is marked to record and not heard of yet, and the requests that are still open.
     * What is heard is settled, so that this reads little however much is on air.
     */
    async find(): Promise<FoundRecording[]> {
      const rows = await database.$queryRaw<FoundRow[]>`
        WITH marked AS (
          SELECT DISTINCT ON (b.platform, coalesce(b.root_id, b.broadcast_id)) b.platform, b.identifier,
            coalesce(b.root_id, b.broadcast_id) AS broadcast_id, b.state, b.scheduled_start,
            greatest(b.updated_at, s.last_live_at) AS seen_at, s.tracked_since, s.login
          FROM stream s JOIN broadcast b ON b.platform = s.platform AND b.identifier = s.identifier
          WHERE s.record AND s.platform = ANY(${[...RECORDED_PLATFORMS]}) AND b.state IN ('live', 'scheduled')
          ORDER BY b.platform, coalesce(b.root_id, b.broadcast_id), b.state
        ), open AS (SELECT * FROM record_request WHERE state IN ('waiting', 'unheard'))
        SELECT m.platform, m.identifier, m.broadcast_id AS "broadcastId", m.state, m.scheduled_start AS "scheduledStart",
          m.seen_at AS "seenAt", m.tracked_since AS "trackedSince", m.login,
          r.state AS "requestState", r.payload, r.next_try_at AS "nextTryAt"
        FROM marked m LEFT JOIN record_request r ON r.platform = m.platform AND r.broadcast_id = m.broadcast_id
        WHERE r.state IS DISTINCT FROM 'heard'
        UNION ALL
        SELECT r.platform, r.identifier, r.broadcast_id, NULL, NULL, NULL, NULL, NULL, r.state, r.payload, r.next_try_at
        FROM open r
        WHERE NOT EXISTS (SELECT 1 FROM marked m WHERE m.platform = r.platform AND m.broadcast_id = r.broadcast_id)`;
      return rows.map(foundOf);
    },

    /** Writes what was planned; a broadcast that has no row is claimed by it. What is heard stays so. */
    async save(planned: readonly PlannedRecording[]): Promise<void> {
      if (planned.length === 0) return;
      const rows = planned.map(({ platform, broadcastId, identifier, plan }) => ({
        ...{ platform, broadcast_id: broadcastId, identifier, channel: RECORD_CHANNELS[platform] },
        ...{ payload: plan.payload, state: plan.state, next_try_at: plan.nextTryAt },
      }));
      await database.$executeRaw`
        INSERT INTO record_request (platform, broadcast_id, identifier, channel, payload, state, next_try_at)
        SELECT r.* FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS r(platform text, broadcast_id text,
          identifier text, channel text, payload text, state text, next_try_at timestamptz)
        ORDER BY r.platform, r.broadcast_id
        ON CONFLICT (platform, broadcast_id) DO UPDATE
        SET payload = EXCLUDED.payload, state = EXCLUDED.state, next_try_at = EXCLUDED.next_try_at
        WHERE record_request.state <> 'heard'`;
    },

    /** Requests to be sent now, the longest due first. One whose payload is not known yet waits on. */
    async due(now: Date, limit: number): Promise<DueRecording[]> {
      return database.$queryRaw<DueRecording[]>`
        SELECT platform, broadcast_id AS "broadcastId", identifier, channel, payload, tries FROM record_request
        WHERE state IN ('waiting', 'unheard') AND next_try_at <= ${now}::timestamptz AND payload <> ''
        ORDER BY next_try_at, broadcast_id LIMIT ${limit}`;
    },

    /** @returns how many of them were not settled by somebody else meanwhile */
    async settle(sent: readonly SentRecording[], now: Date): Promise<number> {
      if (sent.length === 0) return 0;
      const rows = sent.map(({ platform, broadcastId, receivers, nextTryAt }) => ({
        ...{ platform, broadcast_id: broadcastId, receivers, next_try_at: nextTryAt },
      }));
      return database.$executeRaw`
        UPDATE record_request r SET receivers = s.receivers, tries = r.tries + 1, sent_at = ${now}::timestamptz,
          state = CASE WHEN s.receivers > 0 THEN 'heard' ELSE 'unheard' END, next_try_at = s.next_try_at
        FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb)
          AS s(platform text, broadcast_id text, receivers int, next_try_at timestamptz)
        WHERE r.platform = s.platform AND r.broadcast_id = s.broadcast_id AND r.state IN ('waiting', 'unheard')`;
    },

    /** Notes what the recorder says. What it records already needs no request any more. */
    async noteSaid(words: readonly NeighbourWord[], now: Date): Promise<void> {
      const latest = new Map<string, object>();
      for (const { platform, broadcastId, recorder } of words) {
        if (recorder && broadcastId) latest.set(broadcastId, { platform, broadcast_id: broadcastId, said: recorder });
      }
      const started = words.flatMap(({ recorder, broadcastId }) => (recorder === 'startstream' ? [broadcastId] : []));
      if (latest.size === 0) return;
      await database.$executeRaw`
        UPDATE record_request r SET said = s.said, said_at = ${now}::timestamptz,
          state = CASE WHEN r.state IN ('waiting', 'unheard') AND r.broadcast_id = ANY(${started}) THEN 'heard'
            ELSE r.state END
        FROM jsonb_to_recordset(${jsonbText([...latest.values()])}::jsonb)
          AS s(platform text, broadcast_id text, said text)
        WHERE r.platform = s.platform AND r.broadcast_id = s.broadcast_id`;
    },
  };
}

export type RecordingStore = ReturnType<typeof createRecordingStore>;

interface FoundRow extends RecordingPlace {
  readonly state: OpenState | null;
  readonly scheduledStart: Date | null;
  readonly seenAt: Date | null;
  readonly trackedSince: Date | null;
  readonly login: string | null;
  readonly requestState: RecordingState | null;
  readonly payload: string | null;
  readonly nextTryAt: Date | null;
}

function foundOf(row: FoundRow): FoundRecording {
  const { platform, broadcastId, identifier, requestState, payload, nextTryAt } = row;
  return {
    ...{ platform, broadcastId, identifier },
    broadcast: broadcastOf(row),
    request: requestState && nextTryAt ? { state: requestState, payload: payload ?? '', nextTryAt } : null,
  };
}

function broadcastOf(row: FoundRow): FoundRecording['broadcast'] {
  const { state, scheduledStart, seenAt, trackedSince } = row;
  return state && seenAt ? { state, scheduledStart, seenAt, trackedSince, payload: payloadOf(row) } : null;
}

/** What the recorder knows it by: a video, a login, a screen id. */
function payloadOf({ platform, broadcastId, identifier, login }: FoundRow): string | null {
  if (platform === 'youtube') return broadcastId;
  return platform === 'twitch' ? login : identifier;
}
