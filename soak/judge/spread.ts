import { quantile } from '../../chaos/checker/quantile.ts';
import type { Delay } from '../account.ts';
import type { Spread } from '../sampling/sample.ts';

export function spreadOfDelays(delays: readonly Delay[]): Spread {
  const values = delays.map(({ ms }) => ms);
  if (values.length === 0) return { count: 0, p50: null, p99: null };
  return { count: values.length, p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}
