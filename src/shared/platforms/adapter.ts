import type { StreamName } from '../domain/follow.ts';
import type { Observation } from '../domain/observation.ts';
import type { Platform } from '../domain/platform.ts';

/** A broadcast of the key that is not over, as far as we know. */
export interface OpenBroadcast {
  readonly id: string;
  readonly state: 'scheduled' | 'live';
  /** Looks in a row that did not find it. */
  readonly misses: number;
  readonly scheduledStart: Date | null;
}

/** One key to look at, with what an adapter needs to know of it. */
export interface LookTarget {
  readonly identifier: string;
  readonly open: readonly OpenBroadcast[];
  /** Ids that need no more looks (see `Observation.settled`). */
  readonly settled: readonly string[];
  /** Broadcasts that a hint named: to be asked for even where nothing lists them yet. */
  readonly hinted: readonly string[];
}

/** What a name turned out to be. `missing`: the platform says nobody has it. */
export type Resolution =
  | { readonly kind: 'found'; readonly identifier: string; readonly title?: string; readonly login?: string }
  | { readonly kind: 'missing' };

/** A platform, as the poll worker sees it: the same few functions for all four. */
export interface PlatformAdapter {
  readonly platform: Platform;
  /** Most keys that one look takes. */
  readonly batchSize: number;
  /**
   * Looks at all targets with as few requests as the platform allows.
   * A target without an entry in the answer is unknown.
   * @throws PlatformError when nothing was learned at all
   */
  observe(targets: readonly LookTarget[], signal: AbortSignal): Promise<Map<string, Observation>>;
  /**
   * Resolves names of this platform, in batches. A name without an entry could not be resolved this time.
   * @param names as `StreamName`s of this platform; the answer is keyed by `nameText`
   * @throws PlatformError when nothing was learned at all
   */
  resolve(names: readonly StreamName[], signal: AbortSignal): Promise<Map<string, Resolution>>;
}

export function nameText(name: StreamName): string {
  return `${name.platform}/${name.kind}:${name.name}`;
}
