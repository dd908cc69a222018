import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../simulator/simulator.ts';
import type { Session } from '../../simulator/sessions.ts';
import { expectationOf } from '../../src/demo/expectation.ts';
import { demoEnvironment, demoTimes, MOST_TWITCASTING } from '../../src/demo/settings.ts';
import { timelineOf } from '../../src/demo/timeline.ts';
import { toleranceOf } from '../../src/demo/tolerance.ts';
import { loadConfig } from '../../src/shared/config/config.ts';
import { PLATFORMS, perPlatform } from '../../src/shared/domain/platform.ts';

/** What every simulated broadcast lasts at least, and the least time between two. */
const [LEAST_LIVE_MS, LEAST_OFFLINE_MS] = [15_000, 24_000];

async function configFor(inherited: Record<string, string>) {
  const simulator = await startSimulator();
  await simulator.stop();
  const servers = { databaseUrl: 'postgres://demo@127.0.0.1/demo', redisUrl: 'redis://127.0.0.1:1' };
  const times = demoTimes(
    perPlatform(() => 3),
    false,
  );
  const env = demoEnvironment({ ...servers, inherited, simulator: simulator.env(), times, publicUrl: null });
  return { env, config: loadConfig(env), simulator };
}

describe('the environment of the demo', () => {
  it('is one that Tallylight accepts, with all platforms pointed at the simulator', async () => {
    const { config, simulator } = await configFor({});
    expect(config.platforms).toEqual([...PLATFORMS]);
    const urls = [config.YOUTUBE_API_URL, config.TWITCH_API_URL, config.TWITTER_API_URL, config.TWITCASTING_API_URL];
    for (const url of urls) expect(url.startsWith(simulator.url)).toBe(true);
  });

  it('keeps what the system needs, and none of the settings of whoever calls it', async () => {
    const { env, config } = await configFor({
      PATH: '/bin',
      TWITCH_CLIENT_SECRET: 'real-secret',
      PLATFORMS: 'youtube',
      BATCH_INTERVAL: '10m',
      BOARD_PASSWORD: 'real-password',
    });
    expect(env.PATH).toBe('/bin');
    expect(JSON.stringify(env)).not.toMatch(/real-/);
    expect(config).toMatchObject({ PLATFORMS: null, BATCH_INTERVAL: 2_000, BOARD_PASSWORD: null });
  });

  it('sees every simulated broadcast of a small demo, and never takes two of them for one', () => {
    const times = demoTimes(
      perPlatform(() => 3),
      false,
    );
    const { leastLiveMs } = toleranceOf(times);
    for (const platform of PLATFORMS) {
      expect(leastLiveMs[platform]).toBeLessThanOrEqual(LEAST_LIVE_MS);
      expect(times.graceMs[platform] + times.pollMs[platform]).toBeLessThan(LEAST_OFFLINE_MS);
    }
  });

  it('need not hear, where platforms push, of what was over before a key could be pushed', () => {
    const at = (seconds: number) => new Date(seconds * 1_000);
    const pushed = toleranceOf(
      demoTimes(
        perPlatform(() => 3),
        true,
      ),
    );
    const follow = { platform: 'twitch', identifier: '1', followedAt: at(100), unfollowedAt: null } as const;
    const due = (begun: number, ended: number) => {
      const session = { platform: 'twitch', startedAt: at(begun), endedAt: at(ended) };
      return expectationOf(session as Session, follow, { tolerance: pushed, checkedAt: at(300) }).online;
    };
    expect([due(101, 125), due(101, 150), due(131, 150)]).toEqual(['may', 'must', 'must']);
  });

  it('asks TwitCasting less than sixty times a minute, though all its streamers be live', () => {
    for (const followed of [1, 3, MOST_TWITCASTING]) {
      const { pollMs } = demoTimes(
        perPlatform(() => followed),
        false,
      );
      expect((followed * 60_000) / (pollMs.twitcasting / 2)).toBeLessThan(60);
    }
  });
});

describe('the timeline of the demo', () => {
  const tolerance = toleranceOf(
    demoTimes(
      perPlatform(() => 3),
      false,
    ),
  );

  it.each([20_000, 60_000, 3_600_000])(
    'of %d ms leaves before it stands still, and ends when all could be seen',
    (forMs) => {
      const { firstLeaves, lastLeaves, freeze, end, deadline } = timelineOf(forMs, tolerance);
      expect([firstLeaves, lastLeaves, freeze, end, deadline]).toEqual(
        [firstLeaves, lastLeaves, freeze, end, deadline].toSorted((a, b) => a - b),
      );
      for (const platform of PLATFORMS) expect(end - freeze).toBeGreaterThan(tolerance.leastLiveMs[platform]);
      expect(end).toBeGreaterThanOrEqual(forMs);
    },
  );

  it('without an end never stands still', () => {
    expect(timelineOf(null, tolerance).freeze).toBe(Number.POSITIVE_INFINITY);
  });
});
