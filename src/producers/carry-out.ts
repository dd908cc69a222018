import { isCategory, keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import type { TrackingChange } from '../shared/store/stream-rows.ts';
import type { Align } from './align.ts';
import type { RequestPolls } from './poll-request.ts';

export interface CarryOutParts {
  readonly align: Align;
  readonly requestPolls: RequestPolls;
  /** Lets the subscriptions for pushes follow. */
  readonly pushSoon: () => Promise<void>;
  /** Looks up which channels a category stands for. */
  readonly importSoon: () => Promise<void>;
}

/**
 * Lets the schedulers follow what a transaction changed, and asks for a first look at what is tracked now.
 * The table may have changed while Redis was away. Applied again the change is empty, so what still has to be aligned
 * is remembered here; should this process die, reconcile finds it.
 */
export function createCarryOut({ align, requestPolls, pushSoon, importSoon }: CarryOutParts) {
  const unaligned = new Map<string, StreamKey>();
  let categoriesStarted = false;

  return async function carryOut({ started, stopped }: TrackingChange): Promise<void> {
    for (const key of [...started, ...stopped]) if (!isCategory(key)) unaligned.set(keyText(key), key);
    categoriesStarted ||= started.some(isCategory);
    const keys = [...unaligned.values()];
    const tracked = await align(keys);
    await requestPolls(tracked, 'followed');
    if (keys.length > 0) await pushSoon();
    if (categoriesStarted) await importSoon();
    categoriesStarted = false;
    for (const key of keys) unaligned.delete(keyText(key));
  };
}

export type CarryOut = ReturnType<typeof createCarryOut>;
