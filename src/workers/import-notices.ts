import { chunk } from '../shared/domain/group.ts';
import type { NoticeReading, RefusedRow } from '../shared/domain/notice.ts';
import { type Beliefs, judgeReads } from '../shared/domain/notice-doubt.ts';
import { type NoticePlan, planNotices } from '../shared/domain/notice-plan.ts';
import type { RawNotices } from '../shared/notices/read-notices.ts';
import type { ServerFault } from '../shared/runtime/server-fault.ts';
import type { NameStore } from '../shared/store/name-store.ts';
import type { NoticeStore } from '../shared/store/notice-store.ts';
import type { PinChange } from '../shared/store/pin-store.ts';
import type { TrackingChange } from '../shared/store/stream-rows.ts';
import { type Cut, followNotices, type HandOnNotices, type KeptOut, planWithout, without } from './follow-notices.ts';
import { knownNotices } from './known-notices.ts';

/** Most rows changed in one transaction. */
const BATCH = 500;

export interface ImportNoticesParts {
  readonly readNotices: () => Promise<RawNotices>;
  readonly store: NoticeStore;
  readonly names: Pick<NameStore, 'lookUp'>;
  /** Applies follows, and keeps those whose name has to be resolved. */
  readonly handOn: HandOnNotices;
  applyPins(change: PinChange): Promise<void>;
  /** Lets the schedulers follow what changed. */
  carryOut(change: TrackingChange): Promise<void>;
  /** The time by which follows are dated. */
  now(): Promise<string>;
}

export interface ImportOptions {
  /** Only tell what would be changed. */
  readonly dryRun: boolean;
  /** Believe what was read, however much is missing. */
  readonly accept: boolean;
  /** Aborted when what is left must be left to the next time. */
  readonly signal?: AbortSignal;
}

/** What an import came to. */
export interface Imported {
  readonly plan: NoticePlan;
  readonly beliefs: Beliefs;
  readonly reading: NoticeReading;
  readonly refused: readonly RefusedRow[];
  /** Follows for which the limits leave no room. They stand in the bot's tables, and are tried again at each import. */
  readonly keptOut: readonly KeptOut[];
  /** Why the bot's database as a whole cannot be used; null when it answered. */
  readonly fault: ServerFault | null;
}

/**
 * Makes our follows and pins agree with the bot's own tables. Doing it again changes nothing, in any number of
 * processes. What was read is dated before the reading began, so that whoever unfollows meanwhile is heard.
 */
export function createImportNotices(parts: ImportNoticesParts) {
  return async function importNotices({ dryRun, accept, signal }: ImportOptions): Promise<Imported> {
    const readAt = await parts.now();
    const raw = await parts.readNotices();
    const { reading, refused } = await knownNotices(raw, parts.names);
    const state = await parts.store.state();
    const beliefs = judgeReads(reading.tables, { believed: state.believed, accept });
    const plan = planNotices(reading, state, beliefs);
    if (dryRun) return { plan, beliefs, reading, refused, keptOut: [], fault: raw.fault };
    const keptOut = await followNotices(parts.handOn, [...plan.follow, ...plan.resolve], { readAt, signal });
    const rest =
      keptOut.length > 0 ? planWithout(keptOut, planNotices(without(keptOut, reading), state, beliefs)) : plan;
    const isWhole = await carryOutRest(parts, rest, { readAt, signal });
    if (isWhole) await parts.store.remember(beliefs, readAt);
    return { plan: rest, beliefs, reading, refused, keptOut, fault: raw.fault };
  };
}

export type ImportNotices = ReturnType<typeof createImportNotices>;

/** After the follows. Adds before it takes away: what moves from one reason to another is never stopped in between. */
async function carryOutRest(parts: ImportNoticesParts, plan: NoticePlan, { readAt, signal }: Cut): Promise<boolean> {
  const steps = [
    ...chunk(plan.pin, BATCH).map((added) => () => parts.applyPins({ added, removed: [] })),
    ...chunk(plan.end, BATCH).map((ended) => async () => parts.carryOut(await parts.store.end(ended, readAt))),
    ...chunk(plan.unpin, BATCH).map((removed) => () => parts.applyPins({ added: [], removed })),
    ...chunk(plan.forget, BATCH).map((names) => () => parts.store.forget(names, readAt)),
  ];
  for (const step of steps) {
    if (signal?.aborted) return false;
    await step();
  }
  return signal?.aborted !== true;
}
