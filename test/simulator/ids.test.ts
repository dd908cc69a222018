import { expect, test } from 'vitest';
import { broadcastIdOn, identityOn } from '../../simulator/ids.ts';
import { createRandom } from '../../simulator/random.ts';
import { PLATFORMS, type Platform } from '../../src/shared/domain/platform.ts';

const IDENTIFIERS: Record<Platform, RegExp> = {
  youtube: /^UC[A-Za-z0-9_-]{21}[AQgw]$/,
  twitch: /^\d{1,20}$/,
  twitter: /^\d{1,19}$/,
  twitcasting: /^(?:[cg]:)?[A-Za-z0-9_]{1,32}$/,
};

const BROADCASTS: Record<Platform, RegExp> = {
  youtube: /^[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]$/,
  twitch: /^\d{12}$/,
  twitter: /^[a-zA-Z0-9]{1,13}$/,
  twitcasting: /^\d+$/,
};

function many<T>(make: (random: ReturnType<typeof createRandom>) => T): T[] {
  const random = createRandom('ids');
  return Array.from({ length: 500 }, () => make(random));
}

test.each(PLATFORMS)('identifiers and broadcast ids of %s have the form of the real ones', (platform) => {
  for (const { identifier, userId, login } of many((random) => identityOn(platform, random))) {
    expect(identifier).toMatch(IDENTIFIERS[platform]);
    expect(platform === 'twitcasting' ? login : userId).toBe(identifier);
  }
  for (const id of many((random) => broadcastIdOn(platform, random))) expect(id).toMatch(BROADCASTS[platform]);
});

test.each(PLATFORMS)('the same seed gives the same ids on %s, another seed gives others', (platform) => {
  const some = (seed: string): string[] => {
    const random = createRandom(seed);
    return Array.from({ length: 20 }, () => identityOn(platform, random).identifier + broadcastIdOn(platform, random));
  };
  expect(some('a')).toEqual(some('a'));
  expect(some('a')).not.toEqual(some('b'));
});

test('the ids that break careless readers occur: all digits, a leading hyphen, more than 31 bits, a colon', () => {
  const videos = many((random) => broadcastIdOn('youtube', random));
  expect(videos.some((id) => /^\d{11}$/.test(id))).toBe(true);
  expect(videos.some((id) => id.startsWith('-'))).toBe(true);
  const movies = many((random) => broadcastIdOn('twitcasting', random));
  expect(movies.every((id) => Number(id) > 2 ** 31)).toBe(true);
  const casters = many((random) => identityOn('twitcasting', random));
  expect(casters.some(({ identifier }) => identifier.includes(':'))).toBe(true);
  expect(casters.some(({ identifier, userId }) => identifier !== userId)).toBe(true);
});
