import type { PushState } from '../shared/domain/push-diff.ts';
import type { PushAdapter } from '../shared/platforms/push/push-adapter.ts';
import type { PushRest } from '../shared/queues/push-rest.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { PushStore } from '../shared/store/push-store.ts';
import type { PushWork, PushWorkStore } from '../shared/store/push-work-store.ts';
import type { PushStep } from './push-steps.ts';

export interface PushDueParts {
  readonly store: Pick<PushStore, 'plan'>;
  readonly work: Pick<PushWorkStore, 'take' | 'standing' | 'putBack'>;
  readonly rest: PushRest;
  readonly step: PushStep;
  readonly clock: Clock;
}

/** Requests to one platform under way at once. */
const WIDTH = 8;
const BATCH = 64;
/** When so many fail and none succeeds it is not about the one subscription. */
const OUTAGE = 8;
const OUTAGE_REST_MS = 60_000;

/** First what is there already: what nobody wants makes room, and a lease that ends loses a key. */
const THERE: readonly PushState[][] = [['leaving'], ['active', 'pending']];
const NEW: readonly PushState[] = ['wanted', 'failed'];

/** Does for one platform what its table says is due. */
export function createPushDue({ store, work, rest, step, clock }: PushDueParts) {
  /** @returns whether the platform takes more for now */
  async function doAll(adapter: PushAdapter, rows: readonly PushWork[]): Promise<boolean> {
    const left = [...rows];
    let [resting, failures] = [false, 0];
    const walk = async (): Promise<void> => {
      while (!resting) {
        const row = left.shift();
        if (row === undefined) return;
        const result = await step(adapter, row);
        if (result === 'resting') resting = true;
        if (result === 'failed') failures += 1;
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, walk));
    await work.putBack(adapter.platform, left, clock.now());
    if (!resting && failures === rows.length && failures >= OUTAGE) {
      await rest.rest(adapter.platform, `${failures} requests failed in a row`, OUTAGE_REST_MS);
      return false;
    }
    return !resting;
  }

  async function roomFor(adapter: PushAdapter): Promise<number> {
    const capacity = await adapter.capacity();
    return capacity === null ? BATCH : Math.min(BATCH, capacity - (await work.standing(adapter.platform)));
  }

  /** @returns whether something is left that could be done at once */
  return async function doDue(adapter: PushAdapter, deadline: Date): Promise<boolean> {
    const { platform, topics, mark } = adapter;
    await store.plan(platform, { topics, mark, now: clock.now() });
    if (await rest.isResting(platform)) return false;
    for (const states of [...THERE, NEW]) {
      while (true) {
        if (clock.now() >= deadline) return true;
        const limit = states === NEW ? await roomFor(adapter) : BATCH;
        const rows = await work.take(platform, { states, limit, now: clock.now() });
        if (rows.length === 0) break;
        if (!(await doAll(adapter, rows))) return false;
      }
    }
    return false;
  };
}

export type DoPushDue = ReturnType<typeof createPushDue>;
