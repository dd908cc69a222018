import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHintListener, type HintListener } from '../../src/producers/hint-listener.ts';
import type { TakeWords } from '../../src/producers/take-words.ts';
import type { NeighbourWord } from '../../src/shared/contracts/hint-messages.ts';
import type { Platform } from '../../src/shared/domain/platform.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { nameText, type PlatformAdapter } from '../../src/shared/platforms/adapter.ts';
import { createHintedIds } from '../../src/shared/queues/hinted-ids.ts';
import { createMembersOnly } from '../../src/shared/queues/members-only.ts';
import { createRejectStore } from '../../src/shared/store/reject-store.ts';
import { wireHintListener } from '../../src/wiring/neighbours.ts';
import { type Tracking, wireTracking } from '../../src/wiring/tracking.ts';
import { openTestContext, type TestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { followWish } from '../support/wishes.ts';

const MINE: StreamKey = { platform: 'youtube', identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ' };
const OTHERS = 'UCuTAXTexrhetbOe3zgskJBQ';
const TWITCH: StreamKey = { platform: 'twitch', identifier: '141981764' };
const CAST: StreamKey = { platform: 'twitcasting', identifier: 'c:someone' };

let context: TestContext;
let tracking: Tracking;
let publisher: Redis;
const listeners: HintListener[] = [];
/** Whose videos are, as YouTube would say, and each time it was asked. */
const owners = new Map<string, string>();
const asked: string[][] = [];

beforeAll(async () => {
  context = await openTestContext();
  publisher = new Redis(context.server.url);
  publisher.on('error', () => undefined);
});

beforeEach(async () => {
  await context.redis.flushall();
  await context.database.$executeRaw`TRUNCATE follow, stream, broadcast, record_request, push_subscription, reject`;
  tracking = wireTracking(context);
  await tracking.applyWishes([MINE, TWITCH, CAST].map((key) => followWish(key)));
  for (const queue of Object.values(tracking.queues)) await queue.obliterate({ force: true });
  owners.clear();
  asked.length = 0;
});

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.stop()));
  await tracking.close();
});

afterAll(async () => {
  publisher?.disconnect();
  await context?.close();
});

const resolve: PlatformAdapter['resolve'] = async (names) => {
  asked.push(names.map(({ name }) => name));
  return new Map(
    names.map((name) => {
      const identifier = owners.get(name.name);
      return [nameText(name), identifier ? { kind: 'found', identifier } : { kind: 'missing' }] as const;
    }),
  );
};

/** Listeners as so many processes have them. */
async function listen(count = 1): Promise<HintListener[]> {
  const adapters = new Map([['youtube', { resolve } as PlatformAdapter]]) as ReadonlyMap<Platform, PlatformAdapter>;
  for (let i = 0; i < count; i++) listeners.push(wireHintListener(context, { tracking, adapters }));
  await Promise.all(listeners.map((listener) => listener.start()));
  await eventually(() => expect(listeners.every((listener) => listener.isListening())).toBe(true));
  return listeners;
}

async function say(channel: string, message: string | object): Promise<void> {
  await publisher.publish(channel, typeof message === 'string' ? message : JSON.stringify(message));
}

/** Looks that wait, as `platform/identifier reason`. */
async function looks(): Promise<string[]> {
  const jobs = await Promise.all(
    Object.entries(tracking.queues).map(async ([platform, queue]) =>
      (await queue.getJobs(['wait', 'active'])).map(({ data }) => `${platform}/${data.identifier} ${data.reason}`),
    ),
  );
  return jobs.flat().sort();
}

/** Hints that led to a look. */
const given = async () =>
  (await context.metrics.hints.get()).values.find(({ labels }) => labels.result === 'look')?.value ?? 0;

const lookAtMine = `youtube/${MINE.identifier} hint`;
const hinted = async () => (await createHintedIds(context.redis, 'youtube').of([MINE.identifier])).get(MINE.identifier);
const notice = (VideoId: string | null, ChannelId: string | null) => ({ NotificationType: 0, VideoId, ChannelId });

async function addBroadcast(id: string, identifier = MINE.identifier): Promise<void> {
  await context.database.broadcast.create({
    data: { platform: 'youtube', broadcastId: id, identifier, state: 'live', details: { url: 'u' }, version: 3 },
  });
}

describe('what the neighbours say of a tracked key', () => {
  it.each<[string, string | object, string]>([
    ['youtube.pubsub.CreateOrUpdate', notice('dQw4w9WgXcQ', MINE.identifier), lookAtMine],
    [
      'youtube.pubsub.Deleted',
      { ...notice('dQw4w9WgXcQ', MINE.identifier), NotificationType: 1, Title: null },
      lookAtMine,
    ],
    ['youtube.addstream', `https://www.youtube.com/channel/${MINE.identifier}`, lookAtMine],
    ['twitch:stream_offline', { BroadcasterUserId: TWITCH.identifier }, `twitch/${TWITCH.identifier} hint`],
    ['twitch:channel_update', { BroadcasterUserId: TWITCH.identifier, Title: 'x' }, `twitch/${TWITCH.identifier} hint`],
    [
      'twitcasting.pubsub.startlive',
      { signature: 's', movie: { id: '1' }, broadcaster: { id: '2', screen_id: 'C:Someone' } },
      'twitcasting/c:someone hint',
    ],
  ])('%s makes a look of it, now', async (channel, message, look) => {
    await listen();
    await say(channel, message);
    await eventually(async () => expect(await looks()).toEqual([look]));
    expect(asked).toEqual([]);
  });

  it.each(['startstream', 'endstream', 'memberonly', 'unarchived', 'deletestream', 'addstream'])(
    'youtube.%s of a video that the table knows, with its id for the look',
    async (word) => {
      await listen();
      await addBroadcast('dQw4w9WgXcQ');
      await say(`youtube.${word}`, 'dQw4w9WgXcQ');
      await eventually(async () => expect(await looks()).toEqual([lookAtMine]));
      expect(await hinted()).toEqual(['dQw4w9WgXcQ']);
      expect(asked).toEqual([]);
    },
  );

  it('heard by three listeners and said again and again is one look, and one more for what was said last', async () => {
    await listen(3);
    await addBroadcast('dQw4w9WgXcQ');
    await context.database.recordRequest.create({
      data: {
        ...{ platform: 'youtube', broadcastId: 'dQw4w9WgXcQ', identifier: MINE.identifier, channel: 'c', payload: 'p' },
        ...{ state: 'heard', nextTryAt: new Date() },
      },
    });
    const [before, began] = [await given(), Date.now()];
    for (let i = 0; i < 200; i++) await say('youtube.endstream', i < 199 ? 'dQw4w9WgXcQ' : 'AAAAAAAAAAA');
    await addBroadcast('AAAAAAAAAAA');
    for (let i = 0; i < 20; i++) await say('youtube.endstream', 'AAAAAAAAAAA');
    await eventually(async () => expect((await hinted())?.sort()).toEqual(['AAAAAAAAAAA', 'dQw4w9WgXcQ']));
    await eventually(async () => expect(await looks()).toEqual([lookAtMine]));
    // Of 660 that were heard each of three listeners gave one for each video at once, and again after every three seconds.
    const most = 3 * 2 * (2 + (Date.now() - began) / 3_000);
    expect((await given()) - before).toBeLessThanOrEqual(most);
    expect(await context.database.recordRequest.findMany()).toMatchObject([{ said: 'endstream', state: 'heard' }]);
  });
});

describe('what they say of others', () => {
  it('costs nothing: no look, and a question to the platform once, whoever hears it how often', async () => {
    await listen(3);
    owners.set('unknownVid1', OTHERS);
    for (let i = 0; i < 30; i++) {
      await say('youtube.startstream', 'unknownVid1:0');
      await say('youtube.startstream', 'nobodysVid1:0');
      await say('youtube.pubsub.CreateOrUpdate', notice('otherVideo1', OTHERS));
      await say('twitch:stream_offline', { BroadcasterUserId: '1' });
    }
    await eventually(() => expect(asked.flat().sort()).toEqual(['nobodysVid1', 'unknownVid1']));
    await say('twitch:stream_offline', { BroadcasterUserId: TWITCH.identifier });
    await eventually(async () => expect(await looks()).toEqual([`twitch/${TWITCH.identifier} hint`]));
    expect(asked.flat()).toHaveLength(2);
  });

  it('a video of a tracked channel that no table knows is resolved, and looked for', async () => {
    await listen(2);
    owners.set('freshVideo1', MINE.identifier);
    await say('youtube.startstream', 'freshVideo1:1');
    await eventually(async () => expect(await looks()).toEqual([lookAtMine]));
    expect(await hinted()).toEqual(['freshVideo1']);
    expect(asked).toEqual([['freshVideo1']]);
    // No row yet: the look that finds it will know.
    expect(await createMembersOnly(context.redis, 'youtube').among(['freshVideo1', 'x'])).toEqual(
      new Set(['freshVideo1']),
    );
  });

  it('a flood of unknown videos is asked for at most three times in ten minutes, and known ones pass', async () => {
    await listen(2);
    const flood = publisher.pipeline();
    for (let i = 0; i < 3_000; i++) flood.publish('youtube.startstream', `${100_000_000_00 + i}:0`);
    await flood.exec();
    await addBroadcast('dQw4w9WgXcQ');
    await say('youtube.startstream', 'dQw4w9WgXcQ');
    await eventually(async () => expect(await looks()).toEqual([lookAtMine]));
    await eventually(() => expect(asked.length).toBeGreaterThan(0));
    await Promise.all(listeners.map((listener) => listener.stop()));
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(asked.flat().length).toBeLessThanOrEqual(150);
  });
});

it('what is for members only is marked in the table, so that a look that judged before loses, and none erases it', async () => {
  await listen();
  await addBroadcast('dQw4w9WgXcQ');
  await addBroadcast('bbbbbbbbbbb');
  await say('youtube.startstream', 'dQw4w9WgXcQ:1');
  await say('youtube.startstream', 'dQw4w9WgXcQ:1');
  await say('youtube.startstream', 'bbbbbbbbbbb:0');
  await say('youtube.memberonly', 'bbbbbbbbbbb');
  await eventually(async () =>
    expect(await context.database.broadcast.findMany({ orderBy: { broadcastId: 'asc' } })).toMatchObject([
      { broadcastId: 'bbbbbbbbbbb', details: { membersOnly: true }, version: 4 },
      { broadcastId: 'dQw4w9WgXcQ', details: { url: 'u', membersOnly: true }, version: 4 },
    ]),
  );
});

it('a channel whose subscription is lost is subscribed again, if it is tracked, and not looked at', async () => {
  await listen();
  const later = new Date(Date.now() + 86_400_000);
  const row = { platform: 'youtube', topic: 'feed', state: 'active', nextTryAt: later };
  await context.database.stream.create({ data: { platform: 'youtube', identifier: OTHERS } });
  for (const identifier of [MINE.identifier, OTHERS]) {
    await context.database.pushSubscription.create({ data: { ...row, identifier } });
  }
  await say('youtube.pubsub.NeedRegister', OTHERS);
  await say('youtube.pubsub.NeedRegister', MINE.identifier);
  const states = () =>
    context.database.pushSubscription.findMany({ select: { identifier: true, state: true, nextTryAt: true } });
  await eventually(async () =>
    expect((await states()).find(({ identifier }) => identifier === MINE.identifier)?.state).toBe('wanted'),
  );
  const [mine, others] = [MINE.identifier, OTHERS].map(async (id) =>
    (await states()).find((one) => one.identifier === id),
  );
  expect((await mine)?.nextTryAt.getTime()).toBeLessThanOrEqual(Date.now());
  expect(await others).toMatchObject({ state: 'active', nextTryAt: later });
  expect(await looks()).toEqual([]);
});

it('what nobody can use is refused and kept once, without secrets, and its neighbours are taken', async () => {
  await listen(3);
  await say('youtube.startstream', '[[[');
  await say('twitcasting.pubsub.startlive', '{"signature":"s3cret","broadcaster":null}');
  await say('twitch:channel_update', '['.repeat(100_000));
  await say('youtube.addstream', 'x'.repeat(1_000_000));
  await say('twitch:stream_offline', { BroadcasterUserId: TWITCH.identifier });
  await eventually(async () => expect(await looks()).toHaveLength(1));
  await eventually(async () => expect(await createRejectStore(context.database).list(10)).toHaveLength(4));
  const kept = await createRejectStore(context.database).list(10);
  expect(kept.map(({ channel }) => channel).sort()).toEqual([
    'twitcasting.pubsub.startlive',
    'twitch:channel_update',
    'youtube.addstream',
    'youtube.startstream',
  ]);
  expect(JSON.stringify(kept.map(({ payload, reason }) => [payload, reason]))).not.toContain('s3cret');
});

describe('a listener whose servers are away', () => {
  function holding(take: TakeWords['take']) {
    const parts = { ...context, rejects: createRejectStore(context.database) };
    const listener = createHintListener({ ...parts, words: { take, end: async () => undefined } });
    listeners.push(listener);
    return listener;
  }

  it('holds what it heard and tries again', async () => {
    const taken: NeighbourWord[] = [];
    let failures = 3;
    const listener = holding(async (words) => {
      if (failures-- > 0) throw new Error('connection refused');
      taken.push(...words);
    });
    await listener.start();
    await eventually(() => expect(listener.isListening()).toBe(true));
    await say('twitch:stream_offline', { BroadcasterUserId: '1' });
    await eventually(() => expect(taken).toMatchObject([{ channel: { identifier: '1' } }]));
  });

  it('hears again by itself after Redis was killed', async () => {
    const [listener] = await listen();
    await context.server.kill();
    await eventually(() => expect(listener?.isListening()).toBe(false));
    await context.server.restart();
    await eventually(() => expect(listener?.isListening()).toBe(true));
  });
});
