import type { RedisConnection } from '../redis/open-connection.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { PlatformAdapter } from './adapter.ts';
import type { Budget } from './budget.ts';

/** What every adapter is built from. */
export interface AdapterParts {
  /** For budgets and tokens, which all processes share. */
  readonly redis: RedisConnection;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Longest time for one request, ms; 10 s unless told. */
  readonly timeoutMs?: number;
}

/** An adapter together with what it may spend. */
export interface BudgetedAdapter extends PlatformAdapter {
  readonly budgets: readonly Budget[];
}
