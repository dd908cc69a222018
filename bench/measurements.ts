import { measureThroughput } from './measure/throughput.ts';
import type { Measured } from './report/figure.ts';
import type { Servers } from './servers.ts';
import type { Settings } from './settings.ts';

export type Measure = (servers: Servers, settings: Settings) => Promise<Measured>;

export interface Measurement {
  readonly name: string;
  readonly summary: string;
  readonly measure: Measure;
}

/** What there is to measure, in the order in which it is. */
export const MEASUREMENTS: readonly Measurement[] = [
  {
    name: 'throughput',
    summary: 'polls a second beside bare BullMQ, one and two processes',
    measure: measureThroughput,
  },
];
