import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Platform } from '../../src/shared/domain/platform.ts';
import type { PinSource } from '../../src/shared/domain/pin.ts';
import { createRecorder } from '../../src/shared/pubsub/recorder.ts';
import { createPinStore } from '../../src/shared/store/pin-store.ts';
import { createRecordingStore } from '../../src/shared/store/recording-store.ts';
import { createTrackingStore } from '../../src/shared/store/tracking-store.ts';
import { createRequestRecordings } from '../../src/workers/request-recordings.ts';
import { openTestContext, type TestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { spawnNode } from '../support/processes.ts';
import { followWish, unfollowWish } from '../support/wishes.ts';

let context: TestContext;
let recorder: Redis;
const heard: string[] = [];
let now = new Date();

beforeAll(async () => {
  context = await openTestContext();
});

beforeEach(async () => {
  await context.redis.flushall();
  await context.database.$executeRaw`TRUNCATE follow, unfollow, pin, stream, broadcast, record_request`;
  now = new Date();
  heard.length = 0;
  recorder = new Redis(context.server.url);
  recorder.on('message', (channel, payload) => heard.push(`${channel} ${payload}`));
});

afterEach(() => recorder.disconnect());
afterAll(() => context?.close());

/** The recorder is there from now on. */
const startRecorder = () => recorder.subscribe('youtube.record', 'twitch.record', 'twitcasting.record');

/** What role sync does every other second. */
function sync(meeting: () => Promise<void> = async () => undefined) {
  const { database, redis, metrics, logger } = context;
  const store = createRecordingStore(database);
  const due: typeof store.due = async (...given) => {
    const found = await store.due(...given);
    await meeting();
    return found;
  };
  return createRequestRecordings({
    ...{ metrics, logger, clock: { now: () => now } },
    recordings: { ...store, due },
    askRecorder: createRecorder(redis),
    leadMs: 60_000,
  });
}

/** Each who comes waits until so many have come. */
function meetingOf(count: number): () => Promise<void> {
  let missing = count;
  let open: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    missing--;
    if (missing === 0) open();
    return all;
  };
}

const later = (seconds: number): void => {
  now = new Date(now.getTime() + seconds * 1_000);
};
const inSeconds = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);

async function mark(platform: Platform, identifier: string, source: PinSource = 'cli'): Promise<void> {
  const pin = { platform, identifier, reason: 'record', source } as const;
  await createPinStore(context.database).change({ added: [pin], removed: [] });
}

async function unmark(platform: Platform, identifier: string): Promise<void> {
  const pin = { platform, identifier, reason: 'record', source: 'cli' } as const;
  await createPinStore(context.database).change({ added: [], removed: [pin] });
}

interface Given {
  readonly state?: string;
  readonly scheduledStart?: Date;
  readonly rootId?: string;
}

async function broadcast(
  platform: Platform,
  identifier: string,
  broadcastId: string,
  given: Given = {},
): Promise<void> {
  const data = { state: 'live', ...given };
  await context.database.broadcast.upsert({
    where: { platform_broadcastId: { platform, broadcastId } },
    create: { platform, identifier, broadcastId, ...data },
    update: data,
  });
}

const requests = () =>
  context.database.recordRequest.findMany({
    select: { broadcastId: true, state: true, payload: true, receivers: true, tries: true },
    orderBy: { broadcastId: 'asc' },
  });
const settled = async () => eventually(() => expect(heard.length).toBeGreaterThan(0));

describe('a broadcast of a marked key', () => {
  it('is requested once, as a plain text, by what the recorder knows it by', async () => {
    await startRecorder();
    for (const [platform, id] of [
      ['youtube', 'UCa'],
      ['twitch', '1'],
      ['twitcasting', 'c:x'],
      ['twitter', '9'],
    ] as const) {
      await mark(platform, id);
    }
    await context.database.stream.updateMany({ where: { platform: 'twitch' }, data: { login: 'someone' } });
    await broadcast('youtube', 'UCa', 'dQw4w9WgXcQ');
    await broadcast('twitch', '1', '4242');
    await broadcast('twitcasting', 'c:x', '777');
    await broadcast('twitter', '9', '1abc');
    await broadcast('youtube', 'UCunmarked', 'AAAAAAAAAAA');
    await createTrackingStore(context.database).apply([followWish({ platform: 'youtube', identifier: 'UCunmarked' })]);
    for (let i = 0; i < 3; i++) {
      await sync()();
      later(40);
    }
    await eventually(() =>
      expect(heard.toSorted()).toEqual([
        'twitcasting.record c:x',
        'twitch.record someone',
        'youtube.record dQw4w9WgXcQ',
      ]),
    );
    expect(await requests()).toMatchObject([
      { broadcastId: '4242', state: 'heard', payload: 'someone', receivers: 1, tries: 1 },
      { broadcastId: '777', state: 'heard', payload: 'c:x' },
      { broadcastId: 'dQw4w9WgXcQ', state: 'heard', payload: 'dQw4w9WgXcQ' },
    ]);
  });

  it('is requested when a follow says so, and no more when no follow does', async () => {
    await startRecorder();
    const tracking = createTrackingStore(context.database);
    const key = { platform: 'twitcasting', identifier: 'someone' } as const;
    await tracking.apply([followWish(key, { metadata: { record: true } }), followWish(key, { guildId: '2' })]);
    await broadcast('twitcasting', 'someone', '1');
    await sync()();
    await settled();
    await tracking.apply([unfollowWish(key)]);
    await broadcast('twitcasting', 'someone', '1', { state: 'ended' });
    await broadcast('twitcasting', 'someone', '2');
    await sync()();
    expect(await requests()).toMatchObject([{ broadcastId: '1', state: 'heard' }]);
  });

  it('of Twitch waits for the login', async () => {
    await startRecorder();
    await mark('twitch', '1');
    await broadcast('twitch', '1', '4242');
    await sync()();
    expect(await requests()).toMatchObject([{ state: 'waiting', payload: '', tries: 0 }]);
    await context.database.stream.updateMany({ data: { login: 'someone' } });
    await sync()();
    expect(await requests()).toMatchObject([{ state: 'heard', payload: 'someone' }]);
  });

  it('is requested a minute before its scheduled start, when it has moved, by the new one; never when called off', async () => {
    await startRecorder();
    await mark('youtube', 'UCa');
    await broadcast('youtube', 'UCa', 'moves', { state: 'scheduled', scheduledStart: inSeconds(120) });
    await broadcast('youtube', 'UCa', 'cancelled', { state: 'scheduled', scheduledStart: inSeconds(120) });
    await sync()();
    expect(await requests()).toMatchObject([{ state: 'waiting' }, { state: 'waiting' }]);
    later(55);
    await broadcast('youtube', 'UCa', 'moves', { state: 'scheduled', scheduledStart: inSeconds(600) });
    await broadcast('youtube', 'UCa', 'cancelled', { state: 'cancelled' });
    later(10);
    await sync()();
    later(500);
    await sync()();
    expect(await requests()).toMatchObject([
      { broadcastId: 'cancelled', state: 'over', tries: 0 },
      { broadcastId: 'moves', state: 'waiting', tries: 0 },
    ]);
    later(31);
    await sync()();
    await settled();
    expect(heard).toEqual(['youtube.record moves']);
  });

  it('that goes on under another id is no other broadcast', async () => {
    await startRecorder();
    await mark('twitcasting', 'x');
    await broadcast('twitcasting', 'x', '1');
    await sync()();
    await broadcast('twitcasting', 'x', '1', { state: 'continued' });
    await broadcast('twitcasting', 'x', '2', { rootId: '1' });
    later(60);
    await sync()();
    await broadcast('twitcasting', 'x', '2', { state: 'continued' });
    await broadcast('twitcasting', 'x', '3', { rootId: '1' });
    await sync()();
    await settled();
    expect(heard).toEqual(['twitcasting.record x']);
    expect(await requests()).toMatchObject([{ broadcastId: '1', state: 'heard' }]);
  });
});

describe('a request that nobody hears', () => {
  it('is sent again until somebody does, and not once more, also under another id', async () => {
    await mark('twitcasting', 'x');
    await broadcast('twitcasting', 'x', '1');
    for (let i = 0; i < 5; i++) {
      await sync()();
      later(31);
    }
    expect(await requests()).toMatchObject([{ state: 'unheard', receivers: 0, tries: 5 }]);
    await broadcast('twitcasting', 'x', '1', { state: 'continued' });
    await broadcast('twitcasting', 'x', '2', { rootId: '1' });
    await startRecorder();
    for (let i = 0; i < 3; i++) {
      await sync()();
      later(31);
    }
    await settled();
    expect(heard).toEqual(['twitcasting.record x']);
    expect(await requests()).toMatchObject([{ broadcastId: '1', state: 'heard', receivers: 1, tries: 6 }]);
  });

  it('is over with its broadcast, or when it is not marked any more', async () => {
    for (const id of ['ends', 'unmarked']) {
      await mark('twitcasting', id);
      await broadcast('twitcasting', id, id);
    }
    await sync()();
    await broadcast('twitcasting', 'ends', 'ends', { state: 'ended' });
    await unmark('twitcasting', 'unmarked');
    await startRecorder();
    later(31);
    await sync()();
    expect(await requests()).toMatchObject([{ state: 'over' }, { state: 'over' }]);
    expect(heard).toEqual([]);
  });

  it('needs to be heard no more once the recorder says that it records', async () => {
    await mark('youtube', 'UCa');
    await broadcast('youtube', 'UCa', 'dQw4w9WgXcQ');
    await sync()();
    const said = {
      platform: 'youtube',
      channel: null,
      broadcastId: 'dQw4w9WgXcQ',
      membersOnly: false,
      resubscribe: false,
    };
    const store = createRecordingStore(context.database);
    await store.noteSaid([{ ...said, recorder: 'memberonly' } as never], now);
    expect(await requests()).toMatchObject([{ state: 'unheard' }]);
    await store.noteSaid([{ ...said, recorder: 'startstream' } as never], now);
    await startRecorder();
    later(31);
    await sync()();
    expect(await context.database.recordRequest.findMany()).toMatchObject([{ state: 'heard', said: 'startstream' }]);
    expect(heard).toEqual([]);
  });
});

describe('once', () => {
  it('also when several processes send at the same time, round after round', async () => {
    await startRecorder();
    for (let i = 0; i < 40; i++) {
      await mark('twitcasting', `x${i}`);
      await broadcast('twitcasting', `x${i}`, `${i}`);
    }
    // All six have read that all are due before one of them sends.
    const meeting = meetingOf(6);
    await Promise.all(Array.from({ length: 6 }, () => sync(meeting)()));
    await sync()();
    await eventually(() =>
      expect(heard.toSorted()).toEqual(Array.from({ length: 40 }, (_, i) => `twitcasting.record x${i}`).toSorted()),
    );
    expect((await requests()).every(({ state }) => state === 'heard')).toBe(true);
  });

  it.each(['claimed', 'published', 'settled'])('also when the process is killed once it has %s', async (step) => {
    await startRecorder();
    await mark('youtube', 'UCa');
    await broadcast('youtube', 'UCa', 'dQw4w9WgXcQ');
    const dying = spawnNode(['test/support/record-process.mjs', context.databaseUrl, context.redisUrl, step]);
    expect(await dying.exited).toBe('SIGKILL');
    for (let i = 0; i < 3; i++) {
      await sync()();
      later(31);
    }
    await settled();
    expect(heard).toEqual(['youtube.record dQw4w9WgXcQ']);
    expect(await requests()).toMatchObject([{ state: 'heard' }]);
  });

  it('also when Redis is emptied, before and after', async () => {
    await mark('youtube', 'UCa');
    await broadcast('youtube', 'UCa', 'dQw4w9WgXcQ');
    await sync()();
    await context.redis.flushall();
    later(31);
    await startRecorder();
    await sync()();
    await settled();
    await context.redis.flushall();
    later(31);
    await sync()();
    expect(heard).toEqual(['youtube.record dQw4w9WgXcQ']);
  });
});
