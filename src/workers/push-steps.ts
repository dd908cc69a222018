import type { Platform } from '../shared/domain/platform.ts';
import { PlatformError } from '../shared/platforms/errors.ts';
import type { PushAdapter } from '../shared/platforms/push/push-adapter.ts';
import type { PushRest } from '../shared/queues/push-rest.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { PushWork, PushWorkStore } from '../shared/store/push-work-store.ts';

export interface PushStepParts {
  readonly work: PushWorkStore;
  readonly rest: PushRest;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'pushRequests'>;
}

/** One request, with its repeats and a new token, may take this long. */
const STEP_TIMEOUT_MS = 30_000;

/** `resting`: nothing more should be asked of the platform for now. */
export type StepResult = 'done' | 'failed' | 'resting';

/** What is done about one subscription. */
export function createPushSteps({ work, rest, clock, logger, metrics }: PushStepParts) {
  /** Made with another secret, or doubted: the old one has to go, or the platform says that it exists. */
  async function subscribe(adapter: PushAdapter, row: PushWork, signal: AbortSignal): Promise<void> {
    const { platform, mark } = adapter;
    const renewal = row.state === 'active' && row.mark === mark;
    if (row.remoteId !== null && !renewal) {
      await adapter.unsubscribe(row, signal);
      await work.removed(platform, row);
    }
    const askedAt = clock.now();
    const known = renewal ? row : { ...row, remoteId: null };
    const done = await adapter.subscribe(known, signal);
    await work.subscribed(platform, row, { ...done, mark, askedAt, now: clock.now() });
  }

  /** One that was never asked for needs no request. */
  async function unsubscribe(adapter: PushAdapter, row: PushWork, signal: AbortSignal): Promise<void> {
    if (row.mark !== null || row.remoteId !== null) await adapter.unsubscribe(row, signal);
    await work.ended(adapter.platform, row);
  }

  /** What the platform as a whole refuses says nothing of the one subscription. */
  async function failed(platform: Platform, row: PushWork, error: unknown): Promise<StepResult> {
    const now = clock.now();
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof PlatformError && error.restUntil !== null) {
      await work.putBack(platform, [row], error.restUntil);
      await rest.rest(platform, message, error.restUntil.getTime() - now.getTime());
      logger.warn({ platform, err: error }, 'the platform wants no subscriptions asked for now');
      return 'resting';
    }
    // Our own trouble, such as a database that is away, is no failure of the subscription.
    if (!(error instanceof PlatformError)) throw error;
    await work.failed(platform, row, { error: message, now });
    logger.debug({ platform, identifier: row.identifier, topic: row.topic, err: error }, 'subscription failed');
    return 'failed';
  }

  return async function step(adapter: PushAdapter, row: PushWork): Promise<StepResult> {
    const { platform } = adapter;
    const action = row.state === 'leaving' ? 'unsubscribe' : 'subscribe';
    const signal = AbortSignal.timeout(STEP_TIMEOUT_MS);
    try {
      await (action === 'subscribe' ? subscribe(adapter, row, signal) : unsubscribe(adapter, row, signal));
      metrics.pushRequests.inc({ platform, action, result: 'ok' });
      return 'done';
    } catch (error) {
      metrics.pushRequests.inc({ platform, action, result: 'failed' });
      return failed(platform, row, error);
    }
  };
}

export type PushStep = ReturnType<typeof createPushSteps>;
