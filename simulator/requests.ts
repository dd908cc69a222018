import type { Platform } from '../src/shared/domain/platform.ts';
import type { Clock } from '../src/shared/runtime/clock.ts';
import type { FaultKind } from './faults.ts';

/** One request that reached the simulator. Credentials are never kept. */
export interface RequestRecord {
  readonly at: Date;
  readonly platform: Platform;
  readonly endpoint: string;
  /** The ids it asked for. */
  readonly ids: readonly string[];
  /** Null: the connection was cut, or never answered. */
  readonly status: number | null;
  readonly fault: FaultKind | null;
  /** How long a refusal asks to be left alone, in ms; null where it does not say. */
  readonly restMs: number | null;
}

export interface EndpointCount {
  readonly requests: number;
  readonly ids: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

/** What was asked of the simulator: counters since the last reset, and the last requests themselves. */
export interface Requests {
  add(record: Omit<RequestRecord, 'at'>): void;
  /** By `platform.endpoint`. */
  counts(): Record<string, EndpointCount>;
  /** Requests of a platform, or of one of its endpoints. */
  count(platform: Platform, endpoint?: string): number;
  /** The newest ones, oldest first; bounded, unlike the counters. */
  recent(platform?: Platform, endpoint?: string): RequestRecord[];
  reset(): void;
}

/** @param limit how many requests are kept one by one */
export function createRequests(clock: Clock, limit: number): Requests {
  let counts: Record<string, EndpointCount> = {};
  let recent: RequestRecord[] = [];

  function tally(key: string, record: Omit<RequestRecord, 'at'>): void {
    const { requests, ids, byStatus } = counts[key] ?? { requests: 0, ids: 0, byStatus: {} };
    const status = String(record.status ?? 'cut');
    counts[key] = {
      requests: requests + 1,
      ids: ids + record.ids.length,
      byStatus: { ...byStatus, [status]: (byStatus[status] ?? 0) + 1 },
    };
  }

  return {
    add(record) {
      tally(`${record.platform}.${record.endpoint}`, record);
      recent.push({ at: clock.now(), ...record });
      if (recent.length >= 2 * limit) recent = recent.slice(-limit);
    },
    counts: () => structuredClone(counts),
    count: (platform, endpoint) =>
      Object.entries(counts)
        .filter(([key]) => (endpoint ? key === `${platform}.${endpoint}` : key.startsWith(`${platform}.`)))
        .reduce((sum, [, count]) => sum + count.requests, 0),
    recent: (platform, endpoint) =>
      recent
        .slice(-limit)
        .filter((one) => (!platform || one.platform === platform) && (!endpoint || one.endpoint === endpoint)),
    reset() {
      counts = {};
      recent = [];
    },
  };
}
