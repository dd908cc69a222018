import { createBudget } from '../budget.ts';
import type { AdapterParts } from '../parts.ts';

/** 60 requests a minute, each endpoint by itself. Source: X-RateLimit headers in recorded answers. */
export function twitcastingBudgets({ redis, clock }: AdapterParts) {
  const rule = { limit: 60, window: 60_000 };
  const parts = { redis, platform: 'twitcasting', clock } as const;
  return {
    users: createBudget(parts, { ...rule, name: 'users' }),
    movies: createBudget(parts, { ...rule, name: 'movies' }),
    /** What it takes to register, remove and list webhooks together. */
    webhooks: createBudget(parts, { ...rule, name: 'webhooks' }),
  };
}
