import { sleep } from '../../src/shared/runtime/clock.ts';
import type { Sample } from './sample.ts';
import type { Sampler } from './sampler.ts';

export interface Sampling {
  readonly samples: readonly Sample[];
  /** Ends it after one more sample. @throws what a sample failed with */
  end(): Promise<void>;
}

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
    async end() {
      ending.abort();
      await working;
    },
  };
}
