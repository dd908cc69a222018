import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Streamer } from '../../simulator/broadcast.ts';
import { createRandom } from '../../simulator/random.ts';
import { freePort } from '../embedded/free-port.ts';
import { type PerPlatform, perPlatform } from '../shared/domain/platform.ts';
import { createLogger } from '../shared/runtime/logger.ts';
import { startCluster } from './cluster.ts';
import { castOf, makeGuilds } from './guilds.ts';
import { gather, type PerformanceParts, perform, unreadable, watchWorld } from './perform.ts';
import { type DemoServers, openServers } from './servers.ts';
import { demoEnvironment, demoTimes, MOST_TWITCASTING, withoutSettings, YOUTUBE_UNITS } from './settings.ts';
import { openShard, type Shard } from './shard.ts';
import { type Simulation, startSimulation } from './simulated-platforms.ts';
import { createSimulatorControl } from './simulator-control.ts';
import { createStory, type Story } from './story.ts';
import { type DemoSummary, summaryOf } from './summary.ts';
import { timelineOf } from './timeline.ts';
import { toleranceOf } from './tolerance.ts';
import { createUndo, type Undo } from './undo.ts';
import type { View } from './view.ts';
import { type Colors, createWords, type Words } from './words.ts';

export interface DemoOptions {
  /** How long it lasts; null: until the signal. */
  readonly forMs: number | null;
  readonly seed: string;
  /** On each platform. */
  readonly streamers: number;
  /** The platforms push, and are polled every five minutes only. */
  readonly push: boolean;
  /** Where its servers keep their data, and its processes their logs. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Servers to use instead of its own; they have to be empty. */
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  /** Ends the demo early. */
  readonly signal: AbortSignal;
  readonly calledAt: Date;
  readonly colors: Colors;
  readonly onProgress: (line: string) => void;
  readonly openView: (words: Words) => View;
}

const SHARDS = 3;
const GUILDS_PER_SHARD = 3;

/**
 * Runs the whole of Tallylight on made-up platforms, and compares what was announced with what happened there.
 * Ends everything it started, whatever comes of it.
 * @returns null when it was ended before everything ran
 * @throws a sentence when a part cannot be started, or ends by itself
 */
export async function runDemo(options: DemoOptions): Promise<DemoSummary | null> {
  const undo = createUndo();
  try {
    return await stageDemo(options, undo);
  } catch (error) {
    if (options.signal.aborted && error === options.signal.reason) return null;
    throw error;
  } finally {
    options.onProgress('ending everything that was started');
    await undo.run();
  }
}

async function stageDemo(options: DemoOptions, undo: Undo): Promise<DemoSummary> {
  const { signal, dir, seed, streamers, onProgress } = options;
  const logs = path.join(dir, 'logs');
  await mkdir(logs, { recursive: true });
  const story = createStory();
  const bare = withoutSettings(options.env);
  const [servers, simulation] = await bothOf(
    openServers({ ...options, undo }),
    startSimulation({ seed, streamers, env: bare, logs, undo, onTruth: story.learn }),
  );
  signal.throwIfAborted();
  const followed = chosen(simulation.streamers);
  const times = demoTimes(countsOf(followed), options.push);
  const control = createSimulatorControl(simulation.url);
  await control.allowYoutube(YOUTUBE_UNITS);
  const webPort = options.push ? await freePort() : 0;
  const publicUrl = options.push ? `http://127.0.0.1:${webPort}` : null;
  if (publicUrl !== null) await control.callTwitcasting(`${publicUrl}/webhooks/twitcasting`);
  onProgress('starting listen, flush, sync, web and two times poll, each a process of its own');
  const env = demoEnvironment({ ...servers, inherited: options.env, simulator: simulation.env, times, publicUrl });
  const cluster = await orAborted(startCluster({ env, webPort, logs, undo }), signal);
  const lost = Promise.race([cluster.lost, simulation.lost]);
  const tolerance = toleranceOf(times);
  const places = { web: cluster.addresses.web ?? '', simulator: simulation.url, logs: path.relative('', logs) };
  const words = createWords({ ...{ story, places, shards: SHARDS, now: () => new Date() }, ...options });
  const view = options.openView(words);
  const timeline = timelineOf(options.forMs, tolerance);
  const shards = await openShards({ servers, story, view, words, undo });
  const plot = plotOf(followed, seed);
  return play({ ...plot, shards, control, story, view, words, timeline, tolerance, signal }, options, lost);
}

async function play(parts: PerformanceParts, options: DemoOptions, lost: Promise<string>): Promise<DemoSummary> {
  const { story, view, shards, signal, control } = parts;
  const over = new AbortController();
  const watching = watchWorld({ ...parts, signal: AbortSignal.any([signal, over.signal]) });
  const failed = Promise.race([lost.then((how) => Promise.reject(new Error(how))), never(watching)]);
  try {
    const checked = await Promise.race([perform(parts), failed]);
    const evidence = await gather(parts);
    story.count(await control.requestCounts(), 0);
    const { seed, calledAt } = options;
    return summaryOf({ story, evidence, checked, seed, calledAt, further: unreadable(shards) });
  } finally {
    over.abort();
    view.close();
  }
}

interface ShardsParts {
  readonly servers: DemoServers;
  readonly story: Story;
  readonly view: View;
  readonly words: Words;
  readonly undo: Undo;
}

/** The first shard's ears are the ones that the story is told by; the others are compared with it. */
async function openShards({ servers, story, view, words, undo }: ShardsParts): Promise<Shard[]> {
  const logger = createLogger({ level: 'silent', secrets: [], destination: { write: () => undefined } });
  const shards: Shard[] = [];
  for (let index = 0; index < SHARDS; index += 1) {
    const onHeard: Parameters<typeof openShard>[0]['onHeard'] =
      index > 0
        ? () => undefined
        : (announcements) => {
            for (const told of story.hear(announcements)) view.say(words.event(told));
          };
    const shard = await openShard({ redisUrl: servers.redisUrl, index, logger, onHeard });
    undo.add(async () => shard.close());
    shards.push(shard);
  }
  return shards;
}

function plotOf(followed: readonly Streamer[], seed: string): Pick<PerformanceParts, 'cast' | 'leaving'> {
  const leaving = followed.findLast(({ platform }) => platform === 'twitch') ?? followed[0];
  if (!leaving) throw new Error('the simulator has no streamers');
  const guilds = makeGuilds(createRandom(`${seed}/guilds`), SHARDS, GUILDS_PER_SHARD);
  return { leaving, cast: castOf(followed, guilds, leaving) };
}

/** All of them, except where the platform's limit allows only a few. */
function chosen(streamers: Simulation['streamers']): Streamer[] {
  const twitcasting = streamers.filter(({ platform }) => platform === 'twitcasting').slice(0, MOST_TWITCASTING);
  return streamers.filter((one) => one.platform !== 'twitcasting' || twitcasting.includes(one));
}

function countsOf(streamers: readonly Streamer[]): PerPlatform<number> {
  return perPlatform((platform) => streamers.filter((one) => one.platform === platform).length);
}

/** Waits for both even when one fails: what is still under way could not be undone. */
async function bothOf<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

/** @throws the signal's reason when it is aborted first */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}

/** Only the failure of something that otherwise never decides anything. */
function never(work: Promise<void>): Promise<never> {
  return work.then(() => new Promise<never>(() => undefined));
}
