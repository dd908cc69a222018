import type { Platform } from '../domain/platform.ts';
import type { RecordingState } from '../domain/recording.ts';
import type { Database } from '../runtime/database.ts';
import { RECORDED_PLATFORMS } from './recording-store.ts';

/** A key that is marked to record, and who marked it. */
export interface ListedMark {
  readonly platform: Platform;
  readonly identifier: string;
  readonly title: string | null;
  readonly login: string | null;
  /** The bot's tables, an operator's command, the metadata of a follow. */
  readonly notice: boolean;
  readonly cli: boolean;
  readonly follow: boolean;
}

export interface ListedRequest {
  readonly platform: Platform;
  readonly broadcastId: string;
  readonly identifier: string;
  readonly state: RecordingState;
  readonly channel: string;
  readonly payload: string;
  readonly receivers: number;
  readonly tries: number;
  readonly nextTryAt: Date;
  readonly sentAt: Date | null;
  readonly said: string | null;
  readonly saidAt: Date | null;
}

/** Requests shown; open ones come first. */
const MOST_REQUESTS = 200;

/** Every key of a platform with a recorder that is marked. */
export function listMarks(database: Database): Promise<ListedMark[]> {
  return database.$queryRaw<ListedMark[]>`
    SELECT s.platform, s.identifier, s.title, s.login,
      EXISTS (SELECT 1 FROM pin p WHERE p.platform = s.platform AND p.identifier = s.identifier
        AND p.reason = 'record' AND p.source = 'notice') AS notice,
      EXISTS (SELECT 1 FROM pin p WHERE p.platform = s.platform AND p.identifier = s.identifier
        AND p.reason = 'record' AND p.source = 'cli') AS cli,
      EXISTS (SELECT 1 FROM follow f WHERE f.platform = s.platform AND f.identifier = s.identifier
        AND f.metadata @> '{"record": true}') AS follow
    FROM stream s WHERE s.record AND s.platform = ANY(${[...RECORDED_PLATFORMS]})
    ORDER BY s.platform, s.identifier`;
}

/** Those that still wait for something first, then the newest. */
export function listRequests(database: Database): Promise<ListedRequest[]> {
  return database.$queryRaw<ListedRequest[]>`
    SELECT platform, broadcast_id AS "broadcastId", identifier, state, channel, payload, receivers, tries,
      next_try_at AS "nextTryAt", sent_at AS "sentAt", said, said_at AS "saidAt"
    FROM record_request
    ORDER BY state NOT IN ('waiting', 'unheard'), created_at DESC, broadcast_id LIMIT ${MOST_REQUESTS}`;
}
