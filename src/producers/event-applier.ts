import { sleep } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import { backoffMs } from './backoff.ts';
import { createGuildLines } from './guild-lines.ts';
import type { HandOn } from './hand-on.ts';
import type { HeardWish } from './heard-wish.ts';
import { createPump } from './pump.ts';
import type { RejectBox } from './reject-box.ts';
import type { Room } from './room.ts';
import { createSift } from './sift.ts';

/** Most wishes applied in one transaction. */
const MOST_WISHES = 500;

export interface EventApplierParts {
  readonly handOn: HandOn;
  readonly room: Pick<Room, 'take' | 'leave' | 'freeBytes'>;
  /** Wishes of a guild carried out a second, and at once; both asked for each time. */
  readonly rate: () => number;
  readonly burst: () => number;
  readonly box: Pick<RejectBox, 'add'>;
  /** Called for what is heard and cannot be held. */
  readonly drop: (channel: string) => void;
  readonly metrics: Pick<Metrics, 'folded' | 'slowed' | 'followsRefused'>;
  readonly logger: Logger;
  /** Aborted when what is in hand must be let go. */
  readonly ended: AbortSignal;
}

/**
 * Applies wishes in batches, holds them while Postgres or Redis is away, and sets aside what can never be applied.
 * Guilds take turns, and one that says more than its rate waits; see `createGuildLines`.
 */
export function createEventApplier(parts: EventApplierParts) {
  const { handOn, room, box, metrics, logger, ended } = parts;
  const lines = createGuildLines(parts);
  const sift = createSift<HeardWish>(apply);
  const tellSlowed = createSlowedTeller(logger);
  let failures = 0;
  let [isDraining, isWaking] = [false, false];

  async function apply(heard: readonly HeardWish[]): Promise<void> {
    const { refused } = await handOn(
      heard.map(({ wish }) => wish),
      heard.flatMap(({ learned }) => learned ?? []),
    );
    const reasons = new Map(refused.map(({ wish, reason }) => [wish, reason]));
    for (const { wish, channel, payload } of heard) {
      const reason = reasons.get(wish);
      if (reason !== undefined) box.add({ channel, payload, reason });
    }
  }

  async function step(): Promise<boolean> {
    if (ended.aborted) return false;
    const batch = lines.take(MOST_WISHES, isDraining);
    metrics.slowed.set(lines.resting());
    if (lines.resting() > 0) wakeLater();
    if (batch.length === 0) return false;
    const { left, poison, error } = await sift(batch, failures);
    for (const { item, error: fault } of poison) setAside(item, fault);
    const unsettled = new Set(left);
    for (const { bytes } of batch.filter((heard) => !unsettled.has(heard))) room.leave(bytes);
    lines.giveBack(left);
    failures = left.length > 0 ? failures + 1 : 0;
    if (failures > 0) await rest(error);
    return true;
  }

  function wakeLater(): void {
    tellSlowed(lines.resting(), lines.size());
    if (isWaking) return;
    isWaking = true;
    setTimeout(() => {
      isWaking = false;
      pump.kick();
    }, lines.restMs()).unref();
  }

  function setAside({ channel, payload, wish }: HeardWish, error: unknown): void {
    logger.error({ err: error, action: wish.action, target: wish.target }, 'a follow cannot be applied, set aside');
    box.add({ channel, payload, reason: `message: read, but cannot be applied: ${textOf(error)}` });
  }

  function keepOut({ wish, channel, payload }: HeardWish): void {
    if (wish.action === 'unfollow') {
      parts.drop(channel);
      return;
    }
    metrics.followsRefused.inc({ limit: 'waiting' });
    box.add({
      channel,
      payload,
      reason: `guild ${wish.guildId}: says more than can wait for it; have it said again later`,
    });
  }

  async function rest(error: unknown): Promise<void> {
    logger.warn({ err: error, waiting: lines.size(), failures }, 'follows cannot be applied, trying again');
    await sleep(backoffMs(failures), ended);
  }

  const pump = createPump(step);
  return {
    take(heard: readonly HeardWish[]): void {
      for (const each of heard) {
        const { isTaken, displaced, folded } = lines.put(each);
        metrics.folded.inc(folded);
        if (displaced) keepOut(displaced);
        if (!isTaken) keepOut(each);
      }
      if (lines.size() > 0) pump.kick();
    },
    /** Resolves when all of it has been carried out, whatever its guild has said already. */
    async drained(): Promise<void> {
      isDraining = true;
      pump.kick();
      await pump.rested();
    },
    waiting: lines.size,
  };
}

export type EventApplier = ReturnType<typeof createEventApplier>;

/** How often it is said, in ms, that guilds are slowed: many may be, for days. */
const TELL_EVERY_MS = 60_000;

function createSlowedTeller(logger: Logger) {
  let toldAt = Number.NEGATIVE_INFINITY;
  return function tell(guilds: number, waiting: number): void {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    logger.warn({ guilds, waiting }, 'guilds say more than GUILD_RATE: what they say waits, only the latest of it');
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 300) : String(error).slice(0, 300);
}
