import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Platform } from '../domain/platform.ts';
import { sharedKey } from '../queues/keys.ts';
import type { RedisConnection } from '../redis/open-connection.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import { runScript, script } from '../runtime/script.ts';
import { PlatformError } from './errors.ts';
import { parseJson } from './parse-json.ts';
import { createSeal } from './sealed-text.ts';

export interface GrantedToken {
  readonly value: string;
  readonly expiresInMs: number;
}

/** An access token that all processes use, and that one of them renews for all. */
export interface SharedToken {
  /** @throws PlatformError when there is none and none can be had */
  current(signal: AbortSignal): Promise<string>;
  /** For a token that the platform refused: the one that replaced it. */
  renew(refused: string, signal: AbortSignal): Promise<string>;
}

export interface SharedTokenParts {
  readonly redis: RedisConnection;
  readonly platform: Platform;
  readonly clock: Clock;
  /** Whose token it is. With another secret the stored one is unreadable, and so replaced. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Asks the platform for a new one. @throws PlatformError */
  readonly grant: (signal: AbortSignal) => Promise<GrantedToken>;
}

const storedToken = z.object({ value: z.string(), renewAt: z.number(), expiresAt: z.number() });
type StoredToken = z.infer<typeof storedToken>;

/** Longer than a request may take, so that it only ends by itself when its holder died. */
const LOCK_MS = 15_000;
const LOOK_AGAIN_MS = 50;
const RENEW_EARLY_MS = 5 * 60_000;

/** Only the holder lets go. KEYS 1 lock · ARGV 1 holder */
const RELEASE = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`);

export function createSharedToken(parts: SharedTokenParts): SharedToken {
  const { redis, platform, clock, grant } = parts;
  const seal = createSeal(parts.clientSecret, `${platform} token of ${parts.clientId}`);
  const [tokenKey, lockKey] = [sharedKey(platform, 'token'), sharedKey(platform, 'token-lock')];
  let known: StoredToken | null = null;
  let flight: Promise<string> | null = null;

  const usable = (token: StoredToken | null, refused: string | null): token is StoredToken =>
    token !== null && token.value !== refused && clock.now().getTime() < token.renewAt;

  async function load(): Promise<StoredToken | null> {
    const sealed = await redis.get(tokenKey);
    const read = storedToken.safeParse(parseJson((sealed && seal.open(sealed)) ?? ''));
    return read.success ? read.data : null;
  }

  async function replace(signal: AbortSignal): Promise<StoredToken> {
    const { value, expiresInMs } = await grant(signal);
    const now = clock.now().getTime();
    const renewAt = now + expiresInMs - Math.min(RENEW_EARLY_MS, expiresInMs / 10);
    const token = { value, renewAt, expiresAt: now + expiresInMs };
    await redis.set(tokenKey, seal.close(JSON.stringify(token)), 'PX', Math.max(1_000, Math.floor(expiresInMs)));
    return token;
  }

  /** Until a usable token is there: takes the lock and fetches one, or waits for whoever holds it. */
  async function obtain(refused: string | null): Promise<string> {
    const signal = AbortSignal.timeout(LOCK_MS);
    const holder = randomUUID();
    while (!signal.aborted) {
      const token = await load();
      if (usable(token, refused)) return remember(token);
      if ((await redis.set(lockKey, holder, 'PX', LOCK_MS, 'NX')) === 'OK') {
        try {
          const again = await load();
          return remember(usable(again, refused) ? again : await replace(signal));
        } finally {
          await runScript(redis, RELEASE, [lockKey], [holder]);
        }
      }
      await sleep(LOOK_AGAIN_MS, signal);
    }
    throw new PlatformError(platform, 'unavailable', `no ${platform} token within ${LOCK_MS} ms`);
  }

  function remember(token: StoredToken): string {
    known = token;
    return token.value;
  }

  /** All of this process wait for one flight; each may leave it when its own signal says so. */
  async function join(refused: string | null, signal: AbortSignal): Promise<string> {
    flight ??= obtain(refused).finally(() => {
      flight = null;
    });
    return unlessAborted(flight, signal, platform);
  }

  return {
    async current(signal) {
      return usable(known, null) ? known.value : join(null, signal);
    },
    async renew(refused, signal) {
      return usable(known, refused) ? known.value : join(refused, signal);
    },
  };
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, platform: Platform): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void =>
      reject(new PlatformError(platform, 'unavailable', `waiting for a ${platform} token stopped`));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
