import { expect, it } from 'vitest';
import { environmentFor } from '../../../simulator/credentials.ts';
import { type Environment, loadConfig } from '../../../src/shared/config/config.ts';
import { PUSH_TELLS } from '../../../src/shared/domain/push-tells.ts';
import { createPushAdapters, type PushAdapters } from '../../../src/shared/platforms/push-registry.ts';
import { partsWith, useRedis } from './opened.ts';

const redis = useRedis();

const userIds = { of: async () => null, screenIdsOf: async () => new Map(), remember: async () => undefined };

function adaptersWith(env: Environment): PushAdapters {
  const config = loadConfig({ ...environmentFor('http://127.0.0.1:1'), ...env });
  return createPushAdapters(config, { ...partsWith(redis()), userIds });
}

const PUBLIC_URL = 'https://tally.example';

it('nothing is pushed without an address that the platforms can reach', () => {
  expect([...adaptersWith({}).keys()]).toEqual([]);
});

it('TwitCasting pushes with its signature only, X only where somebody said that it may cost money', () => {
  const pushing = (env: Environment) => {
    const adapters = adaptersWith({ PUBLIC_URL, ...env });
    return [adapters.has('twitcasting'), adapters.has('twitter')];
  };
  expect(pushing({})).toEqual([true, false]);
  expect(pushing({ TWITCASTING_WEBHOOK_SIGNATURE: '' })).toEqual([false, false]);
  expect(pushing({ TWITTER_PUSH: 'on' })).toEqual([true, true]);
  expect(pushing({ TWITTER_PUSH: 'on', PLATFORMS: 'twitcasting' })).toEqual([true, false]);
});

it('each tells what the polls rely on, and marks what it made so that a change makes it anew', () => {
  const one = adaptersWith({ PUBLIC_URL, TWITTER_PUSH: 'on' });
  const other = adaptersWith({
    PUBLIC_URL: 'https://other.example',
    TWITTER_PUSH: 'on',
    TWITCASTING_CLIENT_ID: 'other',
  });
  for (const [platform, adapter] of one) {
    expect(adapter).toMatchObject({ platform, tells: PUSH_TELLS[platform] });
    expect(adapter.mark.length).toBeLessThanOrEqual(64);
    expect(other.get(platform)?.mark).not.toBe(adapter.mark);
    expect(adaptersWith({ PUBLIC_URL, TWITTER_PUSH: 'on' }).get(platform)?.mark).toBe(adapter.mark);
  }
});
