import type { Platform } from '../../src/shared/domain/platform.ts';
import type { Clock } from '../../src/shared/runtime/clock.ts';
import type { Quirks } from '../quirks.ts';
import type { Random } from '../random.ts';

/** What a platform sends to somebody's callback. */
export interface Parcel {
  readonly platform: Platform;
  /** For the log: what it tells, such as `stream.online`. */
  readonly about: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How often it is sent again when the other side does not answer with 2xx; 0: never. */
  readonly retries: number;
  /** Headers of a repeat, where they tell which one it is (from 1). */
  readonly repeatHeaders?: (repeat: number) => Readonly<Record<string, string>>;
}

/** One attempt to hand a parcel over. */
export interface Delivery {
  readonly at: Date;
  readonly platform: Platform;
  readonly about: string;
  readonly url: string;
  /** `sent`: the other side answered. `lost`: it never left, as pushes get lost. `failed`: nobody answered. */
  readonly outcome: 'sent' | 'lost' | 'failed';
  readonly status: number | null;
}

export interface Handed {
  /** The last answer; null when there was none. */
  readonly status: number | null;
  readonly body: string;
}

/** The pushing side of all platforms: late, lossy and repetitive as its quirks say. */
export interface Courier {
  /** Resolves when it was handed over, or given up. Never rejects. */
  send(parcel: Parcel): Promise<Handed>;
  /** The last deliveries, oldest first. */
  deliveries(platform?: Platform): readonly Delivery[];
  stop(): void;
}

export interface CourierParts {
  readonly clock: Clock;
  readonly random: Random;
  quirks(): Quirks;
}

const KEPT = 10_000;
const ANSWER_WITHIN_MS = 10_000;
const NOBODY: Handed = { status: null, body: '' };

export function createCourier({ clock, random, quirks }: CourierParts): Courier {
  const log: Delivery[] = [];
  const stopping = new AbortController();

  function note(parcel: Parcel, outcome: Delivery['outcome'], status: number | null): void {
    const { platform, about, url } = parcel;
    log.push({ at: clock.now(), platform, about, url, outcome, status });
    if (log.length > KEPT) log.shift();
  }

  async function hand(parcel: Parcel, headers: Parcel['headers']): Promise<Handed> {
    const { method, url, body } = parcel;
    try {
      const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
      const init = { method, headers, signal, redirect: 'manual', ...(method === 'POST' && { body }) } as const;
      const response = await fetch(url, init);
      const text = await response.text();
      note(parcel, 'sent', response.status);
      return { status: response.status, body: text };
    } catch {
      note(parcel, 'failed', null);
      return NOBODY;
    }
  }

  async function handUntilTaken(parcel: Parcel): Promise<Handed> {
    let handed = NOBODY;
    for (let repeat = 0; repeat <= parcel.retries && !stopping.signal.aborted; repeat += 1) {
      if (repeat > 0) await wait(quirks().pushRetryMs * 2 ** (repeat - 1), stopping.signal);
      const more = repeat > 0 ? parcel.repeatHeaders?.(repeat) : undefined;
      handed = await hand(parcel, { ...parcel.headers, ...more });
      if (handed.status !== null && handed.status >= 200 && handed.status < 300) return handed;
    }
    return handed;
  }

  return {
    async send(parcel) {
      await wait(quirks().pushDelayMs, stopping.signal);
      if (stopping.signal.aborted) return NOBODY;
      if (parcel.retries > 0 && random.chance(quirks().pushLossRate)) {
        note(parcel, 'lost', null);
        return NOBODY;
      }
      const handed = await handUntilTaken(parcel);
      if (parcel.retries > 0 && random.chance(quirks().pushDuplicateRate)) await hand(parcel, parcel.headers);
      return handed;
    },
    deliveries: (platform) => log.filter((one) => !platform || one.platform === platform),
    stop: () => stopping.abort(),
  };
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
