import type { Context } from '../context.ts';
import { createHandOn } from '../producers/hand-on.ts';
import type { PlatformAdapter } from '../shared/platforms/adapter.ts';
import type { Platform } from '../shared/domain/platform.ts';
import { createNameStore } from '../shared/store/name-store.ts';
import { createRejectStore } from '../shared/store/reject-store.ts';
import { createResolveNames } from '../workers/resolve-names.ts';
import type { Tracking } from './tracking.ts';

export interface IntakeParts {
  readonly tracking: Pick<Tracking, 'applyWishes' | 'limits'>;
  /** Asks for an upkeep task before its time. */
  readonly runSoon: (task: string) => Promise<void>;
  readonly adapters: ReadonlyMap<Platform, PlatformAdapter>;
}

/** Everything that brings a wish to the table, whoever said it and by whatever name. */
export function wireIntake(
  { database, clock, logger, metrics }: Context,
  { tracking, runSoon, adapters }: IntakeParts,
) {
  const names = createNameStore(database);
  const rejects = createRejectStore(database);
  const { applyWishes, limits } = tracking;
  const parts = { applyWishes, clock, metrics, logger };
  return {
    rejects,
    handOn: createHandOn({ ...parts, names, limits, resolveSoon: () => runSoon('resolve') }),
    resolveNames: createResolveNames({ ...parts, store: names, resolvers: adapters, rejects }),
  };
}

export type Intake = ReturnType<typeof wireIntake>;
