import type { PlatformStanding } from './standing.ts';

/** What is left of each budget, and what will have been used in the end where that is more than there is. */
export function budgetText({ budgets, forecasts }: Pick<PlatformStanding, 'budgets' | 'forecasts'>): string {
  const texts = budgets.map(({ name, left, limit }) => {
    const forecast = forecasts[name] ?? 0;
    return `${name}: ${left} of ${limit}${forecast > limit ? `, would need ${forecast}` : ''}`;
  });
  return texts.join('; ') || '–';
}
