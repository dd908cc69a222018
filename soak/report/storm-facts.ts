import { mb, seconds } from '../judge/finding.ts';
import type { Sample } from '../sampling/sample.ts';
import type { SlowReader } from '../stage/slow-reader.ts';

export interface StormFacts {
  readonly changes: number;
  readonly waiting: number;
  /** Until all of them waited, and from then until all were heard. */
  readonly tookMs: number;
  readonly leftMs: number;
  readonly reader: Pick<SlowReader, 'heard' | 'cutOff'>;
  readonly samples: readonly Sample[];
}

/** What people want to know of a storm, by what it is. */
export function stormFacts({ changes, waiting, tookMs, leftMs, reader, samples }: StormFacts): Record<string, string> {
  const most = (read: (sample: Sample) => number | null): number =>
    Math.max(0, ...samples.map((one) => read(one) ?? 0));
  const heldBack = ['rate', 'subscribers', 'redis'].map((by) => {
    const sum = samples.reduce((all, sample) => all + (sample.heldBack[by] ?? 0), 0);
    return `${by} ${sum.toFixed(0)} s`;
  });
  return {
    'changes at once': String(changes),
    'recorded and waiting': `${waiting} after ${seconds(tookMs)}, with slow platforms`,
    'all heard after': `${seconds(leftMs)}, ${(changes / (leftMs / 1_000)).toFixed(0)} a second`,
    'events held back by': heldBack.join(', '),
    'publish delay, p99 at most': seconds(most(({ publishDelay }) => publishDelay.p99)),
    'lateness of polls, p99 at most': seconds(most(({ lateness }) => lateness.p99)),
    'Redis at most': mb(most(({ redis }) => redis.bytes)),
    'the slow subscriber': `heard ${reader.heard()} streams, was ${mb(most(({ behindBytes }) => behindBytes))} behind at most, cut off ${reader.cutOff()} times`,
  };
}
