import { beforeEach, expect, test } from 'vitest';
import { createRandom } from '../../simulator/random.ts';
import { sessionsOf } from '../../simulator/sessions.ts';
import { WorldError } from '../../simulator/transitions.ts';
import { createWorld, type World, type WorldEvent } from '../../simulator/world.ts';
import { manualClock } from './opened.ts';

let clock: ReturnType<typeof manualClock>;
let world: World;
let events: WorldEvent[];

beforeEach(() => {
  clock = manualClock();
  world = createWorld({ clock, random: createRandom('world'), historyLimit: 10 });
  events = [];
  world.subscribe((event) => events.push(event));
});

const at = (seconds: number): Date => new Date(Date.parse('2026-09-26T10:00:00Z') + seconds * 1_000);

test('a broadcast is announced, moved, begins and ends, and each step is told and timed', () => {
  const { identifier } = world.addStreamer({ platform: 'youtube' });
  const { id } = world.schedule('youtube', identifier, { at: at(60) });
  world.reschedule('youtube', id, at(90));
  clock.advance(95_000);
  world.start('youtube', id);
  clock.advance(10_000);
  world.end('youtube', id);
  expect(events.map((event) => event.kind)).toEqual(['scheduled', 'rescheduled', 'online', 'offline']);
  const [truth] = world.history();
  expect(truth).toMatchObject({ id, identifier, state: 'ended', cancelled: false, continues: null });
  expect(truth).toMatchObject({ scheduledStart: at(90), startedAt: at(95), endedAt: at(105) });
});

test('a broadcast that is called off never started and is remembered as cancelled', () => {
  const { identifier } = world.addStreamer({ platform: 'twitter' });
  const { id } = world.schedule('twitter', identifier, { at: at(60) });
  world.cancel('twitter', id);
  expect(world.history()).toMatchObject([{ id, cancelled: true, startedAt: null }]);
  expect(sessionsOf(world.history())).toEqual([]);
  expect(() => world.start('twitter', id)).toThrow(`twitter broadcast ${id} is cancelled, expected scheduled`);
});

test('a pause keeps the broadcast and is kept in its history; an end closes an open one', () => {
  const { identifier } = world.addStreamer({ platform: 'twitch' });
  const { id } = world.goLive('twitch', identifier);
  world.pause('twitch', id);
  expect(() => world.pause('twitch', id)).toThrow('already paused');
  clock.advance(2_000);
  world.resume('twitch', id);
  expect(() => world.resume('twitch', id)).toThrow('not paused');
  clock.advance(1_000);
  world.pause('twitch', id);
  clock.advance(3_000);
  world.end('twitch', id);
  const pauses = [
    { from: at(0), to: at(2) },
    { from: at(3), to: at(6) },
  ];
  expect(world.broadcast('twitch', id)).toMatchObject({ state: 'ended', pauses, offAirSince: at(3), endedAt: at(6) });
});

test('what goes on under a new id is one session, announced under its first id', () => {
  const { identifier } = world.addStreamer({ platform: 'twitch' });
  const first = world.goLive('twitch', identifier);
  clock.advance(10_000);
  world.end('twitch', first.id);
  clock.advance(2_000);
  const second = world.goLive('twitch', identifier, { continues: first.id });
  const session = { platform: 'twitch', identifier, id: first.id, ids: [first.id, second.id], startedAt: at(0) };
  expect(sessionsOf(world.history())).toEqual([{ ...session, endedAt: null }]);
  clock.advance(5_000);
  world.end('twitch', second.id);
  expect(sessionsOf(world.history())).toEqual([{ ...session, endedAt: at(17) }]);
});

test('a live broadcast that is deleted has ended, one to come is cancelled, and both are unknown to the platform', () => {
  const { identifier } = world.addStreamer({ platform: 'youtube' });
  const live = world.goLive('youtube', identifier);
  const planned = world.schedule('youtube', identifier, { at: at(60) });
  clock.advance(1_000);
  expect(world.remove('youtube', live.id)).toMatchObject({ state: 'ended', endedAt: at(1), removed: true });
  expect(world.remove('youtube', planned.id)).toMatchObject({ state: 'cancelled', cancelled: true, removed: true });
});

test('a channel can have several live videos on YouTube only', () => {
  for (const platform of ['youtube', 'twitch', 'twitter', 'twitcasting'] as const) {
    const { identifier } = world.addStreamer({ platform });
    world.goLive(platform, identifier);
    const second = (): unknown => world.goLive(platform, identifier);
    if (platform === 'youtube') expect(second).not.toThrow();
    else expect(second).toThrow('already live');
  }
});

test('what cannot be done is refused with a sentence and changes nothing', () => {
  const { identifier } = world.addStreamer({ platform: 'twitch', identifier: '42' });
  expect(() => world.addStreamer({ platform: 'twitch', identifier: '42' })).toThrow('twitch/42 exists already');
  expect(() => world.goLive('twitch', '43')).toThrow('twitch has no streamer 43');
  expect(() => world.end('twitch', '1')).toThrow('twitch has no broadcast 1');
  expect(() => world.schedule('twitch', identifier, { at: at(1) })).toThrow(WorldError);
  const { id } = world.goLive('twitch', identifier);
  world.end('twitch', id);
  expect(() => world.end('twitch', id)).toThrow('is ended, expected live');
  expect(() => world.goLive('twitch', identifier, { id })).toThrow(`already has a broadcast ${id}`);
  expect(events.map((event) => event.kind)).toEqual(['online', 'offline']);
});

test('the history is bounded: the oldest that is over goes first, a running one never', () => {
  const { identifier } = world.addStreamer({ platform: 'youtube' });
  const running = world.goLive('youtube', identifier);
  for (let n = 0; n < 25; n += 1) world.end('youtube', world.goLive('youtube', identifier, { title: `${n}` }).id);
  const titles = world.history().map((broadcast) => broadcast.title);
  expect(titles).toEqual([running.title, ...Array.from({ length: 10 }, (_, n) => `${n + 15}`)]);
  expect(world.forgotten()).toBe(15);
});

test('a streamer is found by identifier, by the platform’s own id, and by login in whatever case, also after a rename', () => {
  world.addStreamer({ platform: 'twitcasting', identifier: 'c:Neko', userId: '2244994945' });
  expect(world.byUserId('twitcasting', '2244994945')?.identifier).toBe('c:Neko');
  expect(world.byLogin('twitcasting', 'C:NEKO')?.identifier).toBe('c:Neko');
  world.addStreamer({ platform: 'twitch', identifier: '7', login: 'before' });
  world.rename('twitch', '7', { login: 'After' });
  expect(world.byLogin('twitch', 'before')).toBeUndefined();
  expect(world.byLogin('twitch', 'after')?.identifier).toBe('7');
});

test('among thousands of made-up streamers no two are the same', () => {
  const made = Array.from({ length: 30_000 }, () => world.addStreamer({ platform: 'twitch' }));
  expect(new Set(made.map((one) => one.login)).size).toBe(30_000);
  expect(world.streamers('twitch')).toHaveLength(30_000);
});
