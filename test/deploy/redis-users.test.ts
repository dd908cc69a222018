import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  EPOCH_KEY,
  eventKey,
  FOLLOW_CHANNEL,
  LIVE_KEY,
  LOG_KEY,
  OFFLINE_CHANNEL,
  ONLINE_CHANNEL,
  SEQUENCE_KEY,
  UNFOLLOW_CHANNEL,
} from '../../src/shared/contracts/channels.ts';
import { HINT_CHANNELS } from '../../src/shared/contracts/hint-messages.ts';
import { RECORD_CHANNELS } from '../../src/shared/contracts/recorder-channels.ts';
import { DERIVED_MARK, PUSH_INGRESS, queuePrefix } from '../../src/shared/queues/keys.ts';
import { QUEUE_NAMES } from '../../src/shared/queues/names.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const FILE = readFileSync(path.join(ROOT, 'deploy', 'redis-users.conf'), 'utf8');
const RECORDER = Object.values(RECORD_CHANNELS).flatMap((channel) => channel ?? []);
const EVENTS = [ONLINE_CHANNEL, OFFLINE_CHANNEL];
const WISHES = [FOLLOW_CHANNEL, UNFOLLOW_CHANNEL];

let server: TestRedis;
let admin: Redis;
beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.as.admin);
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

/** What Redis would say to an account; `OK` where it may. */
async function asked(user: string, ...command: string[]): Promise<string> {
  return String(await admin.call('ACL', 'DRYRUN', user, ...command));
}

/** The channels that stand in one line of the file, in its brackets or before them. */
function channelsOf(user: string): { heard: string[]; said: string[] } {
  const line = FILE.split('\n').find((one) => one.startsWith(`user ${user} `)) ?? '';
  const [before = '', brackets = ''] = line.split('(');
  const names = (text: string): string[] => [...text.matchAll(/&(\S+?)(?=[\s)]|$)/g)].map((match) => match[1] ?? '');
  return { heard: names(before).sort(), said: names(brackets).sort() };
}

/** Every command that a script calls: ours, and those of the queues. */
function commandsInScripts(): string[] {
  const bullmq = path.join(ROOT, 'node_modules', 'bullmq', 'dist', 'esm', 'scripts');
  const texts = [
    ...readdirSync(bullmq).map((file) => readFileSync(path.join(bullmq, file), 'utf8')),
    ...readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
      .map((file) => readFileSync(path.join(ROOT, 'src', file), 'utf8')),
  ];
  const called = texts.flatMap((text) => [...text.matchAll(/(?:rcall|redis\.p?call)\(["']([A-Z]+)["']/gi)]);
  return [...new Set(called.map((match) => (match[1] ?? '').toLowerCase()))];
}

describe('the account of Tallylight', () => {
  it('hears and says exactly what the contract names', () => {
    const { heard, said } = channelsOf('tallylight');
    expect(heard).toEqual([...WISHES, ...EVENTS, ...HINT_CHANNELS].sort());
    expect(said).toEqual([...WISHES, ...EVENTS, ...RECORDER].sort());
  });

  it('may publish where the recorder listens, but not listen there, nor by any pattern', async () => {
    for (const channel of RECORDER) {
      expect(await asked('tallylight', 'publish', channel, 'x')).toBe('OK');
      expect(await asked('tallylight', 'subscribe', channel)).toMatch(/no permissions/);
      expect(await asked('tallylight', 'psubscribe', channel)).toMatch(/no permissions/);
    }
    expect(await asked('tallylight', 'psubscribe', '*')).toMatch(/no permissions/);
    for (const channel of HINT_CHANNELS) {
      expect(await asked('tallylight', 'subscribe', channel)).toBe('OK');
      expect(await asked('tallylight', 'publish', channel, 'x')).toMatch(/no permissions/);
    }
  });

  it('is refused by Redis itself, inside scripts too', async () => {
    const own = new Redis(server.as.tallylight);
    await expect(own.subscribe('youtube.record')).rejects.toThrow(/NOPERM/);
    await expect(own.eval("return redis.call('KEYS', '*')", 0)).rejects.toThrow(
      /can't run this command|can't access at least one of the keys|ACL failure/,
    );
    await expect(own.eval("return redis.call('GET', KEYS[1])", 1, 'bot:secret')).rejects.toThrow(/NOPERM/);
    await expect(own.eval("return redis.call('GET', 'bot:secret')", 0)).rejects.toThrow(
      /can't run this command|can't access at least one of the keys|ACL failure/,
    );
    await expect(own.flushall()).rejects.toThrow(/NOPERM/);
    own.disconnect();
  });

  it('reaches every key there is, and no other', async () => {
    const keys = [
      ...QUEUE_NAMES.map((queue) => `${queuePrefix(queue)}:${queue}:meta`),
      ...[PUSH_INGRESS, DERIVED_MARK, EPOCH_KEY, SEQUENCE_KEY, LOG_KEY, LIVE_KEY, eventKey('1')],
      ...keysInSources(),
    ];
    for (const key of keys) expect([key, await asked('tallylight', 'set', key, '1')]).toEqual([key, 'OK']);
    for (const key of ['bot:secret', 'tallylight', 'streams.log', 'bull:poll:meta']) {
      expect(await asked('tallylight', 'get', key)).toMatch(/no permissions to access/);
    }
  });

  it('may call what the scripts of the queues and our own call', async () => {
    const commands = commandsInScripts();
    expect(commands.length).toBeGreaterThan(50);
    const line = FILE.split('\n').find((one) => one.startsWith('user tallylight ')) ?? '';
    const allowed = new Set([...line.matchAll(/\+([a-z]+)/g)].map((match) => match[1]));
    // What a sentinel is asked, it is asked with an account of its own.
    expect(commands.filter((command) => !allowed.has(command))).toEqual(['sentinel']);
  });

  it.each([
    ...['flushall', 'flushdb', 'config get dir', 'config set dir /', 'keys *', 'scan 0', 'randomkey', 'dbsize'],
    ...['shutdown', 'save', 'acl list', 'acl setuser x', 'client kill 127.0.0.1:1', 'client pause 1', 'monitor'],
    ...[
      'replicaof no one',
      'debug sleep 0',
      'module list',
      'function list',
      'script flush',
      'swapdb 0 1',
      'migrate h 1 k 0 1',
    ],
  ])('may not %s', async (words) => {
    for (const user of ['tallylight', 'shard', 'viewer']) {
      if (user === 'viewer' && words === 'scan 0') continue;
      if (user === 'viewer' && /^(randomkey|dbsize)$/.test(words)) continue;
      expect(await asked(user, ...words.split(' '))).toMatch(/no permissions/);
    }
  });
});

describe('the other accounts', () => {
  it('a shard says follows, hears events, reads what is kept for it, and nothing else', async () => {
    expect(channelsOf('shard')).toEqual({ heard: [...EVENTS].sort(), said: [...WISHES].sort() });
    for (const channel of WISHES) expect(await asked('shard', 'publish', channel, 'x')).toBe('OK');
    for (const channel of EVENTS) expect(await asked('shard', 'publish', channel, 'x')).toMatch(/no permissions/);
    expect(await asked('shard', 'xrange', LOG_KEY, '-', '+')).toBe('OK');
    expect(await asked('shard', 'set', SEQUENCE_KEY, '0')).toMatch(/no permissions/);
    expect(await asked('shard', 'get', DERIVED_MARK)).toMatch(/no permissions/);
    expect(await asked('shard', 'subscribe', 'youtube.record')).toMatch(/no permissions/);
  });

  it('a viewer reads keys and hears events, and changes and says nothing', async () => {
    expect(await asked('viewer', 'hgetall', LIVE_KEY)).toBe('OK');
    expect(await asked('viewer', 'zrange', `${queuePrefix('change')}:change:delayed`, '0', '-1')).toBe('OK');
    for (const command of [
      ['set', DERIVED_MARK, '1'],
      ['publish', ONLINE_CHANNEL, 'x'],
      ['get', 'bot:secret'],
      ['subscribe', 'youtube.record'],
    ]) {
      expect(await asked('viewer', ...command)).toMatch(/no permissions/);
    }
  });

  it('nobody comes in without a name once the whole file is in force, and the file holds no password', async () => {
    for (const line of FILE.split('\n').filter((one) => one.startsWith('user '))) {
      if (!line.startsWith('user default ')) expect(line).toMatch(/ #[A-Z]+_PASSWORD_SHA256 /);
      expect(line).not.toMatch(/ (>|nopass)/);
    }
    const [, name = '', ...rules] = (/^user default .*$/m.exec(FILE)?.[0] ?? '').split(' ');
    await admin.call('ACL', 'SETUSER', name, ...rules);
    const nobody = new Redis(server.url, { lazyConnect: true, retryStrategy: () => null });
    nobody.on('error', () => undefined);
    await expect(nobody.connect().then(() => nobody.ping())).rejects.toThrow();
    expect(await admin.ping()).toBe('PONG');
    await admin.call('ACL', 'SETUSER', 'default', 'on', '~*', '&*', '+@all');
  });
});

/** Every key that a source file spells out, with its variable parts filled in. */
function keysInSources(): string[] {
  return readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
    .map((file) => readFileSync(path.join(ROOT, 'src', file), 'utf8'))
    .flatMap((text) => [...text.matchAll(/['`]((?:tallylight:|\{streams\})[^'`\s]*)['`]/g)])
    .map((match) => (match[1] ?? '').replaceAll(/\$\{[^}]*\}/g, 'x'))
    .filter((key) => key.length > 'tallylight:'.length);
}
