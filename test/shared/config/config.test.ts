import { describe, expect, it } from 'vitest';
import { describeSettings } from '../../../src/commands/describe-settings.ts';
import { ConfigError, type Environment, loadConfig, secretsOf } from '../../../src/shared/config/config.ts';

function faultsOf(env: Environment): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('the settings', () => {
  it('have defaults, and need nothing', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({ DATABASE_URL: null, HTTP_PORT: 6111, BATCH_INTERVAL: 30_000, platforms: [] });
    expect(config.pollIntervalMs).toEqual({ youtube: 120_000, twitch: 60_000, twitter: 120_000, twitcasting: 60_000 });
  });

  it('poll the platforms that have credentials', () => {
    expect(loadConfig({ YOUTUBE_API_KEY: 'k', TWITTER_BEARER_TOKEN: 't' }).platforms).toEqual(['youtube', 'twitter']);
    expect(loadConfig({ YOUTUBE_API_KEY: 'k', TWITTER_BEARER_TOKEN: 't', PLATFORMS: 'twitter' }).platforms).toEqual([
      'twitter',
    ]);
  });

  it('count an empty variable as unset', () => {
    expect(loadConfig({ HTTP_PORT: '', BOARD_PASSWORD: ' ' })).toMatchObject({ HTTP_PORT: 6111, BOARD_PASSWORD: null });
  });

  it.each([
    ['500ms', 500],
    ['1.5s', 1_500],
    ['10m', 600_000],
    ['1h', 3_600_000],
  ])('read a duration such as %s', (text, ms) => {
    expect(loadConfig({ BATCH_INTERVAL: text }).BATCH_INTERVAL).toBe(ms);
  });

  it('give each direction its lane, with exceptions', () => {
    const { LANE_OFFLINE } = loadConfig({ LANE_OFFLINE: 'normal, twitch=urgent' });
    expect(LANE_OFFLINE).toEqual({ youtube: 'normal', twitch: 'urgent', twitter: 'normal', twitcasting: 'normal' });
  });

  it('report all faults at once, each with its name and what was expected', () => {
    const faults = faultsOf({
      BATCH_INTERVAL: '1 minute',
      HTTP_PORT: '70000',
      REDIS_URL: 'http://user:hunter22@x',
      PLATFORMS: 'twitch,youtub',
      LOG_LEVEL: 'loud',
      LANE_ONLINE: 'twitch=urgent',
      BATCH_MAX_STREAMS: '1e3',
    });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
      'BATCH_INTERVAL',
      'BATCH_MAX_STREAMS',
      'HTTP_PORT',
      'LANE_ONLINE',
      'LOG_LEVEL',
      'PLATFORMS',
      'REDIS_URL',
    ]);
    for (const fault of faults) expect(fault).toContain('expected');
    expect(faults.join()).not.toContain('hunter22');
  });

  it('say which credentials are missing for a platform that is named, or half set up', () => {
    expect(faultsOf({ PLATFORMS: 'youtube' })).toEqual([expect.stringContaining('YOUTUBE_API_KEY')]);
    expect(faultsOf({ TWITCH_CLIENT_ID: 'x' })).toEqual([expect.stringContaining('TWITCH_CLIENT_SECRET')]);
  });

  it('say what is missing for the pushes of X, which nobody gets by accident', () => {
    expect(faultsOf({ TWITTER_PUSH: 'on' }).map((fault) => fault.split(':')[0])).toEqual([
      'TWITTER_CONSUMER_SECRET',
      'PUBLIC_URL',
    ]);
    const given = { TWITTER_PUSH: 'on', TWITTER_CONSUMER_SECRET: 's', PUBLIC_URL: 'https://tally.example' };
    expect(faultsOf(given)).toEqual([]);
    expect(loadConfig({}).TWITTER_PUSH).toBe('off');
  });

  it('let the account that only reads stand beside the operator’s, not in its place', () => {
    const both = { BOARD_PASSWORD: 'for operators', BOARD_READ_PASSWORD: 'for everybody' };
    expect(faultsOf(both)).toEqual([]);
    expect(loadConfig(both)).toMatchObject({ BOARD_USER: 'operator', BOARD_READ_USER: 'viewer' });
    expect(faultsOf({ BOARD_READ_PASSWORD: 'for everybody' })).toEqual([
      expect.stringMatching(/^BOARD_PASSWORD: expected to be set, because BOARD_READ_PASSWORD is/),
    ]);
    expect(faultsOf({ ...both, BOARD_READ_PASSWORD: 'for operators' })).toEqual([
      'BOARD_READ_PASSWORD: expected to differ from BOARD_PASSWORD, got the same',
    ]);
    expect(faultsOf({ ...both, BOARD_READ_USER: 'operator' })).toEqual([
      'BOARD_READ_USER: expected to differ from BOARD_USER, got "operator"',
    ]);
    expect(faultsOf({ BOARD_USER: 'ope:rator' })).toEqual([expect.stringContaining('a name without a colon')]);
  });

  it('know their secrets, of a URL the password', () => {
    const config = loadConfig({
      YOUTUBE_API_KEY: 'the-key',
      REDIS_URL: 'redis://:p%40ss@host',
      BOARD_PASSWORD: 'board',
      BOARD_READ_PASSWORD: 'reader',
    });
    expect(secretsOf(config)).toEqual(expect.arrayContaining(['the-key', 'p%40ss', 'p@ss', 'board', 'reader']));
    expect(secretsOf(config).join()).not.toContain('host');
    const others = loadConfig({
      DATABASE_URL: 'postgresql://host/db?user=me&password=quer%2Fy',
      ...{ TWITCASTING_CLIENT_ID: 'id', TWITCASTING_CLIENT_SECRET: 'cast' },
    });
    expect(secretsOf(others)).toEqual(['quer/y', 'cast', Buffer.from('id:cast').toString('base64')]);
  });

  it('take no account in the address of a platform, and repeat none', () => {
    expect(faultsOf({ YOUTUBE_API_URL: 'https://me:pass@host/v3', PUBLIC_URL: 'ftp://me:pa/ss@host' })).toEqual([
      'PUBLIC_URL: expected a URL that starts with http:// or https:// and holds no user or password, got "ftp://(hidden)@host"',
      'YOUTUBE_API_URL: expected a URL that starts with http:// or https:// and holds no user or password, got "https://(hidden)@host/v3"',
    ]);
  });

  it('know them of an address with several hosts too, and never show them', () => {
    const REDIS_URL = 'redis+sentinel://tally:p%40ss@a:26379,b:26379/mymaster?sentinelPassword=word%2F2';
    expect(secretsOf(loadConfig({ REDIS_URL }))).toEqual(['p%40ss', 'p@ss', 'word/2']);
    const shown = describeSettings({ REDIS_URL }, []).find(({ name }) => name === 'REDIS_URL')?.value;
    expect(shown).toBe('redis+sentinel://tally:********@a:26379,b:26379/mymaster?********');
    for (const broken of [
      'redis+cluster://u:hunter22@x@a',
      'redis://:hunter22/x@a',
      'redis+cluster://u:hunter22/x@a',
    ]) {
      expect(faultsOf({ REDIS_URL: broken })).toEqual([
        expect.stringMatching(/^REDIS_URL: expected .*, got \(hidden\)$/),
      ]);
      expect(JSON.stringify(describeSettings({ REDIS_URL: broken }, []))).not.toContain('hunter22');
    }
  });
});
