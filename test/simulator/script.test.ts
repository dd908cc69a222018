import { expect, test } from 'vitest';
import { paceFrom, settingsFor } from '../../simulator/pace.ts';
import { createRandom } from '../../simulator/random.ts';
import { type Step, scriptFor } from '../../simulator/script.ts';
import { createWorld, type World } from '../../simulator/world.ts';
import { durationMs } from '../../src/shared/config/fields.ts';
import { PLATFORMS, type Platform } from '../../src/shared/domain/platform.ts';
import { manualClock } from './opened.ts';

function pace(text: string) {
  const found = paceFrom(text);
  if (!found) throw new Error(`no pace ${text}`);
  return found;
}

function steps(platform: Platform, seed: string, count = 400): Step[] {
  const script = scriptFor({ platform, random: createRandom(seed), pace: pace('demo') });
  return Array.from({ length: count }, () => script.next().value);
}

function play(world: World, platform: Platform, identifier: string, step: Step, now: Date): void {
  if (step.do === 'upload') world.upload(identifier, step);
  else if (step.do === 'go-live') world.goLive(platform, identifier, step);
  else if (step.do === 'schedule') world.schedule(platform, identifier, { ...step, at: now });
  else if (step.do === 'reschedule') world.reschedule(platform, step.id, now);
  else world[step.do](platform, step.id);
}

test.each(PLATFORMS)('on %s the same seed tells the same story, another seed another', (platform) => {
  expect(steps(platform, 'a')).toEqual(steps(platform, 'a'));
  expect(steps(platform, 'a')).not.toEqual(steps(platform, 'b'));
});

test.each(PLATFORMS)('every step of a script on %s can be taken', (platform) => {
  const clock = manualClock();
  const world = createWorld({ clock, random: createRandom('x'), historyLimit: 1_000 });
  const { identifier } = world.addStreamer({ platform });
  for (const step of steps(platform, 'story')) {
    clock.advance(step.afterMs);
    expect(() => play(world, platform, identifier, step, clock.now()), JSON.stringify(step)).not.toThrow();
  }
});

test('flaps happen on Twitch and TwitCasting, announcements on YouTube and X', () => {
  const deeds = (platform: Platform): Set<string> => new Set(steps(platform, 'kinds').map((step) => step.do));
  const announced = ['schedule', 'reschedule', 'cancel', 'start', 'go-live', 'end'];
  const flapping = ['go-live', 'pause', 'resume', 'end'];
  expect(deeds('youtube')).toEqual(new Set(['upload', ...announced]));
  expect(deeds('twitter')).toEqual(new Set(announced));
  expect(deeds('twitch')).toEqual(new Set(flapping));
  expect(deeds('twitcasting')).toEqual(new Set(flapping));
  expect(steps('twitch', 'kinds').some((step) => step.do === 'go-live' && step.continues !== undefined)).toBe(true);
});

test('a pace is named, or an acceleration of the real one', () => {
  expect(pace('60x').leastLiveMs).toBe(pace('real').leastLiveMs / 60);
  expect(pace('60x').flapRate).toBe(pace('real').flapRate);
  expect(paceFrom('0x')).toBeUndefined();
  expect(paceFrom('quick')).toBeUndefined();
});

test.each(['demo', 'real', '60x'])(
  'with the settings for the pace %s a flap is silence and the next broadcast is not',
  (text) => {
    const { flapGapMs, leastOfflineMs } = pace(text);
    const settings = settingsFor(pace(text));
    const graceMs = durationMs(settings.OFFLINE_GRACE_TWITCH ?? '') ?? 0;
    const pollMs = durationMs(settings.POLL_INTERVAL_TWITCH ?? '') ?? 0;
    expect(graceMs).toBeGreaterThan(flapGapMs + 2 * pollMs);
    expect(leastOfflineMs).toBeGreaterThan(graceMs + 2 * pollMs);
  },
);
