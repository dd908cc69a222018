import type { OwnedChannel } from './notice.ts';

/** What is known of who owns which YouTube channel. */
export interface Ownership {
  readonly owned: readonly OwnedChannel[];
  /** Channels that the bot trusts, whoever owns them. */
  readonly trusted: readonly string[];
}

/**
 * The channels that followed categories stand for. `other` also holds trusted channels that belong to neither agency;
 * `all` holds every channel that is owned or trusted.
 * @param categories identifiers of category keys: holo, 2434, other, all
 */
export function channelsOf(categories: ReadonlySet<string>, { owned, trusted }: Ownership): Set<string> {
  const agencies = new Set(owned.filter(({ category }) => category !== 'other').map(({ identifier }) => identifier));
  const wants = (category: string): boolean => categories.has(category) || categories.has('all');
  return new Set([
    ...owned.filter(({ category }) => wants(category)).map(({ identifier }) => identifier),
    ...trusted.filter((identifier) => categories.has('all') || (categories.has('other') && !agencies.has(identifier))),
  ]);
}
