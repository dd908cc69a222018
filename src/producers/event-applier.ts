import type { NamedKey } from '../shared/platforms/learned-name.ts';
import { sleep } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { backoffMs } from './backoff.ts';
import type { AnyWish, HandOn } from './hand-on.ts';
import { createPump } from './pump.ts';
import type { Message } from './read-message.ts';
import type { RejectBox } from './reject-box.ts';
import type { Room } from './room.ts';
import { createSift } from './sift.ts';

/** Most wishes applied in one transaction. */
const MOST_WISHES = 500;

/** A dated wish with the message that said it. */
export interface HeardWish {
  readonly wish: AnyWish;
  readonly learned: NamedKey | undefined;
  readonly message: Message;
  /** The room to give back when it is settled. */
  readonly bytes: number;
}

export interface EventApplierParts {
  readonly handOn: HandOn;
  readonly room: Pick<Room, 'leave'>;
  readonly box: Pick<RejectBox, 'add'>;
  readonly logger: Logger;
  /** Aborted when what is in hand must be let go. */
  readonly ended: AbortSignal;
}

/** Applies wishes in batches, holds them while Postgres or Redis is away, and sets aside what can never be applied. */
export function createEventApplier({ handOn, room, box, logger, ended }: EventApplierParts) {
  const sift = createSift<HeardWish>(async (heard) => {
    await handOn(
      heard.map(({ wish }) => wish),
      heard.flatMap(({ learned }) => learned ?? []),
    );
  });
  let waiting: HeardWish[] = [];
  let failures = 0;

  async function step(): Promise<boolean> {
    if (ended.aborted || waiting.length === 0) return false;
    const batch = waiting.slice(0, MOST_WISHES);
    const { left, poison, error } = await sift(batch, failures);
    for (const { item, error: fault } of poison) setAside(item, fault);
    const unsettled = new Set(left);
    for (const { bytes } of batch.filter((heard) => !unsettled.has(heard))) room.leave(bytes);
    waiting = [...left, ...waiting.slice(batch.length)];
    failures = left.length > 0 ? failures + 1 : 0;
    if (failures > 0) await rest(error);
    return true;
  }

  function setAside({ message, wish }: HeardWish, error: unknown): void {
    logger.error({ err: error, action: wish.action, target: wish.target }, 'a follow cannot be applied, set aside');
    box.add({ ...message, payload: message.raw, reason: `message: read, but cannot be applied: ${textOf(error)}` });
  }

  async function rest(error: unknown): Promise<void> {
    logger.warn({ err: error, waiting: waiting.length, failures }, 'follows cannot be applied, trying again');
    await sleep(backoffMs(failures), ended);
  }

  const pump = createPump(step);
  return {
    take(heard: readonly HeardWish[]): void {
      for (const each of heard) waiting.push(each);
      if (waiting.length > 0) pump.kick();
    },
    rested: pump.rested,
    waiting: () => waiting.length,
  };
}

export type EventApplier = ReturnType<typeof createEventApplier>;

function textOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 300) : String(error).slice(0, 300);
}
