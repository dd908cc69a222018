import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { type Environment, spawnTallylight } from '../support/processes.ts';

async function run(args: readonly string[], env: Environment = {}) {
  const program = spawnTallylight(args, env);
  const code = await program.exited;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

const STACK = /^ +at .*\d+:\d+\)?$/m;
const NOWHERE = {
  DATABASE_URL: 'postgres://tally:open-sesame@127.0.0.1:1/tally',
  REDIS_URL: 'redis://:open-sesame@127.0.0.1:1',
};

describe('the program', () => {
  it('teaches with --help, exit codes included', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const word of [
      'run',
      'follow',
      'unfollow',
      'rejects',
      'simulate',
      'list',
      'status',
      'watch',
      'config',
      'reconcile',
      'Examples:',
      'Exit codes:',
      '130',
    ]) {
      expect(stdout).toContain(word);
    }
  });

  it.each([
    'run',
    'follow',
    'unfollow',
    'rejects',
    'list',
    'status',
    'doctor',
    'watch',
    'replay',
    'config',
    'settings',
    'reconcile',
    'import',
    'healthcheck',
  ])('teaches %s with an example', async (command) => {
    const [asked, helped] = await Promise.all([run([command, '--help']), run(['help', command])]);
    expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining(`$ tallylight ${command}`) });
    expect(helped).toEqual(asked);
  });

  it('says its version', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('answers an unknown command with the one that was meant', async () => {
    const { code, stderr, stdout } = await run(['stauts']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^tallylight: unknown command 'stauts'\n\(Did you mean status\?\)/);
    expect(stdout).toBe('');
  });

  it('shows help, and fails, when no command is given', async () => {
    expect(await run([])).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: tallylight') });
  });

  it.each([
    [['run'], "missing required argument 'roles'"],
    [['run', 'listen', 'pol'], 'unknown role "pol": choose from listen, poll, flush, sync, web, or all'],
    [['run', 'poll', '--platforms', 'twich'], 'unknown platform "twich": choose from youtube'],
    [['list', '--platform', 'twich'], 'Allowed choices are youtube, twitch'],
    [['status', '--jsn'], "unknown option '--jsn'"],
    [['follow', 'twitch/7'], "required option '--guild <id>' not specified"],
    [['rejects', 'show', 'x'], 'tallylight: '],
    [['rejects', '--jsn'], "unknown option '--jsn'"],
  ])('refuses %j with a sentence', async (args, sentence) => {
    const { code, stderr } = await run(args, NOWHERE);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(STACK);
  });
});

describe('wrong settings', () => {
  it.each([['run', 'all'], ['status'], ['config']])(
    'are all told at once by %s, before anything is opened',
    async (...args) => {
      const { code, stderr } = await run(args, {
        ...NOWHERE,
        DATABASE_URL: 'mysql://tally:open-sesame@db/tally',
        HTTP_PORT: 'http',
        BATCH_INTERVAL: '7',
        PLATFORMS: 'twitch',
      });
      expect(code).toBe(2);
      expect(stderr.trim().split('\n')).toEqual([
        'tallylight: setting DATABASE_URL: expected a URL that starts with postgres:// or postgresql://, got (hidden)',
        'tallylight: setting HTTP_PORT: expected a whole number from 0 to 65535, got "http"',
        expect.stringMatching(/^tallylight: setting BATCH_INTERVAL: expected a duration .*, got "7"$/),
        'tallylight: setting TWITCH_CLIENT_ID: expected to be set, because PLATFORMS names twitch',
        'tallylight: setting TWITCH_CLIENT_SECRET: expected to be set, because PLATFORMS names twitch',
      ]);
    },
  );

  it('include a board that anybody could reach', async () => {
    const { code, stderr } = await run(['run', 'web'], { ...NOWHERE, HTTP_HOST: '0.0.0.0' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^tallylight: setting BOARD_PASSWORD: expected to be set.*HTTP_HOST/);
  });

  it('include a platform to poll that is not configured', async () => {
    const { code, stderr } = await run(['run', 'poll', '--platforms', 'twitch'], NOWHERE);
    expect(code).toBe(2);
    expect(stderr).toContain('--platforms names it');
  });
});

describe('servers that cannot be reached', () => {
  it.each([['run', 'all'], ['list'], ['status'], ['watch'], ['reconcile']])(
    'are both named by %s, with what to do and without a password',
    async (...args) => {
      const [database, redis] = await Promise.all([freePort(), freePort()]);
      const { code, stderr } = await run(args, {
        DATABASE_URL: `postgres://tally:open-sesame@127.0.0.1:${database}/tally`,
        REDIS_URL: `redis://:open-sesame@127.0.0.1:${redis}`,
      });
      expect(code).toBe(1);
      expect(stderr).toContain(`Postgres at 127.0.0.1:${database} cannot be reached`);
      expect(stderr).toContain(`Redis at 127.0.0.1:${redis} cannot be reached`);
      expect(stderr).not.toContain('open-sesame');
      expect(stderr).not.toMatch(STACK);
    },
  );

  it('come with a stack when LOG_LEVEL asks for it', async () => {
    const { stderr } = await run(['status'], { ...NOWHERE, LOG_LEVEL: 'debug' });
    expect(stderr).toMatch(STACK);
    expect(stderr).not.toContain('open-sesame');
  });
});

describe('config', () => {
  it('shows what is in force and where it comes from, secrets masked', async () => {
    const env = {
      ...NOWHERE,
      YOUTUBE_API_KEY: 'AIza-very-secret',
      BATCH_INTERVAL: '10s',
      BOARD_PASSWORD: 'open-sesame',
    };
    const { code, stdout } = await run(['config'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^BATCH_INTERVAL +10s +environment +/m);
    expect(stdout).toMatch(/^URGENT_INTERVAL +1s +default +/m);
    expect(stdout).toMatch(/^TWITCH_CLIENT_ID +– +unset +/m);
    expect(stdout).toMatch(/^DATABASE_URL +postgres:\/\/tally:\*{8}@127\.0\.0\.1:1\/tally +environment /m);
    expect(stdout).toContain('platforms polled: youtube');
    expect(stdout).not.toMatch(/AIza|open-sesame/);
  });

  it('prints the same as JSON', async () => {
    const { stdout } = await run(['config', '--json'], { ...NOWHERE, TWITTER_BEARER_TOKEN: 'bearer-secret' });
    const { settings, platforms } = JSON.parse(stdout);
    expect(platforms).toEqual(['twitter']);
    expect(settings).toContainEqual(expect.objectContaining({ name: 'REDIS_URL', from: 'environment' }));
    expect(stdout).not.toMatch(/bearer-secret|open-sesame/);
  });
});

describe('healthcheck', () => {
  it('says where nobody answered', async () => {
    const port = await freePort();
    const { code, stderr } = await run(['healthcheck'], { HTTP_PORT: String(port) });
    expect(code).toBe(1);
    expect(stderr).toContain(`no usable answer from http://127.0.0.1:${port}/readyz`);
  });
});
