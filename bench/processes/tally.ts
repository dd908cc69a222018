import { Histogram } from 'prom-client';

/** What one process did since it was last told to begin. */
export interface Tally {
  readonly seconds: number;
  /** Jobs done. */
  readonly polls: number;
  /** Of these, jobs whose key a neighbour's look had covered. */
  readonly fresh: number;
  /** Keys looked at. */
  readonly looks: number;
  /** When each request to the platform was made, in ms since the epoch. */
  readonly requestsAt: Float64Array;
  /** How late the polls ran, from their slot. */
  readonly lateness: Lateness;
  /** CPU time of the process, in ms. */
  readonly cpuMs: number;
}

/** Polls by how late they ran: the upper bound of a bucket in ms, and the polls in it. */
export type Lateness = readonly (readonly [ms: number, polls: number])[];

export interface PollingPlace {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly everyMs: number;
}

/** What both kinds of polling processes can be asked for. */
export type PollingDuties = {
  /** Connects. Polls nothing yet. */
  open(place: PollingPlace): Promise<void>;
  work(input: null): Promise<void>;
  /** Stops polling; what is in hand is finished. */
  rest(input: null): Promise<void>;
  /** Counts from zero. */
  begin(input: null): void;
  read(input: null): Promise<Tally>;
};

/** Buckets 5 % apart from a millisecond to some minutes: percentiles are known to 5 %. */
export function createLateness() {
  const buckets = Array.from({ length: 260 }, (_, i) => 1.05 ** i / 1_000);
  return new Histogram({ name: 'lateness', help: 'seconds', labelNames: ['platform'], buckets, registers: [] });
}

export async function readLateness(histogram: ReturnType<typeof createLateness>): Promise<Lateness> {
  const { values } = await histogram.get();
  const upTo = values
    .filter(({ metricName }) => metricName?.endsWith('_bucket'))
    .map(({ labels, value }) => [upperBoundMs((labels as Labels).le), value] as const);
  return upTo.map(([ms, polls], i) => [ms, polls - (upTo[i - 1]?.[1] ?? 0)] as const).filter(([, polls]) => polls > 0);
}

/** Measures this process between `begin` and `read`. */
export function createUsage() {
  let startedAt = performance.now();
  let cpu = process.cpuUsage();
  return {
    begin(): void {
      startedAt = performance.now();
      cpu = process.cpuUsage();
    },
    read(): Pick<Tally, 'seconds' | 'cpuMs'> {
      const { user, system } = process.cpuUsage(cpu);
      return { seconds: (performance.now() - startedAt) / 1_000, cpuMs: (user + system) / 1_000 };
    },
  };
}

interface Labels {
  /** The upper bound of the bucket. */
  readonly le?: string | number;
}

function upperBoundMs(le: string | number | undefined): number {
  return le === '+Inf' ? Number.POSITIVE_INFINITY : 1_000 * Number(le);
}
