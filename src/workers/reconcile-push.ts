import { groupBy } from '../shared/domain/group.ts';
import { diffPush, type KnownPush, type RemotePush } from '../shared/domain/push-diff.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';
import { PlatformError } from '../shared/platforms/errors.ts';
import type { PushAdapters } from '../shared/platforms/push-registry.ts';
import type { PushAdapter } from '../shared/platforms/push/push-adapter.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { PushStore } from '../shared/store/push-store.ts';
import type { Repair, RepairOptions } from './reconcile.ts';

export interface ReconcilePushParts {
  readonly adapters: PushAdapters;
  readonly store: Pick<PushStore, 'plan' | 'all' | 'adopt' | 'lose'>;
  /** Which of the keys are known and nobody wants them: the only evidence on which anything is ended. */
  readonly untrackedAmong: (keys: readonly StreamKey[]) => Promise<StreamKey[]>;
  /** Asks for what the table says is due. */
  readonly pushSoon: () => Promise<void>;
  readonly logger: Logger;
}

/** The whole list of a platform may take this long. */
const LIST_TIMEOUT_MS = 120_000;
const WIDTH = 8;

/**
 * Compares what the table says we asked each platform for with what the platform lists, both ways. What is missing there is
 * made anew by the push task; what is there and nobody wants is ended here.
 */
export function createReconcilePush(parts: ReconcilePushParts) {
  const { adapters, logger } = parts;

  return async function reconcilePush(options: RepairOptions): Promise<Repair[]> {
    const repairs: Repair[] = [];
    for (const adapter of adapters.values()) {
      try {
        repairs.push(...(await reconcileOne(parts, adapter, options)));
      } catch (error) {
        // A platform that is away has told us nothing, and hinders nobody else.
        if (!(error instanceof PlatformError)) throw error;
        logger.warn({ platform: adapter.platform, err: error }, 'subscriptions not compared');
      }
    }
    if (!options.dryRun && repairs.length > 0) await parts.pushSoon();
    return repairs;
  };
}

async function reconcileOne(parts: ReconcilePushParts, adapter: PushAdapter, { dryRun, now }: RepairOptions) {
  const { store } = parts;
  const { platform, topics, mark, list } = adapter;
  if (!dryRun) await store.plan(platform, { topics, mark, now });
  if (list === null) return [];
  const before = await store.all(platform);
  const remote: RemotePush[] = [];
  for await (const page of list(AbortSignal.timeout(LIST_TIMEOUT_MS))) remote.push(...page);
  const known = await store.all(platform);
  const diff = diffPush(known, remote, mark);
  // What was asked for, or ended, while the platform was listing may be missing in its list or still be in it.
  const settled = unmoved(before, known);
  const lost = diff.lost.filter(settled);
  const adopted = diff.adopted.filter((one) => settled(one));
  const useless = [...diff.useless.filter((one) => settled(one)), ...(await unwanted(parts, adapter, diff.strays))];
  if (!dryRun) {
    await store.lose(platform, lost, { reason: 'the platform does not list it any more', now });
    await store.adopt(platform, adopted, { mark, now });
    await endAll(adapter, useless, parts.logger);
  }
  const named = (what: string) => (one: { identifier: string; topic: string }) => ({
    what,
    key: `${platform}/${one.identifier} ${one.topic}`,
  });
  return [
    ...lost.map(named('subscribe again')),
    ...adopted.map(named('adopt subscription')),
    ...useless.map(named('end subscription')),
  ];
}

function unmoved(before: readonly KnownPush[], after: readonly KnownPush[]) {
  const text = (row: { identifier: string; topic: string }): string => `${row.topic} ${row.identifier}`;
  const was = new Map(before.map((row) => [text(row), row]));
  const is = new Map(after.map((row) => [text(row), row]));
  return (one: { identifier: string; topic: string }): boolean => {
    const [then, now] = [was.get(text(one)), is.get(text(one))];
    return then?.state === now?.state && then?.remoteId === now?.remoteId;
  };
}

/** Of subscriptions that no row asks for, those whose key is surely nobody's. */
async function unwanted(
  { untrackedAmong }: ReconcilePushParts,
  { platform }: PushAdapter,
  strays: readonly RemotePush[],
): Promise<RemotePush[]> {
  const byKey = groupBy(strays, (one) => one.identifier);
  const keys = [...byKey.keys()].map((identifier) => ({ platform, identifier }));
  const surely = keys.length === 0 ? [] : await untrackedAmong(keys);
  return surely.flatMap(({ identifier }) => byKey.get(identifier) ?? []);
}

async function endAll(adapter: PushAdapter, useless: readonly RemotePush[], logger: Logger): Promise<void> {
  const left = [...useless];
  const walk = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      await adapter.unsubscribe({ ...one, leaseUntil: null }, AbortSignal.timeout(30_000));
    }
  };
  try {
    await Promise.all(Array.from({ length: WIDTH }, walk));
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    left.length = 0;
    logger.warn({ platform: adapter.platform, err: error }, 'not all useless subscriptions could be ended');
  }
}

export type ReconcilePush = ReturnType<typeof createReconcilePush>;
