import type { Platform } from '../domain/platform.ts';

/**
 * Why a platform gave no answer, and what to do about it.
 * `rate-limited`, `budget-spent`: rest until `restUntil`. `unauthorized`: an operator must act; rest for a while.
 * `unavailable`: time-out, 5xx, broken answer; try again later.
 */
export type PlatformFault = 'rate-limited' | 'budget-spent' | 'unauthorized' | 'unavailable';

/** A request that taught us nothing. Never an "offline". */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly platform: Platform;
  readonly fault: PlatformFault;
  /** Until when the whole platform should not be asked, when it said so. */
  readonly restUntil: Date | null;
  /** It was not asked, for a reason of our own: nothing that the platform should be left alone for. */
  readonly ours: boolean;

  constructor(
    platform: Platform,
    fault: PlatformFault,
    message: string,
    options: { restUntil?: Date | null; ours?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.platform = platform;
    this.fault = fault;
    this.restUntil = options.restUntil ?? null;
    this.ours = options.ours ?? false;
  }
}
