import { Redis } from 'ioredis';
import { figure, type Measured } from '../report/figure.ts';
import type { Servers } from '../servers.ts';
import type { Settings } from '../settings.ts';
import { registerBare } from '../sides/bare-queue.ts';
import { closeContext, openContext } from '../sides/context.ts';
import { reconcile } from '../sides/reconcile.ts';
import { clear, fillTables, identifiersFrom } from '../sides/tables.ts';

const EVERY_MS = 60_000;

/** How long it takes until everything is polled again after Redis was emptied. */
export async function measureRebuild(servers: Servers, settings: Settings): Promise<Measured> {
  const { keys } = settings.rebuild;
  const identifiers = identifiersFrom(0, keys);
  const context = openContext({ ...servers, everyMs: EVERY_MS });
  await clear(context);
  await fillTables(context, identifiers);
  const ours = await seconds(async () => {
    const repairs = await reconcile(context);
    if (repairs < keys) throw new Error(`reconcile made ${repairs} repairs for ${keys} keys`);
  });
  const idle = await seconds(async () => {
    const repairs = await reconcile(context);
    if (repairs > 0) throw new Error(`a second reconcile made ${repairs} repairs`);
  });
  await clear(context);
  await closeContext(context);
  const bareRedis = new Redis(servers.bareRedisUrl);
  const bare = await seconds(() => registerBare(bareRedis, identifiers, EVERY_MS));
  await bareRedis.flushall();
  bareRedis.disconnect();
  const size = keys.toLocaleString('en');
  return {
    name: 'rebuild',
    title: `${size} schedulers from the tables, after Redis was emptied`,
    meaning: [
      'Ours is the whole reconcile: read what exists and what should, compare, register, and read the table once more.',
      'The reference registers as many bare schedulers, 200 at a time as ours does. The last line is a reconcile that',
      'finds everything in order, as it runs every ten minutes.',
    ],
    figures: [
      figure({ what: 'rebuild', unit: 's', value: ours, reference: bare }),
      figure({ what: 'schedulers registered', unit: 'a second', value: keys / ours, reference: keys / bare }),
      figure({ what: 'reconcile with nothing to repair', unit: 's', value: idle }),
    ],
  };
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
}
