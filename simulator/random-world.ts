import { PLATFORMS, type PerPlatform, type Platform } from '../src/shared/domain/platform.ts';
import type { Streamer } from './broadcast.ts';
import type { Pace } from './pace.ts';
import { createRandom } from './random.ts';
import { type Deed, type Step, scriptFor } from './script.ts';
import { WorldError } from './transitions.ts';
import { freeIdentity, type World } from './world.ts';

export interface RandomWorldParts {
  readonly world: World;
  readonly seed: string;
  readonly pace: Pace;
  /** How many of them on each platform. */
  readonly streamers: PerPlatform<number>;
}

/** Streamers who live by themselves, each by a script that follows from the seed. */
export interface RandomWorld {
  readonly streamers: readonly Streamer[];
  /** Nothing happens any more. A broken connection is mended first, so that the truth has no loose ends. */
  stop(): void;
}

/** The longest that a timer of Node can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function startRandomWorld({ world, seed, pace, streamers }: RandomWorldParts): RandomWorld {
  const names = PLATFORMS.flatMap((platform) =>
    Array.from({ length: streamers[platform] }, (_, index) => ({ platform, seed: `${seed}/${platform}/${index}` })),
  );
  const lives = names.map(({ platform, seed: own }) => {
    const random = createRandom(own);
    const streamer = world.addStreamer({ platform, ...freeIdentity(world, platform, random) });
    return { streamer, life: live(world, streamer, scriptFor({ platform, random, pace })) };
  });
  return {
    streamers: lives.map(({ streamer }) => streamer),
    stop() {
      for (const { life } of lives) life.stop();
    },
  };
}

/** Follows one script in real time, until it is stopped. */
function live(world: World, streamer: Streamer, script: Iterator<Step, never>): { stop(): void } {
  let pending = script.next().value;
  let timer: NodeJS.Timeout;
  function wait(): void {
    timer = setTimeout(
      () => {
        perform(world, streamer, pending);
        pending = script.next().value;
        wait();
      },
      Math.min(pending.afterMs, LONGEST_TIMER_MS),
    );
  }
  wait();
  return {
    stop() {
      clearTimeout(timer);
      const mends = pending.do === 'resume' || (pending.do === 'go-live' && pending.continues !== undefined);
      if (mends) perform(world, streamer, pending);
    },
  };
}

/** A deed that no longer fits, because somebody has steered this streamer by hand, is left out. */
function perform(world: World, streamer: Streamer, deed: Deed): void {
  try {
    doIt(world, streamer, deed);
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
  }
}

function doIt(world: World, { platform, identifier }: Streamer, deed: Deed): void {
  if (deed.do === 'upload') world.upload(identifier, { id: deed.id, title: deed.title });
  else if (deed.do === 'go-live') world.goLive(platform, identifier, deed);
  else if (deed.do === 'schedule') world.schedule(platform, identifier, { ...deed, at: inMs(deed.startsInMs) });
  else if (deed.do === 'reschedule') world.reschedule(platform, deed.id, inMs(deed.startsInMs));
  else simple(world, platform, deed);
}

function simple(world: World, platform: Platform, deed: Deed): void {
  if (deed.do === 'cancel') world.cancel(platform, deed.id);
  if (deed.do === 'start') world.start(platform, deed.id);
  if (deed.do === 'end') world.end(platform, deed.id);
  if (deed.do === 'pause') world.pause(platform, deed.id);
  if (deed.do === 'resume') world.resume(platform, deed.id);
}

function inMs(ms: number): Date {
  return new Date(Date.now() + ms);
}
