import type { Streamer } from '../../simulator/broadcast.ts';
import { sleep } from '../shared/runtime/clock.ts';
import { check, type Evidence } from './check.ts';
import { requestsSince } from './check-requests.ts';
import type { Difference } from './difference.ts';
import type { Tolerance } from './expectation.ts';
import { type Followed, type Guild, shardOf } from './guilds.ts';
import type { Shard } from './shard.ts';
import type { SimulatorControl } from './simulator-control.ts';
import type { Story } from './story.ts';
import type { Timeline } from './timeline.ts';
import type { View } from './view.ts';
import type { Words } from './words.ts';

export interface PerformanceParts {
  readonly cast: readonly Followed[];
  /** Whom everybody leaves. */
  readonly leaving: Streamer;
  readonly shards: readonly Shard[];
  readonly control: SimulatorControl;
  readonly story: Story;
  readonly view: View;
  readonly words: Words;
  readonly timeline: Timeline;
  readonly tolerance: Tolerance;
  readonly signal: AbortSignal;
}

/** Between two follows, so that one can watch them, in ms. */
const FOLLOW_GAP_MS = 40;
const GLANCE_MS = 1_000;
/** The list of single requests is long. */
const REQUESTS_EVERY = 5;

/** Lets the shards follow and unfollow, and the world stand still at last. @returns whether it came to its end */
export async function perform(parts: PerformanceParts): Promise<boolean> {
  const { timeline, signal, control, view, words, cast } = parts;
  await followAll(parts);
  const startedAt = Date.now();
  const until = (at: number): Promise<void> => wait(at - (Date.now() - startedAt), signal);
  const guilds = cast.find(({ streamer }) => streamer === parts.leaving)?.guilds ?? [];
  const [first, last] = guilds;
  await until(timeline.firstLeaves);
  if (first && !signal.aborted) await leave(parts, first);
  await until(timeline.lastLeaves);
  if (last && !signal.aborted) await leave(parts, last);
  await until(timeline.freeze);
  if (signal.aborted) return false;
  await control.freeze();
  view.say(words.note('the simulated streamers stand still now; whatever is not told yet has to be told'));
  await until(timeline.end);
  while (!signal.aborted && Date.now() - startedAt < timeline.deadline) {
    if (!(await isSomethingMissing(parts))) return true;
    await wait(GLANCE_MS, signal);
  }
  return !signal.aborted;
}

/** Keeps what is shown up to date until the signal is aborted. */
export async function watchWorld(parts: PerformanceParts): Promise<void> {
  const { control, story, view, signal, tolerance } = parts;
  let sinceLeft = 0;
  for (let round = 0; !signal.aborted; round += 1) {
    const left = story.follows().find((follow) => follow.unfollowedAt !== null);
    if (left && round % REQUESTS_EVERY === 0) {
      const requests = await control.requests(left.platform);
      sinceLeft = requestsSince(left, { history: [], requests, tolerance }).length;
    }
    story.count(await control.requestCounts(), sinceLeft);
    if (!signal.aborted) view.tick();
    await sleep(GLANCE_MS, signal);
  }
}

/** Everything that a check needs, as of now. */
export async function gather({ control, story, shards, tolerance }: PerformanceParts): Promise<Evidence> {
  const [{ broadcasts }, requests] = await Promise.all([control.history(), control.requests()]);
  return {
    follows: story.follows(),
    history: broadcasts,
    shards: shards.map(({ heard }) => heard),
    requests,
    checkedAt: new Date(),
    tolerance,
  };
}

/** Messages that no shard could read. */
export function unreadable(shards: readonly Shard[]): Difference[] {
  return shards.flatMap(({ index, unreadable: messages }) =>
    messages.map((message) => ({
      kind: 'shards' as const,
      about: `shard ${index}`,
      text: `it could not read ${JSON.stringify(message.slice(0, 200))}`,
    })),
  );
}

async function followAll(parts: PerformanceParts): Promise<void> {
  const { cast, shards, story, view, words, signal } = parts;
  const wishes = cast.flatMap(({ streamer, guilds }) => guilds.map((guild) => ({ streamer, guild })));
  view.say(
    words.note(`${shards.length} shards follow ${cast.length} streamers for ${wishes.length} channels of guilds`),
  );
  for (const { streamer, guild } of wishes) {
    if (signal.aborted) return;
    const at = new Date();
    story.follow(streamer, guild, at);
    await shardFor(parts, guild)?.follow({ streamer, guild, at });
    await sleep(FOLLOW_GAP_MS, signal);
  }
}

async function leave(parts: PerformanceParts, guild: Guild): Promise<void> {
  const { leaving: streamer, story, view, words } = parts;
  const at = new Date();
  await shardFor(parts, guild)?.unfollow({ streamer, guild, at });
  story.unfollow(streamer, guild, at);
  const left = story.left() ? 'the last one: nobody asks for it any more' : 'another one still follows';
  view.say(words.note(`guild ${guild.id} unfollows ${streamer.platform} ${streamer.name}, ${left}`));
}

function shardFor({ shards }: PerformanceParts, guild: Guild): Shard | undefined {
  return shards[shardOf(guild.id, shards.length)];
}

async function isSomethingMissing(parts: PerformanceParts): Promise<boolean> {
  const differences = check(await gather(parts));
  return differences.some(({ kind }) => kind === 'missing');
}

/** Longer than a timer of Node can wait, if need be. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms < 2 ** 31) return sleep(Math.max(0, ms), signal);
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
