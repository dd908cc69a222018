import type { StreamName } from '../shared/domain/follow.ts';
import { groupBy } from '../shared/domain/group.ts';
import type { Platform } from '../shared/domain/platform.ts';
import { nameText, type PlatformAdapter } from '../shared/platforms/adapter.ts';
import type { Budget } from '../shared/platforms/budget.ts';
import { ownerKey } from '../shared/queues/keys.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import type { Logger } from '../shared/runtime/logger.ts';

/** Most names asked of a platform at a time: as many as YouTube takes for one unit. */
const MOST = 50;

/** How long is remembered (ms) whose something is, that it is nobody's, and that it was asked for in vain. */
const FOUND_MS = 24 * 60 * 60_000;
const NOBODY_MS = 60 * 60_000;
const ASKED_MS = 10 * 60_000;
const NOBODY = '-';

/** A platform that does not answer must not hold up the hints behind. */
const WITHIN_MS = 5_000;

export interface ResolveHintedParts {
  readonly redis: RedisConnection;
  readonly resolvers: ReadonlyMap<Platform, Pick<PlatformAdapter, 'resolve'>>;
  /** How often a platform may be asked on account of hints, in the whole cluster. */
  readonly allowance: (platform: Platform) => Pick<Budget, 'trySpend'>;
  readonly logger: Logger;
}

/**
 * Finds out whose something is that a hint named and no table knows. Most such things belong to channels that nobody
 * follows, so each is asked for once in the cluster, whatever comes of it, and all of them together only as often as the
 * allowance says. A hint that is lost by that costs nothing but time: the poll finds what it was about.
 */
export function createResolveHinted({ redis, resolvers, allowance, logger }: ResolveHintedParts) {
  /** @returns names that nobody asks for yet and that are asked for by us from now on */
  async function claim(names: readonly StreamName[]): Promise<StreamName[]> {
    const claims = await Promise.all(
      names.map((name) => redis.set(ownerKey(nameText(name)), '', 'PX', ASKED_MS, 'NX')),
    );
    return names.filter((_name, at) => claims[at] === 'OK');
  }

  async function ask(platform: Platform, names: readonly StreamName[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const signal = AbortSignal.timeout(WITHIN_MS);
    try {
      if (!(await allowance(platform).trySpend(signal))) return found;
      const answers = await resolvers.get(platform)?.resolve(names, signal);
      for (const [name, answer] of answers ?? []) {
        const [owner, keptMs] = answer.kind === 'found' ? [answer.identifier, FOUND_MS] : [NOBODY, NOBODY_MS];
        await redis.set(ownerKey(name), owner, 'PX', keptMs);
        if (answer.kind === 'found') found.set(name, owner);
      }
    } catch (error) {
      logger.warn({ err: error, platform, names: names.length }, 'what hints named cannot be resolved now');
    }
    return found;
  }

  /** @returns the identifiers found, by `nameText`. @throws when Redis is away */
  return async function resolveHinted(names: readonly StreamName[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const remembered = await Promise.all(names.map((name) => redis.get(ownerKey(nameText(name)))));
    names.forEach((name, at) => {
      const owner = remembered[at];
      if (owner && owner !== NOBODY) found.set(nameText(name), owner);
    });
    const unknown = names.filter((_name, at) => remembered[at] === null);
    for (const [platform, ofPlatform] of groupBy(unknown, (name) => name.platform)) {
      if (!resolvers.has(platform)) continue;
      const claimed = await claim(ofPlatform.slice(0, MOST));
      if (claimed.length === 0) continue;
      for (const [name, owner] of await ask(platform, claimed)) found.set(name, owner);
    }
    return found;
  };
}

export type ResolveHinted = ReturnType<typeof createResolveHinted>;
