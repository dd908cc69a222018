import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DemoSummary } from '../../src/demo/summary.ts';
import { PLATFORMS } from '../../src/shared/domain/platform.ts';
import { createDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Environment, spawnNode, type Tallylight } from '../support/processes.ts';
import { startRedis } from '../support/redis.ts';

const run = promisify(execFile);
const PROGRAM = path.resolve('dist', 'src', 'main.js');
const EVENT = /^\d\d:\d\d:\d\d +online +\w+/m;

let home: string;
let undo: (() => Promise<void>)[] = [];

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'tallylight-demo-'));
  await chmod(home, 0o711); // root's Postgres runs as another account, which must get through
});

afterEach(async () => {
  for (const step of undo.reverse()) await step();
  undo = [];
  await rm(home, { recursive: true, force: true });
});

/** The demo in a directory of its own, so that one of the developer may run meanwhile. */
function demo(args: readonly string[], env: Environment = {}): Tallylight {
  return spawnNode([PROGRAM, 'demo', ...args], env, home);
}

describe('the demo', () => {
  it('announces what happens, ends by itself and says so, and leaves nothing behind', async () => {
    const program = demo(['--for', '20s', '--json']);
    await program.waitFor(EVENT);
    const started = await descendants(program.pid);
    expect(started.length).toBeGreaterThan(8);
    const code = await program.exited;
    const summary = JSON.parse(program.stdout()) as DemoSummary;
    expect(summary.differences).toEqual([]);
    expect(summary).toMatchObject({ ok: true, checked: true, shards: 3, unfollowed: { requestsSince: 0 } });
    expect(code).toBe(0);
    for (const platform of PLATFORMS) {
      const { followed, requests, online, due } = summary.platforms[platform];
      expect(followed).toBe(3);
      expect(requests).toBeGreaterThan(0);
      expect(online).toBeGreaterThanOrEqual(due);
    }
    expect(PLATFORMS.reduce((sum, platform) => sum + summary.platforms[platform].due, 0)).toBeGreaterThan(3);
    await eventually(async () => expect(await stillThere(started)).toEqual([]));
  });

  it('with --push announces what begins on every platform, though polls are five minutes apart', async () => {
    const program = demo(['--push', '--for', '60s', '--json']);
    const code = await program.exited;
    const summary = JSON.parse(program.stdout()) as DemoSummary;
    expect(summary.differences).toEqual([]);
    expect(summary).toMatchObject({ ok: true, checked: true });
    expect(code).toBe(0);
    const afterStart = program.stderr().match(/ online .* after its start$/gm) ?? [];
    expect(afterStart.length).toBeGreaterThan(0);
  });

  it('lets no other one meddle with it, and ends everything it started on Ctrl-C', async () => {
    const program = demo([]);
    await program.waitFor(EVENT);
    const other = demo([]);
    expect(await other.exited).toBe(1);
    expect(other.stderr()).toMatch(/^tallylight: another demo runs here/m);
    const started = await descendants(program.pid);
    expect(await program.end('SIGINT')).toBe(0);
    expect(program.stdout()).toContain('stopped before it could be compared');
    await eventually(async () => expect(await stillThere(started)).toEqual([]));
  });

  it('ends everything it started when it is interrupted while it starts', async () => {
    const program = demo([]);
    await program.waitFor(/starting Postgres/);
    const started = await descendants(program.pid);
    expect(started).not.toEqual([]);
    expect(await program.end('SIGINT')).toBe(0);
    await eventually(async () => expect(await stillThere(started)).toEqual([]));
  });

  it('leaves nothing behind even when it is killed', async () => {
    const program = demo(['--plain']);
    await program.waitFor(EVENT);
    const started = await descendants(program.pid);
    await program.end('SIGKILL');
    await eventually(async () => expect(await stillThere(started)).toEqual([]));
  });

  it('fails, and says what differs, when something is announced that never was', async () => {
    const [database, redis] = await Promise.all([createDatabase({ empty: true }), startRedis()]);
    undo.push(database.drop, redis.stop);
    const program = demo(['--for', '20s', '--use-servers', '--streamers', '1'], {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
    });
    await program.waitFor(/shards follow/);
    await publish(redis.url, phantom());
    expect(await program.exited).toBe(1);
    expect(program.stdout()).toMatch(/phantom +twitch\/4242: 777 was announced online, but never was live/);
    expect(program.stdout()).toMatch(/differences between what happened and what was announced/);
  });
});

describe('the demo on servers of somebody', () => {
  it('refuses them unless told otherwise', async () => {
    const program = demo([], { DATABASE_URL: 'postgres://somebody@127.0.0.1:1/real' });
    expect(await program.exited).toBe(2);
    expect(program.stderr()).toMatch(/^tallylight: DATABASE_URL is set, and the demo writes made-up data: unset it/);
  });

  it('refuses a database with rows, a Redis with keys, and one with subscribers', async () => {
    const [database, redis] = await Promise.all([createDatabase(), startRedis()]);
    undo.push(database.drop, redis.stop);
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url };
    await execute(database.url, `INSERT INTO stream (platform, identifier) VALUES ('twitch', '1')`);
    await refuses(env, /table stream has rows/);
    await execute(database.url, 'DELETE FROM stream');

    const client = new Redis(redis.url);
    undo.push(async () => client.disconnect());
    await client.set('real', '1');
    await refuses(env, /Redis at .* is not empty: it holds 1 keys/);
    await client.del('real');
    await client.subscribe('streams.online');
    await refuses(env, /has subscribers to streams\.online/);
  });
});

describe('the demo, called wrongly', () => {
  it.each([
    [['--for', '5s'], 'expected a duration from 20s to 24h'],
    [['--for', 'soon'], 'expected a duration from 20s to 24h'],
    [['--streamers', '0'], 'expected a whole number from 1 to 50'],
    [['--use-servers'], 'expected DATABASE_URL or REDIS_URL to be set'],
  ])('refuses %j with a sentence', async (args, sentence) => {
    const program = demo(args);
    expect(await program.exited).toBe(2);
    expect(program.stderr()).toContain(sentence);
  });
});

async function refuses(env: Environment, sentence: RegExp): Promise<void> {
  const program = demo(['--use-servers'], env);
  expect(await program.exited).toBe(2);
  expect(program.stderr()).toMatch(sentence);
}

interface Found {
  readonly pid: number;
  readonly parent: number;
  /** With the number it tells a process from a later one of the same number. */
  readonly startedAt: string;
  readonly command: string;
}

async function processes(): Promise<Found[]> {
  const { stdout } = await run('ps', ['-ww', '-eo', 'pid=,ppid=,lstart=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s(.*)$/.exec(line);
    if (!match) return [];
    const [, pid, parent, startedAt = '', command = ''] = match;
    return [{ pid: Number(pid), parent: Number(parent), startedAt, command }];
  });
}

/** Everything that a process started, and what those started. */
async function descendants(pid: number): Promise<Found[]> {
  const all = await processes();
  const below = (parent: number): Found[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid).filter(({ command }) => !/^ps /.test(command));
}

/** Of these, and of whatever names the directory of the demo, as its servers do. */
async function stillThere(started: readonly Found[]): Promise<string[]> {
  const now = (await processes()).filter(({ command }) => !/<defunct>$/.test(command));
  const isOne = (one: Found) => started.some((other) => other.pid === one.pid && other.startedAt === one.startedAt);
  return now.filter((one) => isOne(one) || one.command.includes(home)).map(({ command }) => command);
}

async function publish(url: string, message: string): Promise<void> {
  const redis = new Redis(url);
  await redis.publish('streams.online', message);
  redis.disconnect();
}

function phantom(): string {
  const at = new Date().toISOString();
  const stream = { VideoId: '777', ChannelId: '4242', ChannelTitle: 'Ghost', VideoTitle: 'Ghost', Platform: 'twitch' };
  return JSON.stringify({
    Streams: [{ ...stream, ScheduledStartTime: at, ActualStartTime: at }],
    IsOnline: true,
    Platform: 'twitch',
    Timestamp: at,
    Metadata: {
      EventId: '00000000-0000-4000-8000-000000000000',
      Sequence: '1',
      Epoch: 'another',
      SchemaVersion: 1,
    },
  });
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
