import type { StreamName } from '../../domain/follow.ts';
import type { Observation } from '../../domain/observation.ts';
import { type LookTarget, nameText, type Resolution } from '../adapter.ts';
import { batchesOf, gathered } from '../batches.ts';
import { createHttpClient } from '../http-client.ts';
import type { AdapterParts, BudgetedAdapter } from '../parts.ts';
import { type MovieRow, readTwitcastingFault } from './answers.ts';
import { twitcastingBudgets } from './budgets.ts';
import { type Asked, createTwitcastingClient, type TwitcastingClient, type TwitcastingSettings } from './client.ts';
import { moviesToAsk, observeUser } from './observe.ts';

export interface TwitcastingParts extends AdapterParts {
  readonly settings: TwitcastingSettings;
}

export function createTwitcastingAdapter(parts: TwitcastingParts): BudgetedAdapter {
  const { settings } = parts;
  const platform = 'twitcasting';
  const http = createHttpClient({ ...parts, platform, readFault: readTwitcastingFault });
  const { users, movies } = twitcastingBudgets(parts);
  const client = createTwitcastingClient({ settings, http, users, movies });
  return {
    platform,
    // There is no request for several users: a larger look would only wait longer.
    batchSize: 1,
    budgets: [users, movies],
    observe: (targets, signal) =>
      gathered(batchesOf(targets, 1), async ([target]) =>
        target ? [[target.identifier, await observeTarget(client, target, signal)] as const] : [],
      ),
    resolve: (names, signal) =>
      gathered(batchesOf(names, 1), async ([name]) => {
        const resolution = name && (await resolveName(client, name, signal));
        return name && resolution ? [[nameText(name), resolution] as const] : [];
      }),
  };
}

async function observeTarget(client: TwitcastingClient, target: LookTarget, signal: AbortSignal): Promise<Observation> {
  const user = await client.user(target.identifier, signal);
  // Whoever is gone is not live either: what is still open must come to its end first.
  if (user === 'missing') return target.open.length > 0 ? { kind: 'seen', broadcasts: [] } : { kind: 'gone' };
  if (user === 'hidden') return { kind: 'unknown', reason: 'TwitCasting did not show the user' };
  const movies = new Map<string, Asked<MovieRow>>();
  for (const id of moviesToAsk(target, user)) movies.set(id, await client.movie(id, signal));
  return observeUser(user, movies);
}

/** Users are followed by their screen id, which other spellings lead to. */
async function resolveName(
  client: TwitcastingClient,
  { name }: StreamName,
  signal: AbortSignal,
): Promise<Resolution | undefined> {
  const user = await client.user(name, signal);
  if (user === 'hidden') return undefined;
  if (user === 'missing') return { kind: 'missing' };
  return { kind: 'found', identifier: user.screen_id, login: user.screen_id, title: user.name ?? user.screen_id };
}
