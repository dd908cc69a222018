import { measureDelivery } from './measure/delivery.ts';
import { measureFollows } from './measure/follows.ts';
import { measureRebuild } from './measure/rebuild.ts';
import { measureSteady } from './measure/steady.ts';
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
  { name: 'steady', summary: 'many keys at rest: lateness, CPU, memory, requests an interval', measure: measureSteady },
  { name: 'follows', summary: 'follows a second into the table, one by one and in bulk', measure: measureFollows },
  { name: 'rebuild', summary: 'all schedulers from the tables after Redis was emptied', measure: measureRebuild },
  { name: 'delivery', summary: 'from going live to the event at a shard', measure: measureDelivery },
];
