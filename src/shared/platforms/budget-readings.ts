import type { Platform } from '../domain/platform.ts';
import type { BudgetReading } from './budget.ts';
import type { BudgetedAdapter } from './parts.ts';

/** Reads what the platforms have spent, in all processes together. A platform that is not configured has no budget. */
export function createReadBudgets(adapters: Iterable<Pick<BudgetedAdapter, 'platform' | 'budgets'>>) {
  const budgets = new Map([...adapters].map((adapter) => [adapter.platform, adapter.budgets]));
  return (platform: Platform): Promise<BudgetReading[]> =>
    Promise.all((budgets.get(platform) ?? []).map((budget) => budget.read()));
}
