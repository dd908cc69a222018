import type { EventPlace, StreamData } from '../contracts/status-events.ts';
import type { Database } from '../runtime/database.ts';
import { TRACKED } from './tracked.ts';

export interface PublishedEvent {
  readonly eventId: string;
  readonly place: EventPlace;
}

/** What the tables know of the log in Redis: how far it has come, and what it last said of each broadcast. */
export function createLogStore(database: Database) {
  return {
    /** Null when nothing was ever published. */
    async position(): Promise<EventPlace | null> {
      const row = await database.logPosition.findUnique({ where: { id: 1 } });
      return row && { epoch: row.epoch, sequence: row.sequence.toString() };
    },

    async startEpoch(epoch: string): Promise<void> {
      const fields = { epoch, sequence: 0n };
      await database.logPosition.upsert({ where: { id: 1 }, create: { id: 1, ...fields }, update: fields });
    },

    /** Marks events, their changes and the position in one transaction. Doing it twice is doing it once. */
    async settle(events: readonly PublishedEvent[], now: Date): Promise<void> {
      const ids = events.map(({ eventId }) => eventId);
      const epochs = events.map(({ place }) => place.epoch);
      const sequences = events.map(({ place }) => BigInt(place.sequence));
      await database.$transaction([
        database.$executeRaw`
          UPDATE batch SET published_at = ${now}::timestamptz, epoch = event.epoch, sequence = event.sequence
          FROM unnest(${ids}::uuid[], ${epochs}::text[], ${sequences}::bigint[]) AS event(id, epoch, sequence)
          WHERE batch.id = event.id AND batch.published_at IS NULL`,
        database.change.updateMany({
          where: { batchId: { in: ids }, state: 'waiting' },
          data: { state: 'published', publishedAt: now },
        }),
        database.$executeRaw`
          UPDATE log_position SET sequence = event.sequence
          FROM (SELECT epoch, max(sequence) AS sequence
                FROM unnest(${epochs}::text[], ${sequences}::bigint[]) AS e(epoch, sequence) GROUP BY epoch) AS event
          WHERE log_position.epoch = event.epoch AND log_position.sequence < event.sequence`,
      ]);
    },

    /**
     * Everything that was announced, whose end was not, and that somebody still wants: nobody watches the others. What
     * has a place in an event may be announced already without being marked; left out, shards would be told of its end.
     * Where the end of one and the beginning of the next one of its channel have their places, the end comes first: with
     * both in the snapshot, shards that compare would be told of the beginning first.
     */
    async live(): Promise<StreamData[]> {
      const rows = await database.$queryRaw<{ stream: StreamData }[]>`
        SELECT stream FROM change AS begun
        WHERE direction = 'online' AND (state = 'published' OR (state = 'waiting' AND batch_id IS NOT NULL)) AND NOT EXISTS (
          SELECT 1 FROM change AS ended
          WHERE ended.platform = begun.platform AND ended.broadcast_id = begun.broadcast_id
            AND ended.direction = 'offline' AND (ended.state <> 'waiting' OR (ended.batch_id IS NOT NULL AND EXISTS (
              SELECT 1 FROM change AS next
              WHERE next.platform = ended.platform AND next.identifier = ended.identifier AND next.id > ended.id
                AND next.direction = 'online' AND next.batch_id IS NOT NULL))))
          AND NOT EXISTS (
          SELECT 1 FROM stream s WHERE s.platform = begun.platform AND s.identifier = begun.identifier
            AND NOT ${TRACKED})
        ORDER BY id`;
      return rows.map((row) => row.stream);
    },
  };
}

export type LogStore = ReturnType<typeof createLogStore>;
