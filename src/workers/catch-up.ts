import { catchUpTimes } from '../shared/domain/catch-up.ts';
import type { PlannedLook } from '../shared/domain/planned-look.ts';
import type { PerPlatform, Platform } from '../shared/domain/platform.ts';
import type { Clock } from '../shared/runtime/clock.ts';

export interface CatchUpParts {
  readonly planLooks: (planned: readonly PlannedLook[]) => Promise<void>;
  readonly pollIntervalMs: PerPlatform<number>;
  readonly clock: Clock;
}

/** Looks once more at keys that are pushed from now on. */
export function createCatchUp({ planLooks, pollIntervalMs, clock }: CatchUpParts) {
  return async function catchUp(platform: Platform, identifiers: readonly string[]): Promise<void> {
    const now = clock.now();
    const times = catchUpTimes(identifiers.length, pollIntervalMs[platform], now);
    await planLooks(
      identifiers.map((identifier, i) => ({
        platform,
        identifier,
        about: identifier,
        why: 'pushed',
        at: times[i] ?? now,
      })),
    );
  };
}

export type CatchUp = ReturnType<typeof createCatchUp>;
