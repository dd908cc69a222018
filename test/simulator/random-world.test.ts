import { expect, test } from 'vitest';
import { type Pace, paceFrom } from '../../simulator/pace.ts';
import { sessionsOf } from '../../simulator/sessions.ts';
import { perPlatform } from '../../src/shared/domain/platform.ts';
import { eventually } from '../support/eventually.ts';
import { openSimulator, steer } from './opened.ts';

/** Some hundred times quicker than the demo: everything happens within a second. */
const QUICK: Pace = {
  leastLiveMs: 10,
  furtherLiveMs: 20,
  leastOfflineMs: 10,
  furtherOfflineMs: 20,
  flapRate: 0.5,
  flapGapMs: 5,
  newIdRate: 0.5,
  scheduleRate: 0.5,
  leadMs: 10,
  rescheduleRate: 0.3,
  cancelRate: 0.2,
  pollMs: 1_000,
};

test('everything that can happen happens by itself, on all platforms', async () => {
  const { world, random } = await openSimulator({ random: { streamers: perPlatform(() => 3), pace: QUICK } });
  const seen = new Set<string>();
  world.subscribe(({ kind, broadcast }) => seen.add(`${broadcast.platform} ${kind}`));
  expect(random?.streamers).toHaveLength(12);
  await eventually(() => {
    for (const platform of ['youtube', 'twitter']) {
      for (const kind of ['scheduled', 'rescheduled', 'cancelled', 'online', 'offline']) {
        expect(seen).toContain(`${platform} ${kind}`);
      }
    }
    for (const platform of ['twitch', 'twitcasting']) {
      for (const kind of ['online', 'offline', 'paused', 'resumed']) expect(seen).toContain(`${platform} ${kind}`);
      expect(sessionsOf(world.history()).some((one) => one.platform === platform && one.ids.length > 1)).toBe(true);
    }
  });
});

test('frozen, the world stands still and no connection stays broken', async () => {
  const simulator = await openSimulator({
    random: { streamers: perPlatform(() => 5), pace: { ...QUICK, flapRate: 1, flapGapMs: 500 } },
  });
  const { world } = simulator;
  await eventually(() => expect(world.history().some((one) => one.pauses.length > 0)).toBe(true));
  await steer(simulator, 'POST', '/freeze');
  const events: unknown[] = [];
  world.subscribe((event) => events.push(event));
  expect(world.history().filter((one) => one.pauses.some((pause) => pause.to === null))).toEqual([]);
  const other = await steer(simulator, 'GET', '/history');
  expect(other.status).toBe(200);
  expect(events).toEqual([]);
});

test('the same seed has the same streamers, another seed others', async () => {
  const pace = paceFrom('real');
  if (!pace) throw new Error('no pace');
  const random = { streamers: perPlatform(() => 4), pace };
  const identities = async (seed: string): Promise<string[]> => {
    const simulator = await openSimulator({ seed, random });
    return (simulator.random?.streamers ?? []).map((one) => `${one.platform}/${one.identifier} ${one.userId}`);
  };
  expect(await identities('one')).toEqual(await identities('one'));
  expect(await identities('one')).not.toEqual(await identities('two'));
});
