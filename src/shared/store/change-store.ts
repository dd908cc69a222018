import { type StreamData, streamData } from '../contracts/status-events.ts';
import { type FormedBatch, formBatches } from '../domain/batch.ts';
import type { Lane } from '../domain/follow.ts';
import type { Platform } from '../domain/platform.ts';
import { type Silence, silences } from '../domain/silence.ts';
import type { Direction } from '../domain/verdict.ts';
import type { Database, Transaction } from '../runtime/database.ts';
import { eventIds } from '../runtime/event-id.ts';
import { lockForming } from './platform-lock.ts';

/** How a change ended. `gone`: its row is not there any more. */
export type Settled = 'published' | 'suppressed' | 'gone';

/** A change in the outbox that waits to be published. */
export interface QueuedChange {
  readonly id: bigint;
  readonly platform: Platform;
  readonly lane: Lane;
  /** When its lane lets it leave. */
  readonly dueAt: Date;
}

interface WaitingChange {
  readonly id: bigint;
  readonly platform: Platform;
  readonly identifier: string;
  readonly broadcastId: string;
  readonly direction: Direction;
  readonly happenedAt: Date;
  readonly stream: unknown;
}

export interface FormOptions {
  readonly platform: Platform;
  /** Changes somebody wants published now, whatever their lane. */
  readonly wanted: readonly bigint[];
  readonly now: Date;
  /** Most changes to take. */
  readonly limit: number;
  readonly maxStreams: number;
  readonly announceMaxAgeMs: number;
}

export interface Formed {
  /** Changes taken out of the waiting ones; as many as the limit when more may wait. */
  readonly taken: number;
  readonly eventIds: readonly string[];
  readonly silenced: readonly Silence[];
}

/** An event whose composition is fixed and that is not known to be published. */
export interface OpenEvent {
  readonly eventId: string;
  readonly platform: Platform;
  readonly direction: Direction;
  readonly at: Date;
  readonly changes: readonly OpenChange[];
}

interface OpenChange {
  readonly lane: Lane;
  readonly recordedAt: Date;
  readonly stream: StreamData;
}

/** The outbox: which changes wait, in which event each leaves. */
export function createChangeStore(database: Database) {
  return {
    /** Those of the changes that are over, and how; the others still wait. */
    async settled(ids: readonly bigint[]): Promise<Map<bigint, Settled>> {
      const rows = await database.change.findMany({
        where: { id: { in: [...ids] } },
        select: { id: true, state: true },
      });
      const states = new Map(rows.map((row) => [row.id, row.state]));
      const over = ids.map((id) => [id, states.get(id) ?? 'gone'] as const).filter(([, state]) => state !== 'waiting');
      return new Map(over as [bigint, Settled][]);
    },

    /** Every change recorded before then that still waits, oldest first. */
    async waiting(recordedBefore: Date): Promise<QueuedChange[]> {
      const rows = await database.change.findMany({
        where: { state: 'waiting', recordedAt: { lt: recordedBefore } },
        orderBy: { id: 'asc' },
        select: { id: true, platform: true, lane: true, dueAt: true },
      });
      return rows as QueuedChange[];
    },

    /** Fixes which changes travel together, in one transaction. Once it may be out an event is only ever repeated as it is. */
    form: (options: FormOptions): Promise<Formed> => database.$transaction((tx) => form(tx, options)),

    /** Their changes wait again. Only for events that nobody can have heard of. */
    async takeApart(tx: Transaction, eventIds: readonly string[]): Promise<void> {
      const where = { in: [...eventIds] };
      await tx.change.updateMany({ where: { batchId: where }, data: { batchId: null } });
      await tx.batch.deleteMany({ where: { id: where } });
    },

    /** The platform's events that were formed and are not known to be published, in the order they must leave. */
    async openEvents(platform: Platform, limit: number): Promise<OpenEvent[]> {
      const batches = await database.batch.findMany({
        where: { platform, publishedAt: null },
        orderBy: { id: 'asc' },
        take: limit,
      });
      return Promise.all(batches.map((batch) => openEvent(database, batch)));
    },
  };
}

export type ChangeStore = ReturnType<typeof createChangeStore>;

async function form(tx: Transaction, options: FormOptions): Promise<Formed> {
  await lockForming(tx, options.platform);
  const changes = await dueChanges(tx, options);
  if (changes.length === 0) return { taken: 0, eventIds: [], silenced: [] };
  const silentByRule = silences(changes, { ...options, silentOnlines: await silentOnlines(tx, changes) });
  const silent = new Map([...silentByRule, ...unreadable(changes)]);
  const told = changes.filter((change) => !silent.has(change.id));
  await suppress(tx, silent);
  const eventIds = await insertBatches(tx, formBatches(told, options.maxStreams), options);
  return { taken: changes.length, eventIds, silenced: [...silent.values()] };
}

/**
 * A key of which anything is due leaves with everything that waits of it, so that no key's changes overtake each
 * other. Keys with something urgent come first, for when not all of it can be taken.
 *
 * One scan and no join: the planner thinks that next to nothing waits, and would compare each row with each.
 */
function dueChanges(tx: Transaction, { platform, wanted, now, limit }: FormOptions): Promise<WaitingChange[]> {
  return tx.$queryRaw<WaitingChange[]>`
    WITH waiting AS (
      SELECT *, due_at <= ${now}::timestamptz OR id = ANY(${[...wanted]}::bigint[]) AS due
      FROM change WHERE state = 'waiting' AND platform = ${platform} AND batch_id IS NULL),
    by_key AS (
      SELECT *, bool_or(due) OVER key AS key_due, bool_or(due AND lane = 'urgent') OVER key AS key_urgent
      FROM waiting WINDOW key AS (PARTITION BY identifier))
    SELECT id, platform, identifier, broadcast_id AS "broadcastId", direction, happened_at AS "happenedAt", stream
    FROM by_key WHERE key_due ORDER BY key_urgent DESC, id LIMIT ${limit}`;
}

/** A row that somebody else has written. In an event it would make readers throw away its neighbours too. */
function unreadable(changes: readonly WaitingChange[]): [bigint, Silence][] {
  const spoiled = changes.filter(({ stream }) => !streamData.safeParse(stream).success);
  return spoiled.map(({ id }) => [id, 'unreadable']);
}

async function silentOnlines(tx: Transaction, changes: readonly WaitingChange[]): Promise<Set<string>> {
  const ended = changes.filter(({ direction }) => direction === 'offline');
  const [first] = ended;
  if (first === undefined) return new Set();
  const rows = await tx.change.findMany({
    where: {
      platform: first.platform,
      direction: 'online',
      state: 'suppressed',
      broadcastId: { in: ended.map(({ broadcastId }) => broadcastId) },
    },
    select: { broadcastId: true },
  });
  return new Set(rows.map((row) => row.broadcastId));
}

async function suppress(tx: Transaction, silent: ReadonlyMap<bigint, Silence>): Promise<void> {
  for (const reason of new Set(silent.values())) {
    const ids = [...silent].filter(([, why]) => why === reason).map(([id]) => id);
    await tx.change.updateMany({ where: { id: { in: ids } }, data: { state: 'suppressed', reason } });
  }
}

async function insertBatches(
  tx: Transaction,
  batches: readonly FormedBatch<WaitingChange>[],
  { platform, now }: FormOptions,
): Promise<string[]> {
  if (batches.length === 0) return [];
  const ids = eventIds(now, batches.length);
  const rows = batches.map(({ direction, changes }, i) => ({ id: ids[i] ?? '', direction, changes }));
  await tx.batch.createMany({ data: rows.map(({ id, direction }) => ({ id, platform, direction, createdAt: now })) });
  const places = rows.flatMap(({ id, changes }) => changes.map((change) => ({ batch: id, change: change.id })));
  await tx.$executeRaw`
    UPDATE change SET batch_id = place.batch
    FROM unnest(${places.map(({ change }) => change)}::bigint[], ${places.map(({ batch }) => batch)}::uuid[]) AS place(id, batch)
    WHERE change.id = place.id`;
  return ids;
}

async function openEvent(
  database: Database,
  batch: { id: string; platform: string; direction: string; createdAt: Date },
) {
  const changes = await database.change.findMany({
    where: { batchId: batch.id },
    orderBy: { id: 'asc' },
    select: { lane: true, recordedAt: true, stream: true },
  });
  const { id: eventId, createdAt: at, platform, direction } = batch;
  // What these columns hold is what we wrote into them.
  return { eventId, at, platform, direction, changes } as unknown as OpenEvent;
}
