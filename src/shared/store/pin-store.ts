import type { Pin, PinSource } from '../domain/pin.ts';
import type { StreamKey } from '../domain/stream-key.ts';
import type { Database } from '../runtime/database.ts';
import { identifiersOf, lockStreams, platformsOf, recount, type TrackingChange } from './stream-rows.ts';

export interface PinChange {
  readonly added: readonly Pin[];
  readonly removed: readonly Pin[];
}

/** Wishes for keys that are no guild's follows. */
export function createPinStore(database: Database) {
  return {
    /** Sets and takes away pins in one transaction. Doing it again changes nothing. */
    async change({ added, removed }: PinChange): Promise<TrackingChange> {
      const pins = [...added, ...removed];
      if (pins.length === 0) return { started: [], stopped: [] };
      return database.$transaction(async (tx) => {
        await lockStreams(tx, pins);
        await tx.$executeRaw`
          DELETE FROM pin p
          USING unnest(${platformsOf(removed)}::text[], ${identifiersOf(removed)}::text[],
              ${removed.map((pin) => pin.reason)}::text[], ${removed.map((pin) => pin.source)}::text[])
            AS k(platform, identifier, reason, source)
          WHERE p.platform = k.platform AND p.identifier = k.identifier AND p.reason = k.reason AND p.source = k.source`;
        await tx.$executeRaw`
          INSERT INTO pin (platform, identifier, reason, source)
          SELECT DISTINCT * FROM unnest(${platformsOf(added)}::text[], ${identifiersOf(added)}::text[],
            ${added.map((pin) => pin.reason)}::text[], ${added.map((pin) => pin.source)}::text[])
          ON CONFLICT DO NOTHING`;
        return recount(tx, pins);
      });
    },

    /** All pins from there. */
    async from(source: PinSource): Promise<Pin[]> {
      return database.$queryRaw<Pin[]>`
        SELECT platform, identifier, reason, source FROM pin WHERE source = ${source} ORDER BY platform, identifier, reason`;
    },

    /** All pins of a key. */
    async of({ platform, identifier }: StreamKey): Promise<Pin[]> {
      return database.$queryRaw<Pin[]>`
        SELECT platform, identifier, reason, source FROM pin
        WHERE platform = ${platform} AND identifier = ${identifier} ORDER BY reason, source`;
    },
  };
}

export type PinStore = ReturnType<typeof createPinStore>;
