import type { Sample } from '../sampling/sample.ts';
import { mb, seconds } from '../judge/finding.ts';

const EVERY_MS = 15_000;

/** A line of progress now and then. @param endAt when the load ends, in ms since the beginning */
export function progressOf(onProgress: (line: string) => void, endAt: number): (sample: Sample) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (sample) => {
    if (sample.at - last < EVERY_MS) return;
    last = sample.at;
    onProgress(glance(sample, endAt));
  };
}

/** How everything stands, in a line. Pure. */
export function glance(sample: Sample, endAt: number): string {
  const left = Math.max(0, Math.round((endAt - sample.at) / 1_000));
  const most = Object.entries(sample.memory).sort(([, a], [, b]) => b.resident - a.resident)[0];
  return [
    `${left} s left`,
    `told ${sample.heard} of ${sample.due}`,
    `lateness p99 ${seconds(sample.lateness.p99)}`,
    `to a shard p99 ${seconds(sample.heardDelay.p99)}`,
    `oldest change ${sample.oldestChange.toFixed(0)} s`,
    `Redis ${mb(sample.redis.bytes)}`,
    ...(most ? [`${most[0]} ${mb(most[1].resident)}`] : []),
    `load ${sample.load.toFixed(1)}`,
  ].join(', ');
}
