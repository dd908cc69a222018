import { randomUUID } from 'node:crypto';
import {
  EPOCH_KEY,
  eventKey,
  LIVE_KEY,
  LOG_KEY,
  liveField,
  OFFLINE_CHANNEL,
  ONLINE_CHANNEL,
  SEQUENCE_KEY,
} from '../contracts/channels.ts';
import {
  type EventContent,
  type EventPlace,
  inContractOrder,
  type StreamData,
  toEnvelope,
} from '../contracts/status-events.ts';
import type { RedisConnection } from '../redis/open-connection.ts';
import { runScript } from '../runtime/script.ts';
import { PUBLISH, RESTORE } from './log-scripts.ts';
import { publishAt } from './publish-at.ts';

const LOG_LENGTH = 10_000;
const MARK_SECONDS = 24 * 3600;
/** Of which promotion the server was when the epoch began. No shard reads it. */
const LINEAGE_KEY = '{streams}.lineage';
const KEYS = [EPOCH_KEY, SEQUENCE_KEY, LOG_KEY, LIVE_KEY, LINEAGE_KEY];

/**
 * `repeated`: it had been published before, under this place; nobody hears it again.
 * `behind`: nothing was published, because this Redis holds less than was written to it; `restore` it first.
 */
export type PublishResult =
  | { readonly kind: 'published' | 'repeated'; readonly place: EventPlace }
  | { readonly kind: 'behind' };

export interface Restored {
  /** The new epoch; null where the old one goes on. */
  readonly newEpoch: string | null;
  /** Fields of the snapshot that were lacking, wrong or too many. */
  readonly repaired: readonly string[];
}

export interface RestoreOptions {
  /** Only tell what would be done. */
  readonly dryRun?: boolean;
}

/** Writes to the channels, the log and the snapshot that shards read, always to all of them in one atomic step. */
export function createPublisher(redis: RedisConnection) {
  /** @param known how far the tables say that the log has come; null when nothing was ever published */
  async function publish(content: EventContent, known: EventPlace | null): Promise<PublishResult> {
    if (known === null) return { kind: 'behind' };
    const online = content.direction === 'online';
    const reply = await runScript(
      redis,
      PUBLISH,
      [...KEYS, eventKey(content.eventId)],
      [
        ...[known.epoch, known.sequence],
        online ? ONLINE_CHANNEL : OFFLINE_CHANNEL,
        ...cutAtPlace(content),
        ...[LOG_LENGTH, MARK_SECONDS],
        online ? 'HSET' : 'HDEL',
        ...snapshotOf(content.streams),
      ],
    );
    return readReply(reply);
  }

  /** Must not run beside a `publish`. @param live everything that is live now, as published */
  async function restore(
    known: EventPlace | null,
    live: readonly StreamData[],
    { dryRun = false }: RestoreOptions = {},
  ): Promise<Restored> {
    const newEpoch = randomUUID();
    const reply = await runScript(redis, RESTORE, KEYS, [
      ...[known?.epoch ?? '', known?.sequence ?? '0'],
      newEpoch,
      dryRun ? 'dry' : '',
      ...snapshotOf(live),
    ]);
    const [fresh, repaired] = reply as [number, string[]];
    return { newEpoch: fresh === 1 ? newEpoch : null, repaired };
  }

  /**
   * Says again what was published, under the place it had. The log and the snapshot know it already, or have gone beyond it.
   * @returns how many heard it
   */
  function repeat(content: EventContent, place: EventPlace): Promise<number> {
    const channel = content.direction === 'online' ? ONLINE_CHANNEL : OFFLINE_CHANNEL;
    const message = JSON.stringify(toEnvelope(content, place, { repeat: true }));
    return publishAt(redis, LOG_KEY, { channel, message });
  }

  return { publish, restore, repeat };
}

export type Publisher = ReturnType<typeof createPublisher>;

function snapshotOf(streams: readonly StreamData[]): string[] {
  return streams.flatMap((stream) => [
    liveField(stream.Platform, stream.VideoId),
    JSON.stringify(inContractOrder(stream)),
  ]);
}

/** The event's JSON in three pieces: before its sequence, between sequence and epoch, after its epoch. */
function cutAtPlace(content: EventContent): [string, string, string] {
  const text = JSON.stringify(toEnvelope(content, { sequence: '', epoch: '' }));
  // Metadata comes last and holds nothing that others wrote, so the last occurrences are ours.
  const sequence = text.lastIndexOf('"Sequence":"') + '"Sequence":"'.length;
  const epoch = text.lastIndexOf('"Epoch":"') + '"Epoch":"'.length;
  return [text.slice(0, sequence), text.slice(sequence, epoch), text.slice(epoch)];
}

function readReply(reply: unknown): PublishResult {
  const [kind, mark] = reply as ['behind'] | ['published' | 'repeated', string];
  if (kind === 'behind') return { kind };
  const [epoch = '', sequence = ''] = mark?.split(' ') ?? [];
  return { kind, place: { epoch, sequence } };
}
