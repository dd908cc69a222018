import type { KeyWish, NameWish, StreamName, WishFor } from '../shared/domain/follow.ts';
import { type FollowLimits, limitReason } from '../shared/domain/follow-limits.ts';
import { partition } from '../shared/domain/group.ts';
import type { Platform } from '../shared/domain/platform.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';
import { nameText } from '../shared/platforms/adapter.ts';
import type { NamedKey } from '../shared/platforms/learned-name.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { NameStore, Remembered } from '../shared/store/name-store.ts';
import type { ApplyWishes } from './follow.ts';

/** Names are renamed: what is remembered longer than this is asked again. */
const FRESH_MS = 7 * 24 * 3_600_000;

/** A wish about a key, or about a name that may have to be resolved first. */
export type AnyWish = WishFor<StreamKey | StreamName>;

export interface HandOnParts {
  readonly names: Pick<NameStore, 'lookUp' | 'remember' | 'keep'>;
  readonly applyWishes: ApplyWishes;
  /** Those in force, asked for each time. */
  readonly limits: () => FollowLimits;
  /** Asks for the platform's pending names to be resolved now rather than at the next turn. */
  resolveSoon(platform: Platform): Promise<void>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'followsRefused'>;
  readonly logger: Logger;
}

/** A wish that a limit keeps out, and why. */
export interface RefusedWish {
  readonly wish: AnyWish;
  readonly reason: string;
}

export interface HandedOn {
  readonly applied: readonly KeyWish[];
  /** Wishes by names nobody has resolved yet; they are kept and applied when somebody has. */
  readonly kept: readonly NameWish[];
  /** As they were handed on. */
  readonly refused: readonly RefusedWish[];
}

/**
 * Applies the wishes whose key is known, and keeps the others until their names are resolved.
 * Handing the same wishes on again, as after a failure half way, changes nothing.
 */
export function createHandOn(parts: HandOnParts) {
  const { names, applyWishes, limits, resolveSoon, clock, metrics, logger } = parts;

  async function askToResolve(kept: readonly NameWish[]): Promise<void> {
    for (const platform of new Set(kept.map((wish) => wish.target.platform))) {
      await resolveSoon(platform).catch((error: unknown) => {
        logger.warn({ err: error, platform }, 'cannot ask for names to be resolved now, they will be in their turn');
      });
    }
  }

  async function keep(wishes: readonly NameWish[], now: Date): Promise<Omit<HandedOn, 'applied'>> {
    const inForce = limits();
    const out = await names.keep(wishes, now, inForce.perGuild);
    const kept = wishes.filter((wish) => !out.has(wish));
    await askToResolve(kept);
    metrics.followsRefused.inc({ limit: 'guild' }, out.size);
    return { kept, refused: [...out].map((wish) => ({ wish, reason: limitReason('guild', wish.guildId, inForce) })) };
  }

  /** @param learned names that publishers told us of in passing */
  return async function handOn(wishes: readonly AnyWish[], learned: readonly NamedKey[] = []): Promise<HandedOn> {
    const now = clock.now();
    await names.remember(learned, now);
    const byName = wishes.filter(isByName);
    const remembered = await names.lookUp(byName.map((wish) => wish.target));
    const [known, unknown] = partition(byName, (wish) => isUsable(remembered.get(nameText(wish.target)), wish, now));
    const saidAs = new Map<KeyWish, AnyWish>(known.map((wish) => [keyed(wish, remembered), wish]));
    const wanted = [...wishes.filter(isByKey), ...saidAs.keys()];
    const out = wanted.length > 0 ? await applyWishes(wanted) : [];
    const outWishes = new Set<KeyWish>(out.map(({ wish }) => wish));
    const { kept, refused } = await keep(unknown, now);
    return {
      applied: wanted.filter((wish) => !outWishes.has(wish)),
      kept,
      refused: [...out.map(({ wish, reason }) => ({ wish: saidAs.get(wish) ?? wish, reason })), ...refused],
    };
  };
}

export type HandOn = ReturnType<typeof createHandOn>;

/** An unfollow means whom the follow meant, however long ago the name was resolved. */
function isUsable(remembered: Remembered | undefined, wish: NameWish, now: Date): boolean {
  if (!remembered) return false;
  return wish.action === 'unfollow' || now.getTime() - remembered.resolvedAt.getTime() < FRESH_MS;
}

function keyed(wish: NameWish, remembered: ReadonlyMap<string, Remembered>): KeyWish {
  const identifier = remembered.get(nameText(wish.target))?.identifier ?? '';
  return { ...wish, target: { platform: wish.target.platform, identifier } };
}

function isByKey(wish: AnyWish): wish is KeyWish {
  return 'identifier' in wish.target;
}

function isByName(wish: AnyWish): wish is NameWish {
  return !isByKey(wish);
}
