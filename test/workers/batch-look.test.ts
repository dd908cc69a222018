import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { PlatformError } from '../../src/shared/platforms/errors.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';
import { type BatchLookParts, createBatchLook } from '../../src/workers/batch-look.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function batchLook(look: BatchLookParts['look'], stopping: AbortSignal, timeoutMs: number) {
  const given: string[] = [];
  const dueKeys = {
    settle: async (keys: readonly { identifier: string }[]) => void given.push(`settled ${keys.length}`),
    giveBack: async (identifiers: readonly string[], _now: number, toBlame: boolean) =>
      given.push(`given back ${identifiers.length}${toBlame ? ', the platform is to blame' : ''}`),
    rest: async () => undefined,
  } as unknown as BatchLookParts['dueKeys'];
  const lookAtBatch = createBatchLook({
    stopping: () => stopping,
    ...{ platform: 'twitch', dueKeys, look, timeoutMs, clock: systemClock },
    ...{ intervalMs: () => 60_000, onPaceChange: () => undefined, logger: pino({ level: 'silent' }) },
  });
  const batch = { identifiers: ['1'], slots: new Map(), causes: new Map(), stretch: 1 };
  return { given, once: () => lookAtBatch(batch) };
}

/** Ends only when it is told to. */
const endless: BatchLookParts['look'] = (_wish, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('given up')), { once: true });
  });

it('gives up a look whose time is up, also when garbage was collected meanwhile, and gives its keys back', async () => {
  const { once, given } = batchLook(endless, new AbortController().signal, 1_000);
  const looking = expect(once()).rejects.toThrow('given up');
  for (let i = 0; i < 5; i += 1) {
    collectGarbage();
    await sleep(20);
  }
  await looking;
  expect(given).toEqual(['given back 1']);
});

it('gives up a look when the process stops', async () => {
  const stopping = new AbortController();
  const { once, given } = batchLook(endless, stopping.signal, 600_000);
  const looking = expect(once()).rejects.toThrow('given up');
  stopping.abort();
  await looking;
  expect(given).toEqual(['given back 1']);
});

it('leaves nothing behind of a look that is over', async () => {
  const stopping = new AbortController();
  const { once } = batchLook(async () => new Map(), stopping.signal, 600_000);
  for (let i = 0; i < 20; i += 1) await once();
  expect(getEventListeners(stopping.signal, 'abort')).toHaveLength(0);
});

it('blames the platform for what it did, and for nothing else', async () => {
  const told = async (error: Error): Promise<string[]> => {
    const { once, given } = batchLook(() => Promise.reject(error), new AbortController().signal, 600_000);
    await expect(once()).rejects.toThrow(error);
    return given;
  };
  const said = ['given back 1, the platform is to blame'];
  expect(await told(new PlatformError('twitch', 'unavailable', 'twitch answered 503'))).toEqual(said);
  expect(await told(new PlatformError('twitch', 'unavailable', 'not asked', { ours: true }))).toEqual(['given back 1']);
  expect(await told(new Error('Postgres is away'))).toEqual(['given back 1']);
});
