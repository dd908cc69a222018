import { sleep } from '../../src/shared/runtime/clock.ts';
import type { Sample } from './sample.ts';
import type { Sampler } from './sampler.ts';

export interface Sampling {
  readonly samples: readonly Sample[];
  /**
   * Resolves when a sample that was begun after this call shows what is wanted, or none does for so long.
   * @throws what a sample failed with
   */
  shown(wanted: (sample: Sample) => boolean, patienceMs: number): Promise<void>;
  /** Ends it after one more sample. @throws what a sample failed with */
  end(): Promise<void>;
}

const LOOK_EVERY_MS = 100;

/** Takes a sample every so often. */
export function keepSampling(sampler: Sampler, everyMs: number, onSample: (sample: Sample) => void): Sampling {
  const samples: Sample[] = [];
  const ending = new AbortController();

  async function take(): Promise<void> {
    const sample = await sampler.sample();
    samples.push(sample);
    onSample(sample);
  }

  async function work(): Promise<void> {
    while (!ending.signal.aborted) {
      await take();
      await sleep(everyMs, ending.signal);
    }
    await take();
  }

  const working = work();
  working.catch(() => undefined); // `end` tells it
  return {
    samples,
    async shown(wanted, patienceMs) {
      const until = Date.now() + patienceMs;
      // One may be under way already.
      const from = samples.length + 1;
      while (!samples.slice(from).some(wanted) && Date.now() < until) {
        await Promise.race([sleep(LOOK_EVERY_MS), working]);
      }
    },
    async end() {
      ending.abort();
      await working;
    },
  };
}
