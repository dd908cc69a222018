import type { Platform } from './platform.ts';
import type { StreamKey } from './stream-key.ts';

/** The identifiers of each platform, in their order. */
export function groupByPlatform(keys: readonly StreamKey[]): Map<Platform, string[]> {
  const groups = new Map<Platform, string[]>();
  for (const { platform, identifier } of keys) {
    const group = groups.get(platform);
    if (group) group.push(identifier);
    else groups.set(platform, [identifier]);
  }
  return groups;
}

/** Cuts a list into parts of at most `size`. */
export function chunk<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < items.length; i += size) parts.push(items.slice(i, i + size));
  return parts;
}

/** The items under each of their labels, in their order. */
export function groupBy<T, K>(items: readonly T[], label: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(label(item));
    if (group) group.push(item);
    else groups.set(label(item), [item]);
  }
  return groups;
}

/** The items that fulfil the condition, and the others. */
export function partition<T>(items: readonly T[], condition: (item: T) => boolean): [T[], T[]] {
  const [yes, no]: [T[], T[]] = [[], []];
  for (const item of items) (condition(item) ? yes : no).push(item);
  return [yes, no];
}
