import { PLATFORMS, type Platform } from '../shared/domain/platform.ts';
import { PlatformError } from '../shared/platforms/errors.ts';
import type { PushAdapters } from '../shared/platforms/push-registry.ts';
import type { PushAdapter } from '../shared/platforms/push/push-adapter.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { PushHealthStore } from '../shared/store/push-health-store.ts';
import type { CatchUp } from './catch-up.ts';
import type { DoPushDue } from './push-due.ts';
import type { Repace } from './repace.ts';

export interface PushUpkeepParts {
  readonly adapters: PushAdapters;
  readonly doDue: DoPushDue;
  readonly health: PushHealthStore;
  /** Since when pushes can be received; null: they cannot. */
  readonly ingressSince: () => Promise<Date | null>;
  readonly repace: Repace;
  /** Looks once more at keys that are pushed from now on. */
  readonly catchUp: CatchUp;
  /** Asks for this task again, at once. */
  readonly again: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Then others have their turn: a task that runs long holds up a process that wants to stop. */
const WORK_MS = 4_000;
/** A poll may have been quicker than the push. */
const GRACE_MS = 30_000;
/** So many missed changes without one delivery mean that the platform does not reach us. */
const DOUBT_FROM = 3;

/** What is done about pushes every now and then, and after a first follow or last unfollow. */
export function createPushUpkeep(parts: PushUpkeepParts) {
  const { adapters, health, clock, logger } = parts;

  async function believed(adapter: PushAdapter, since: Date | null): Promise<boolean> {
    if (since === null) return false;
    const { platform, tells } = adapter;
    const question = { tells, since, graceMs: GRACE_MS, now: clock.now() };
    const doubted = await health.doubt(platform, question);
    if (doubted.length > 0)
      logger.warn({ platform, keys: doubted.length }, 'changes were not pushed, subscribing anew');
    const missed = await health.missedSinceHeard(platform, question);
    if (missed >= DOUBT_FROM) logger.warn({ platform, missed }, 'pushes do not arrive, polling as without them');
    return missed < DOUBT_FROM;
  }

  async function settle(platform: Platform, adapter: PushAdapter | undefined, since: Date | null): Promise<void> {
    const topics = adapter?.topics ?? [];
    const trusted = adapter !== undefined && (await believed(adapter, since));
    const moved = await health.settle(platform, { topics, believed: trusted, now: clock.now() });
    if (moved.length === 0) return;
    const gained = moved.filter(({ pushed }) => pushed).map(({ identifier }) => identifier);
    await parts.repace(
      platform,
      moved.map(({ identifier }) => identifier),
    );
    await parts.catchUp(platform, gained);
    logger.info(
      { platform, gained: gained.length, lost: moved.length - gained.length },
      'keys are pushed, or no longer are',
    );
  }

  return async function pushUpkeep(): Promise<void> {
    const deadline = new Date(clock.now().getTime() + WORK_MS);
    const since = await parts.ingressSince();
    const due = PLATFORMS.map(async (platform) => {
      const adapter = adapters.get(platform);
      const left = adapter ? await doDue(adapter, deadline) : false;
      await settle(platform, adapter, since);
      return left;
    });
    const left = await Promise.all(due);
    if (left.some(Boolean)) await parts.again();
  };

  async function doDue(adapter: PushAdapter, deadline: Date): Promise<boolean> {
    try {
      return await parts.doDue(adapter, deadline);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      logger.warn({ platform: adapter.platform, err: error }, 'subscriptions not worked on');
      return false;
    }
  }
}

export type PushUpkeep = ReturnType<typeof createPushUpkeep>;
