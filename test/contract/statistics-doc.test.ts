import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { trackingStatistics } from '../../src/shared/contracts/tracking-statistics.ts';

const page = readFileSync(new URL('../../docs/statistics.md', import.meta.url), 'utf8');

/** Every name of a field, at any depth. */
function namesOf(schema: unknown): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  const { properties = {} } = schema as { properties?: Record<string, unknown> };
  return [...Object.keys(properties), ...Object.values(schema).flatMap(namesOf)];
}

it('docs/statistics.md explains every field', () => {
  const names = new Set(namesOf(z.toJSONSchema(trackingStatistics)));
  expect(names.size).toBeGreaterThan(50);
  expect([...names].filter((name) => !/^[A-Z]/.test(name) && name !== 'properties')).toEqual([
    ...['youtube', 'twitch', 'twitter', 'twitcasting'].filter((name) => names.has(name)),
  ]);
  expect(
    [...names].filter((name) => /^[A-Z]/.test(name) && !page.includes(`\`${name}\``) && !page.includes(`.${name}`)),
  ).toEqual([]);
});
