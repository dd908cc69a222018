import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createFollowPublisher, FallbackFullError, type FollowPublisher } from '../../src/client/index.ts';
import { FOLLOW_CHANNEL, UNFOLLOW_CHANNEL } from '../../src/shared/contracts/channels.ts';
import { readFollowEvents } from '../../src/shared/contracts/follow-events.ts';
import { parseJson } from '../../src/shared/contracts/json.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const GUILD = '1096483912345678901';
const LARGEST = 2n ** 64n - 1n;

let server: TestRedis;
let directory: string;
let problems: string[];
const opened: FollowPublisher[] = [];
const ears: Redis[] = [];

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-follows-'));
  problems = [];
});
afterEach(async () => {
  for (const redis of ears.splice(0)) redis.disconnect();
  await Promise.all(opened.splice(0).map((publisher) => publisher.close()));
  await rm(directory, { recursive: true, force: true });
});
afterAll(() => server.stop());

function open(
  options: { redisUrl?: string; maxBytes?: number; needListener?: boolean; againMs?: number } = {},
): FollowPublisher {
  const onProblem = (problem: Error): void => void problems.push(problem.message);
  // Nothing is said once more unless the test is about that.
  const often = { retryMs: 200, againMs: 3_600_000 };
  const publisher = createFollowPublisher({ redisUrl: server.url, directory, onProblem, ...often, ...options });
  opened.push(publisher);
  return publisher;
}

async function listen(): Promise<string[]> {
  const redis = new Redis(server.url);
  ears.push(redis);
  redis.on('error', () => undefined);
  const heard: string[] = [];
  redis.on('message', (_channel, message) => heard.push(message));
  await redis.subscribe(FOLLOW_CHANNEL, UNFOLLOW_CHANNEL);
  return heard;
}

const follow = (streamKey: string) => ({ platform: 'twitch', streamKey, guildId: GUILD, channelId: LARGEST }) as const;
const keysOf = (messages: readonly string[]): unknown[] =>
  messages.map((message) => (JSON.parse(message) as { stream_key: unknown }).stream_key);
const unreachable = 'redis://127.0.0.1:1';

it('says what the listener reads, with every digit of every id', async () => {
  const heard = await listen();
  const publisher = open();
  const data = { login: 'someone', userId: '44445555' };
  const metadata = { priority: 'urgent', channel_title: 'Some "One"' };
  expect(await publisher.follow({ ...follow('someone'), userId: 5n, metadata, platformData: data })).toBe('sent');
  expect(await publisher.unfollow({ platform: 'twitch', streamKey: 'someone', guildId: LARGEST })).toBe('sent');
  await eventually(() => expect(heard).toHaveLength(2));
  expect(heard[0]).toContain(`"guild_id":${GUILD},"channel_id":18446744073709551615,"user_id":5,`);
  const [first = '', second = ''] = heard;
  const said = { platform: 'twitch', streamKey: 'someone' };
  expect(readFollowEvents('follow', parseJson(Buffer.from(first)))).toMatchObject([
    {
      event: {
        ...said,
        ...{ guildId: GUILD, channelId: String(LARGEST), userId: '5', priority: 'urgent', metadata },
        platformData: { login: 'someone', userId: '44445555' },
      },
    },
  ]);
  expect(readFollowEvents('unfollow', parseJson(Buffer.from(second)))).toMatchObject([
    { event: { ...said, guildId: String(LARGEST), userId: null } },
  ]);
});

it('refuses at once what Tallylight would refuse later', async () => {
  const publisher = open();
  const wrong = { ...follow('x'), guildId: Number(GUILD) as unknown as string };
  await expect(publisher.follow(wrong)).rejects.toThrow('guildId: expected text or a bigint, got a number');
  await expect(publisher.follow({ ...follow('x'), channelId: '0' })).rejects.toThrow('channelId: expected a whole');
  await expect(publisher.follow(follow(' '))).rejects.toThrow('streamKey: expected 1 to 512 characters');
  const elsewhere = { ...follow('x'), platform: 'mixer' as 'twitch' };
  await expect(publisher.follow(elsewhere)).rejects.toThrow('platform: expected one of youtube');
  const large = { ...follow('x'), metadata: { text: 'x'.repeat(300_000) } };
  await expect(publisher.follow(large)).rejects.toThrow('shorten metadata');
});

it('keeps what nobody heard, and says it when somebody listens, in order, with the time it was said', async () => {
  const publisher = open();
  expect(await publisher.follow(follow('a'))).toBe('kept');
  expect(await publisher.unfollow({ platform: 'twitch', streamKey: 'a', guildId: GUILD })).toBe('kept');
  const before = Date.now();
  expect(publisher.waiting()).toBe(2);
  const heard = await listen();
  await publisher.follow(follow('b'));
  await eventually(() => expect(keysOf(heard)).toEqual(['a', 'a', 'b']));
  await eventually(() => expect(publisher.waiting()).toBe(0));
  const times = heard.map((message) => (JSON.parse(message) as { timestamp: string }).timestamp);
  expect(times).toEqual([...new Set(times)].sort());
  expect(Date.parse(times[0] ?? '')).toBeLessThanOrEqual(before);
  expect(problems).toContain('nobody listens to stream.follow: kept, and said again later');
});

it('takes a Redis that heard nothing for an answer when told to', async () => {
  expect(await open({ needListener: false }).follow(follow('a'))).toBe('sent');
});

it('keeps a thousand follows while Redis is away, and says each once it is back', async () => {
  const publisher = open();
  await server.kill();
  const ids = Array.from({ length: 1_000 }, (_, index) => String(index));
  const outcomes = await Promise.all(ids.map((id) => publisher.follow(follow(id))));
  expect(new Set(outcomes)).toEqual(new Set(['kept']));
  await server.restart();
  const heard = await listen();
  await eventually(() => expect(keysOf(heard)).toEqual(ids));
  await eventually(() => expect(publisher.waiting()).toBe(0));
});

it('keeps follows while Redis refuses the password, and says them once it takes it', async () => {
  const heard = await listen();
  const publisher = open({ redisUrl: `redis://bot:secret@127.0.0.1:${server.port}` });
  expect(await publisher.follow(follow('a'))).toBe('kept');
  const admin = new Redis(server.url);
  await admin.call('ACL', 'SETUSER', 'bot', 'on', '>secret', '~*', '&*', '+@all');
  await eventually(() => expect(keysOf(heard)).toEqual(['a']));
  await publisher.close();
  await admin.call('ACL', 'DELUSER', 'bot');
  admin.disconnect();
});

it('goes on after a restart with what an earlier run kept, and forgets what was said', async () => {
  const first = open({ redisUrl: unreachable });
  for (const id of ['a', 'b', 'c']) await first.follow(follow(id));
  await first.close();
  const heard = await listen();
  const second = open();
  await second.start();
  await eventually(() => expect(keysOf(heard)).toEqual(['a', 'b', 'c']));
  await second.close();
  expect(await readFile(path.join(directory, 'follows.journal'), 'utf8')).toBe('');
});

it('says clearly when there is no room left, and loses nothing of what it kept', async () => {
  const publisher = open({ redisUrl: unreachable, maxBytes: 1_000 });
  const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => publisher.follow(follow(id))));
  const kept = outcomes.filter(({ status }) => status === 'fulfilled').length;
  expect(kept).toBeGreaterThan(0);
  expect(publisher.waiting()).toBe(kept);
  const refusal = await publisher.follow(follow('g')).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(FallbackFullError);
  expect(String(refusal)).toContain('1000 bytes is all');
  expect((await readFile(path.join(directory, 'follows.journal'), 'utf8')).split('\n')).toHaveLength(kept + 1);
});

it('says everything once more: a listener whose connection is dead is counted as one that heard', async () => {
  const heard = await listen();
  const publisher = open({ againMs: 500 });
  expect(await publisher.follow(follow('someone'))).toBe('sent');
  await eventually(() => expect(heard).toHaveLength(2));
  // With the time of the first one, so that it undoes nothing that was said meanwhile.
  expect(heard[1]).toBe(heard[0]);
  expect(await publisher.unfollow({ platform: 'twitch', streamKey: 'someone', guildId: GUILD })).toBe('sent');
  await eventually(() => expect(heard).toHaveLength(4));
  expect(heard[3]).toBe(heard[2]);
});
