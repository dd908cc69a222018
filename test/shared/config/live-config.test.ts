import { describe, expect, it } from 'vitest';
import { ConfigError, type Environment, loadConfig } from '../../../src/shared/config/config.ts';
import { createLiveConfig } from '../../../src/shared/config/live-config.ts';
import { isVariable, LIVE_NAMES, VARIABLES, type Variable } from '../../../src/shared/config/variables.ts';

const rows = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));
const live = (env: Environment = {}) => createLiveConfig(loadConfig(env));

function faultsAtStart(env: Environment): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('settings that change while the process runs', () => {
  it('come before the environment, which comes before the default', () => {
    const { config, apply } = live({ POLL_INTERVAL_TWITCH: '30s' });
    expect(config).toMatchObject({ POLL_INTERVAL_TWITCH: 30_000, POLL_INTERVAL_YOUTUBE: 120_000 });
    apply(rows({ POLL_INTERVAL_TWITCH: '5s', POLL_INTERVAL_YOUTUBE: '7s' }));
    expect(config).toMatchObject({ POLL_INTERVAL_TWITCH: 5_000, POLL_INTERVAL_YOUTUBE: 7_000 });
    apply(rows({ POLL_INTERVAL_YOUTUBE: '7s' }));
    expect(config).toMatchObject({ POLL_INTERVAL_TWITCH: 30_000, POLL_INTERVAL_YOUTUBE: 7_000 });
    apply([]);
    expect(config).toMatchObject({ POLL_INTERVAL_TWITCH: 30_000, POLL_INTERVAL_YOUTUBE: 120_000 });
  });

  it('reach whoever kept the object, for each platform too', () => {
    const { config, apply } = live();
    const { pollIntervalMs, offlineGraceMs } = config;
    apply(rows({ POLL_INTERVAL_TWITTER: '9s', OFFLINE_GRACE_YOUTUBE: '8s', LANE_ONLINE: 'normal,twitch=urgent' }));
    expect(pollIntervalMs).toEqual({ youtube: 120_000, twitch: 60_000, twitter: 9_000, twitcasting: 60_000 });
    expect(offlineGraceMs).toMatchObject({ youtube: 8_000, twitch: 180_000 });
    expect(config.LANE_ONLINE).toMatchObject({ youtube: 'normal', twitch: 'urgent' });
  });

  it('say what is another value now, and nothing when the words differ and the value does not', () => {
    const { apply } = live();
    expect(
      apply(rows({ POLL_INTERVAL_TWITCH: '5s', LANE_ONLINE: 'urgent', BATCH_INTERVAL: '30000ms' })).changed,
    ).toEqual(['POLL_INTERVAL_TWITCH']);
    expect(apply(rows({ POLL_INTERVAL_TWITCH: '5000ms' })).changed).toEqual([]);
    expect(apply([]).changed).toEqual(['POLL_INTERVAL_TWITCH']);
  });

  it('are refused in the words of the environment, and the others hold all the same', () => {
    const wrong = { POLL_INTERVAL_TWITCH: '5', BATCH_MAX_STREAMS: '0', LOG_LEVEL: 'loud', LANE_ONLINE: 'fast' };
    const { config, apply } = live({ POLL_INTERVAL_TWITCH: '30s' });
    const { faults, changed } = apply(rows({ ...wrong, PUBLISH_RATE: '7' }));
    expect([...faults.values()].sort()).toEqual([...faultsAtStart(wrong)].sort());
    expect(faults.get('POLL_INTERVAL_TWITCH')).toMatch(/^POLL_INTERVAL_TWITCH: expected a duration .*, got "5"$/);
    expect(changed).toEqual(['PUBLISH_RATE']);
    expect(config).toMatchObject({ POLL_INTERVAL_TWITCH: 30_000, LOG_LEVEL: 'info', PUBLISH_RATE: 7 });
  });

  it('are never addresses, accounts or secrets, whatever a row says, and a secret is not repeated', () => {
    const given = { REDIS_URL: 'redis://here', YOUTUBE_API_KEY: 'the-key' };
    const { config, apply } = live(given);
    const { faults, changed } = apply(
      rows({ REDIS_URL: 'redis://there', YOUTUBE_API_KEY: 'another-key', NO_SUCH: '1' }),
    );
    expect(config).toMatchObject(given);
    expect(changed).toEqual([]);
    expect(faults.get('REDIS_URL')).toContain('cannot be changed while the cluster runs');
    expect(faults.get('NO_SUCH')).toContain('there is no such setting');
    expect([...faults.values()].join()).not.toContain('another-key');
  });

  it('each have a default to return to, and none is secret', () => {
    expect(LIVE_NAMES.length).toBeGreaterThan(0);
    for (const name of LIVE_NAMES) {
      const variable: Variable = VARIABLES[name];
      expect(variable, name).toMatchObject({ default: expect.any(String) });
      expect(variable.secret, name).toBeUndefined();
    }
    for (const name of ['constructor', 'toString', '__proto__']) expect(isVariable(name)).toBe(false);
  });
});
