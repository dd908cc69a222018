/** Memory of a process, in bytes. */
export interface Memory {
  readonly resident: number;
  /** Null where only its system tells of it. */
  readonly heap: number | null;
}

/** Quantiles in ms of what was observed since the sample before; null when nothing was. */
export interface Spread {
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
}

/** How everything stood at one moment. */
export interface Sample {
  /** ms since the beginning. */
  readonly at: number;
  /** By the name of the process; those that are being started are missing. */
  readonly memory: Readonly<Record<string, Memory>>;
  readonly redis: RedisUsage;
  readonly postgres: Readonly<Record<string, { readonly rows: number; readonly bytes: number }>>;
  /** From when a poll was due to when it ran. */
  readonly lateness: Spread;
  /** From recording a change to publishing it. */
  readonly publishDelay: Spread;
  /** From going live to the callback of a shard. */
  readonly heardDelay: Spread;
  /** Jobs that wait or are in hand, by queue; those whose time has not come are not among them. */
  readonly queues: Readonly<Record<string, number>>;
  readonly overdueKeys: number;
  /** For how long the oldest change has waited, in seconds. */
  readonly oldestChange: number;
  /** For how long (s) events were held back in all since the sample before, by what. */
  readonly heldBack: Readonly<Record<string, number>>;
  /** What the furthest subscriber had not taken, as whoever publishes saw it. */
  readonly behindBytes: number;
  /** Tellings that were due since the beginning, and heard. */
  readonly due: number;
  readonly heard: number;
  /** Numbers that a page of metrics has, the most of all processes. */
  readonly series: number;
  /** How many processes wanted to run at once, on average over a minute. */
  readonly load: number;
}

export interface RedisUsage {
  readonly bytes: number;
  readonly keys: number;
  /** What of it fills up by design: the log to 10,000 events, and the marks of the events of a day. */
  readonly logBytes: number;
  readonly markBytes: number;
  readonly events: number;
}
