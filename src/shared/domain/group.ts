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
