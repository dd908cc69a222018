import type { Platform } from '../src/shared/domain/platform.ts';
import { broadcastIdOn } from './ids.ts';
import type { Pace } from './pace.ts';
import type { Random } from './random.ts';

/** What a streamer does next. Ids and titles are in the script, so that a seed gives the same world each time. */
export type Deed =
  | { readonly do: 'upload' | 'go-live'; readonly id: string; readonly title: string; readonly continues?: string }
  | { readonly do: 'schedule'; readonly id: string; readonly title: string; readonly startsInMs: number }
  | { readonly do: 'reschedule'; readonly id: string; readonly startsInMs: number }
  | { readonly do: 'cancel' | 'start' | 'end' | 'pause' | 'resume'; readonly id: string };

export type Step = Deed & { readonly afterMs: number };

interface Part {
  readonly platform: Platform;
  readonly random: Random;
  readonly pace: Pace;
}

const TITLES = [
  'Just chatting',
  'Late-night coding',
  'Speedrun, any %',
  '歌枠 / karaoke',
  'Ranked until I lose',
  'Q & A <live>',
  'Drawing "requests"',
  'Morning coffee ☕',
] as const;

/** The life of one streamer, without end. The first deed comes within one usual time off air. */
export function* scriptFor(part: Part): Generator<Step, never> {
  const { random, pace, platform } = part;
  if (platform === 'youtube') yield* uploads(part);
  let wait = random.next() * (pace.leastOfflineMs + pace.furtherOfflineMs);
  while (true) {
    yield* session(part, wait);
    wait = pace.leastOfflineMs + random.wait(pace.furtherOfflineMs);
  }
}

function* uploads({ platform, random }: Part): Generator<Step> {
  for (let left = random.integer(2, 6); left > 0; left -= 1) {
    yield { do: 'upload', id: broadcastIdOn(platform, random), title: 'A plain video', afterMs: 0 };
  }
}

function* session(part: Part, afterMs: number): Generator<Step> {
  const { platform, random, pace } = part;
  const id = broadcastIdOn(platform, random);
  const title = random.pick(TITLES);
  const announces = platform === 'youtube' || platform === 'twitter';
  if (announces && random.chance(pace.scheduleRate)) {
    yield { do: 'schedule', id, title, startsInMs: pace.leadMs, afterMs };
    yield* announced(part, id);
  } else {
    yield { do: 'go-live', id, title, afterMs };
    yield* onAir(part, id, title);
  }
}

/** From the announcement on: it moves, or is called off, or takes place. */
function* announced(part: Part, id: string): Generator<Step> {
  const { random, pace } = part;
  const half = pace.leadMs / 2;
  if (random.chance(pace.rescheduleRate)) {
    yield { do: 'reschedule', id, startsInMs: pace.leadMs, afterMs: half };
  }
  if (random.chance(pace.cancelRate)) return yield { do: 'cancel', id, afterMs: half };
  yield { do: 'start', id, afterMs: pace.leadMs };
  yield* onAir(part, id, '');
}

function* onAir(part: Part, id: string, title: string): Generator<Step> {
  const { platform, random, pace } = part;
  const duration = (): number => pace.leastLiveMs + random.wait(pace.furtherLiveMs);
  const breaks = platform === 'twitch' || platform === 'twitcasting';
  if (!breaks || !random.chance(pace.flapRate)) return yield { do: 'end', id, afterMs: duration() };
  if (random.chance(pace.newIdRate)) {
    const next = broadcastIdOn(platform, random);
    yield { do: 'end', id, afterMs: duration() };
    yield { do: 'go-live', id: next, title, continues: id, afterMs: pace.flapGapMs };
    return yield { do: 'end', id: next, afterMs: duration() };
  }
  yield { do: 'pause', id, afterMs: duration() };
  yield { do: 'resume', id, afterMs: pace.flapGapMs };
  yield { do: 'end', id, afterMs: duration() };
}
