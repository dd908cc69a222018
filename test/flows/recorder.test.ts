import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { HINT_CHANNELS } from '../../src/shared/contracts/hint-messages.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { type Overheard, overhear } from '../support/overhear.ts';

const PRESENCE = ['youtube.record', 'twitch.record', 'twitcasting.record', 'youtube.test'];

let cluster: Cluster;
const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function begin(): Promise<void> {
  cluster = await startCluster();
  undo.push(() => cluster.stop());
}

function connect(): Redis {
  const redis = new Redis(cluster.redis.url);
  redis.on('error', () => undefined);
  undo.push(() => redis.disconnect());
  return redis;
}

/** The recorder as it is: it hears plain strings, and says what it does. */
async function startRecorder() {
  const [ears, mouth] = [connect(), connect()];
  const heard: string[] = [];
  ears.on('message', (channel, payload) => heard.push(`${channel} ${payload}`));
  await ears.subscribe('youtube.record', 'twitch.record', 'twitcasting.record');
  return {
    heard,
    say: (channel: string, payload: string) => mouth.publish(channel, payload),
    end: () => ears.disconnect(),
  };
}

interface Listed {
  readonly marked: readonly { readonly identifier: string }[];
  readonly requests: readonly {
    broadcastId: string;
    state: string;
    sentAt: string | null;
    receivers: number;
    tries: number;
    said: string | null;
  }[];
}
const listed = async (): Promise<Listed> => JSON.parse(await cluster.tell(['record', 'list', '--json']));

function streamer(platform: 'youtube' | 'twitch' | 'twitcasting'): StreamKey & { login: string } {
  const { identifier, login } = cluster.sim.world.addStreamer({ platform });
  return { platform, identifier, login };
}

/** The listener's subscriptions are there: what is said now is heard. */
async function hearsHints(): Promise<void> {
  const redis = connect();
  await eventually(async () => {
    expect(await redis.call('PUBSUB', 'NUMSUB', 'youtube.startstream')).toEqual(['youtube.startstream', 1]);
  });
}

describe('the recorder', () => {
  it('is asked a minute before the start, says what it does, and everybody hears that it is for members', async () => {
    await begin();
    const recorder = await startRecorder();
    const key = streamer('youtube');
    // Polls come too seldom for this test: after the mark it is hints that make looks.
    await cluster.run('all', { POLL_INTERVAL_YOUTUBE: '24h' });
    await hearsHints();
    const start = new Date(Date.now() + 90_000);
    const { id } = cluster.sim.world.schedule('youtube', key.identifier, { at: start });
    expect(await cluster.tell(['record', 'on', `youtube/${key.identifier}`])).toContain('is marked');
    await eventually(() => expect(recorder.heard).toEqual([`youtube.record ${id}`]));
    // It is written down a moment after the recorder heard it.
    await eventually(async () => {
      const sentAt = new Date((await listed()).requests[0]?.sentAt ?? '').getTime();
      expect(sentAt).toBeGreaterThanOrEqual(Math.floor(start.getTime() / 1_000) * 1_000 - 60_000);
    });

    cluster.sim.world.start('youtube', id);
    await recorder.say('youtube.startstream', `${id}:1`);
    await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`]));
    cluster.sim.world.end('youtube', id);
    for (let file = 0; file < 3; file++) await recorder.say('youtube.endstream', id);
    await recorder.say('youtube.memberonly', id);
    await eventually(() => expect(cluster.heardOf(key)).toEqual([`online ${id}`, `offline ${id}`]));

    const streams = cluster.heard.flatMap(({ event }) => event.Streams);
    expect(streams.map((stream) => stream.MembersOnly)).toEqual([true, true]);
    const request = { broadcastId: id, state: 'heard', receivers: 1, said: 'memberonly' };
    await eventually(async () => expect((await listed()).requests[0]).toMatchObject(request));
    expect(recorder.heard).toEqual([`youtube.record ${id}`]);

    // A broadcast that only the recorder knows: whose it is, is found out, and its first event says the same.
    const found = cluster.sim.world.goLive('youtube', key.identifier).id;
    await recorder.say('youtube.startstream', `${found}:1`);
    await eventually(() => expect(cluster.heardOf(key)).toContain(`online ${found}`));
    const told = cluster.heard.find((one) => one.id === found)?.event.Streams.find(({ VideoId }) => VideoId === found);
    expect(told?.MembersOnly).toBe(true);
  });

  it('that comes late gets what was not heard, once, though role sync is killed and Redis emptied', async () => {
    await begin();
    const [cast, twitch] = [streamer('twitcasting'), streamer('twitch')];
    const quiet = streamer('twitch');
    await Promise.all([cluster.run('poll'), cluster.run('flush')]);
    let sync = await cluster.run('sync');
    for (const key of [cast, twitch]) await cluster.tell(['record', 'on', `${key.platform}/${key.identifier}`]);
    const id = cluster.sim.world.goLive('twitcasting', cast.identifier).id;
    cluster.sim.world.goLive('twitch', twitch.identifier);
    cluster.sim.world.goLive('twitch', quiet.identifier);
    await eventually(async () =>
      expect((await listed()).requests.map(({ state }) => state)).toEqual(['unheard', 'unheard']),
    );
    expect(await cluster.tell(['status'])).toContain('1 not recorded, no recorder listens');
    await sync.waitFor(/nobody listens, so nothing is recorded/);

    await sync.end('SIGKILL');
    await connect().flushall();
    const recorder = await startRecorder();
    const expected = [`twitcasting.record ${cast.identifier}`, `twitch.record ${twitch.login}`].toSorted();
    sync = await cluster.run('sync');
    await eventually(() => expect(recorder.heard.toSorted()).toEqual(expected));
    await sync.end('SIGKILL');
    await Promise.all([cluster.run('sync'), cluster.run('sync')]);

    // Another broadcast of the same channel is another request; its arrival shows that the first ones had their chance.
    cluster.sim.world.end('twitcasting', id);
    await eventually(() => expect(cluster.heardOf(cast)).toContain(`offline ${id}`));
    cluster.sim.world.goLive('twitcasting', cast.identifier);
    await eventually(() => expect(recorder.heard).toHaveLength(3));
    expect(recorder.heard.toSorted()).toEqual(
      [...expected, expected.find((one) => one.startsWith('twitcasting'))].toSorted(),
    );
  });
});

it('nothing of ours ever subscribes to a channel whose listeners are counted, while every role does all it does', async () => {
  await begin();
  const subscribed: Overheard[] = [];
  undo.push(
    await overhear(cluster.redis.url, (overheard) => {
      if (/^[ps]?subscribe$/.test(overheard.command)) subscribed.push(overheard);
    }),
  );
  await cluster.run('all');
  const key = streamer('twitcasting');
  await cluster.tell(['record', 'on', `twitcasting/${key.identifier}`]);
  const { id } = cluster.sim.world.goLive('twitcasting', key.identifier);
  await eventually(async () =>
    expect((await listed()).requests).toMatchObject([{ broadcastId: id, state: 'unheard' }]),
  );
  await cluster.redis.kill();
  await cluster.redis.restart(); // everybody subscribes again
  const admin = connect();
  await eventually(async () => expect(await admin.call('CLIENT', 'LIST')).toMatch(/cmd=monitor/));
  await cluster.run('all');
  cluster.sim.world.end('twitcasting', id);
  await eventually(() => expect(cluster.heardOf(key)).toContain(`offline ${id}`));

  // It was looked at: what we do subscribe to was seen, from two processes and more.
  const names = subscribed.flatMap(({ given }) => given);
  expect(names.filter((name) => name === 'stream.follow').length).toBeGreaterThanOrEqual(2);
  expect(names).toEqual(expect.arrayContaining([...HINT_CHANNELS]));
  const patterns = subscribed.filter(({ command }) => command === 'psubscribe').flatMap(({ given }) => given);
  expect(patterns).toEqual([]);
  expect(names.filter((name) => PRESENCE.includes(name))).toEqual([]);
  const counts = (await connect().call('PUBSUB', 'NUMSUB', ...PRESENCE)) as (string | number)[];
  expect(counts.filter((_each, at) => at % 2 === 1)).toEqual([0, 0, 0, 0]);
  expect(await connect().call('PUBSUB', 'NUMPAT')).toBe(0);
});
