import type { StreamName } from '../../domain/follow.ts';
import type { Observation } from '../../domain/observation.ts';
import { type LookTarget, nameText, type Resolution } from '../adapter.ts';
import { batchesOf, gathered } from '../batches.ts';
import { PlatformError } from '../errors.ts';
import type { AdapterParts, BudgetedAdapter } from '../parts.ts';
import { createTwitchAccess, type TwitchSettings } from './access.ts';
import type { UserRow } from './answers.ts';
import { createTwitchClient, TWITCH_BATCH, type TwitchClient } from './client.ts';
import { createMissingUsers } from './missing-users.ts';
import { observeStreams } from './observe.ts';

export interface TwitchParts extends AdapterParts {
  readonly settings: TwitchSettings;
  /** Every how many looks users without a stream are asked for by id; one in thirty costs 3 % more requests. */
  readonly missingEvery?: number;
}

const USER_ID = /^\d{1,20}$/;

export function createTwitchAdapter(parts: TwitchParts): BudgetedAdapter {
  const { settings, redis } = parts;
  const platform = 'twitch';
  const access = createTwitchAccess(parts);
  const client = createTwitchClient(settings, access);
  const missingAmong = createMissingUsers({ redis, client, every: parts.missingEvery ?? 30 });

  async function observe(targets: readonly LookTarget[], signal: AbortSignal): Promise<Map<string, Observation>> {
    // One id that Twitch cannot read would make it refuse the other 99.
    const askable = targets.filter((target) => USER_ID.test(target.identifier));
    const ids = askable.map((target) => target.identifier);
    const seen = ids.length === 0 ? new Map() : observeStreams(ids, await client.streams(ids, signal));
    try {
      for (const id of await missingAmong(askable, seen, signal)) seen.set(id, { kind: 'gone' });
    } catch (error) {
      // Whether a user exists can wait for another look; what the streams said cannot.
      if (!(error instanceof PlatformError)) throw error;
      parts.logger.debug({ platform, err: error }, 'users could not be asked for');
    }
    return seen;
  }

  return {
    platform,
    batchSize: TWITCH_BATCH,
    budgets: [access.points],
    observe,
    resolve: (names, signal) => resolveLogins(client, names, signal),
  };
}

async function resolveLogins(client: TwitchClient, names: readonly StreamName[], signal: AbortSignal) {
  const batches = batchesOf(names.filter(isLogin), TWITCH_BATCH);
  const resolved = await gathered<StreamName, string, Resolution>(batches, async (batch) => {
    const logins = [...new Set(batch.map((name) => name.name.toLowerCase()))];
    const users = await client.users('login', logins, signal);
    return batch.map((name) => [nameText(name), resolutionOf(name, users)]);
  });
  // What cannot be a login is not asked for: Twitch would refuse the others with it.
  for (const name of names) if (!isLogin(name)) resolved.set(nameText(name), { kind: 'missing' });
  return resolved;
}

function isLogin({ kind, name }: StreamName): boolean {
  return kind === 'login' && /^\w{1,25}$/.test(name);
}

function resolutionOf({ name }: StreamName, users: readonly UserRow[]): Resolution {
  const user = users.find(({ login }) => login.toLowerCase() === name.toLowerCase());
  if (user === undefined) return { kind: 'missing' };
  const title = user.display_name === null ? {} : { title: user.display_name };
  return { kind: 'found', identifier: user.id, login: user.login, ...title };
}
