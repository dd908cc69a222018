import type { Clock } from '../../runtime/clock.ts';
import type { EventSub, Transport } from './eventsub.ts';
import { type ConduitRow, pushStatus, type ShardRow } from './eventsub-answers.ts';

export interface ConduitParts {
  readonly eventsub: EventSub;
  readonly shards: number;
  /** Where each shard delivers. */
  readonly transport: Extract<Transport, { method: 'webhook' }>;
  readonly clock: Clock;
}

/** How long a conduit that was seen to is taken for healthy, ms. */
const TRUSTED_MS = 5 * 60_000;

/**
 * The conduit of this address: found by where its shards deliver, or made. Subscriptions survive whatever becomes of its
 * shards, so those that died are given their address anew.
 */
export function createConduit({ eventsub, shards, transport, clock }: ConduitParts) {
  let seenTo: { id: string; at: number } | null = null;
  let flight: Promise<string> | null = null;

  async function find(signal: AbortSignal): Promise<{ conduit: ConduitRow; rows: readonly ShardRow[] } | null> {
    for (const conduit of await eventsub.conduits(signal)) {
      const rows = await eventsub.shards(conduit.id, signal);
      if (rows.some((row) => row.transport.callback === transport.callback)) return { conduit, rows };
    }
    return null;
  }

  async function seeTo(signal: AbortSignal): Promise<string> {
    const found = (await find(signal)) ?? { conduit: await eventsub.createConduit(shards, signal), rows: [] };
    const { conduit, rows } = found;
    if (conduit.shard_count !== shards) await eventsub.resizeConduit(conduit.id, shards, signal);
    const sound = new Set(rows.filter((row) => isSound(row, transport.callback)).map((row) => row.id));
    const wanting = Array.from({ length: shards }, (_, at) => String(at)).filter((id) => !sound.has(id));
    if (wanting.length > 0) await eventsub.setShards(conduit.id, wanting, transport, signal);
    seenTo = { id: conduit.id, at: clock.now().getTime() };
    return conduit.id;
  }

  /** @returns its id. @throws PlatformError */
  return async function conduitId(signal: AbortSignal): Promise<string> {
    if (seenTo !== null && clock.now().getTime() - seenTo.at < TRUSTED_MS) return seenTo.id;
    flight ??= seeTo(signal).finally(() => {
      flight = null;
    });
    return flight;
  };
}

function isSound({ status, transport }: ShardRow, callback: string): boolean {
  return transport.callback === callback && pushStatus(status) !== 'dead';
}
