import type { StreamName } from '../../domain/follow.ts';
import type { Observation } from '../../domain/observation.ts';
import { type LookTarget, nameText, type Resolution } from '../adapter.ts';
import { batchesOf, gathered } from '../batches.ts';
import { createBudget } from '../budget.ts';
import { PlatformError } from '../errors.ts';
import { createHttpClient } from '../http-client.ts';
import type { AdapterParts, BudgetedAdapter } from '../parts.ts';
import { isNotFound, readTwitterFault, type SpacesAnswer, subjectOf } from './answers.ts';
import {
  createTwitterClient,
  TWITTER_BATCH,
  type TwitterClient,
  type TwitterSettings,
  type UsersAnswer,
} from './client.ts';
import { observeSpaces, spacesToConfirm } from './observe.ts';

export interface TwitterParts extends AdapterParts {
  readonly settings: TwitterSettings;
}

const USER_ID = /^\d{1,19}$/;
const NOTHING: SpacesAnswer = { rows: [], spoiled: [], problems: [] };

export function createTwitterAdapter(parts: TwitterParts): BudgetedAdapter {
  const { settings, logger } = parts;
  const platform = 'twitter';
  const http = createHttpClient({ ...parts, platform, readFault: readTwitterFault });
  const budgets = createBudgets(parts);
  const client = createTwitterClient({ settings, http, budgets });

  async function confirm(ids: readonly string[], signal: AbortSignal): Promise<SpacesAnswer> {
    if (ids.length === 0) return NOTHING;
    try {
      return await client.spaces(ids.slice(0, TWITTER_BATCH), signal);
    } catch (error) {
      // What the creators' answer says still holds; the ends can be confirmed by another look.
      if (!(error instanceof PlatformError)) throw error;
      logger.debug({ platform, err: error }, 'ends could not be confirmed');
      return NOTHING;
    }
  }

  async function observe(targets: readonly LookTarget[], signal: AbortSignal): Promise<Map<string, Observation>> {
    // One id that X cannot read would make it refuse the other 99.
    const askable = targets.filter((target) => USER_ID.test(target.identifier));
    if (askable.length === 0) return new Map();
    const ids = askable.map((target) => target.identifier);
    const listed = await client.spacesOf(ids, signal);
    const confirmed = await confirm(spacesToConfirm(askable, listed), signal);
    return observeSpaces(askable, { listed, confirmed });
  }

  return {
    platform,
    batchSize: TWITTER_BATCH,
    budgets: Object.values(budgets),
    observe,
    resolve: (names, signal) => resolveScreenNames(client, names, signal),
  };
}

/**
 * Source: X API rate limits, app-only: 300 requests in 15 minutes, and one a second for Spaces by creator. What counts
 * is when they arrive, so a little more than a second lies between them.
 */
function createBudgets({ redis, clock }: AdapterParts) {
  const rule = { limit: 300, window: 15 * 60_000 };
  const parts = { redis, platform: 'twitter', clock } as const;
  return {
    creators: createBudget(parts, { ...rule, name: 'spaces-by-creator', gapMs: 1_250 }),
    spaces: createBudget(parts, { ...rule, name: 'spaces' }),
    users: createBudget(parts, { ...rule, name: 'users' }),
  };
}

async function resolveScreenNames(client: TwitterClient, names: readonly StreamName[], signal: AbortSignal) {
  const batches = batchesOf(names.filter(isScreenName), TWITTER_BATCH);
  const resolved = await gathered<StreamName, string, Resolution>(batches, async (batch) => {
    const asked = [...new Set(batch.map((name) => name.name.toLowerCase()))];
    const answer = await client.users(asked, signal);
    return batch.flatMap((name) => {
      const resolution = resolutionOf(name, answer);
      return resolution ? [[nameText(name), resolution] as const] : [];
    });
  });
  for (const name of names) if (!isScreenName(name)) resolved.set(nameText(name), { kind: 'missing' });
  return resolved;
}

function isScreenName({ kind, name }: StreamName): boolean {
  return kind === 'screen_name' && /^\w{1,15}$/.test(name);
}

/** Missing only where X says "not found": a suspended account may come back. */
function resolutionOf({ name }: StreamName, { rows, problems }: UsersAnswer): Resolution | undefined {
  const wanted = name.toLowerCase();
  const user = rows.find(({ username }) => username.toLowerCase() === wanted);
  if (user) {
    const title = user.name === null ? {} : { title: user.name };
    return { kind: 'found', identifier: user.id, login: user.username, ...title };
  }
  const missing = problems.some((problem) => subjectOf(problem)?.toLowerCase() === wanted && isNotFound(problem));
  return missing ? { kind: 'missing' } : undefined;
}
