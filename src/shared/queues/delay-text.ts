import type { Delay } from '../store/change-figures.ts';
import { spanText } from './span-text.ts';

/** Half of the changes, and 99 % of them, were published within: `0.4 s / 1.2 s`. */
export function delayText(delay: Delay | null): string {
  return delay ? `${spanText(delay.p50Ms)} / ${spanText(delay.p99Ms)}` : '–';
}
