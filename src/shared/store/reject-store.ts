import type { Database } from '../runtime/database.ts';
import { plainText } from './postgres-text.ts';

/** Most messages kept; the oldest go first. */
export const MAX_REJECTS = 10_000;

/** Most bytes kept of one message. */
export const MAX_KEPT_BYTES = 8_192;

export interface NewReject {
  readonly channel: string;
  readonly reason: string;
  /** The message, or as much of it as the caller still has. */
  readonly payload: Buffer;
  /** Its whole size in bytes. */
  readonly size: number;
  readonly receivedAt: Date;
}

export interface Reject {
  readonly id: bigint;
  readonly channel: string;
  readonly reason: string;
  readonly payload: string;
  readonly size: number;
  readonly receivedAt: Date;
  readonly replayedAt: Date | null;
}

/** Messages that could not be used, kept where an operator can see and replay them. */
export function createRejectStore(database: Database) {
  return {
    async keep(rejects: readonly NewReject[]): Promise<void> {
      if (rejects.length === 0) return;
      await database.reject.createMany({ data: rejects.map(rowOf) });
      await database.$executeRaw`
        DELETE FROM reject WHERE id <= (SELECT id FROM reject ORDER BY id DESC OFFSET ${MAX_REJECTS} LIMIT 1)`;
    },
    /** Newest first. */
    list: (limit: number): Promise<Reject[]> => database.reject.findMany({ orderBy: { id: 'desc' }, take: limit }),
    count: (): Promise<number> => database.reject.count(),
    get: (id: bigint): Promise<Reject | null> => database.reject.findUnique({ where: { id } }),
    async markReplayed(id: bigint, replayedAt: Date): Promise<void> {
      await database.reject.updateMany({ where: { id }, data: { replayedAt } });
    },
  };
}

export type RejectStore = ReturnType<typeof createRejectStore>;

/** Whether all of the message was kept, byte for byte, so that it can be published again. */
export function isWhole({ payload, size }: Pick<Reject, 'payload' | 'size'>): boolean {
  return Buffer.byteLength(payload) === size;
}

function rowOf({ channel, reason, payload, size, receivedAt }: NewReject) {
  return { channel, reason: plainText(reason).slice(0, 1_000), payload: keptText(payload, size), size, receivedAt };
}

/** The text of a whole message, or of its beginning: then it ends in `…`, and its length never passes for the whole one's. */
function keptText(payload: Buffer, size: number): string {
  const text = plainText(payload.subarray(0, MAX_KEPT_BYTES).toString());
  if (payload.length === size && Buffer.from(text).equals(payload)) return text;
  const cut = `${text}…`;
  return Buffer.byteLength(cut) === size ? `${cut}…` : cut;
}
