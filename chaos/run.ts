import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createRandom } from '../simulator/random.ts';
import { type Simulator, startSimulator } from '../simulator/simulator.ts';
import { sleep } from '../src/shared/runtime/clock.ts';
import { type CastParts, makeShardDirectories, startRoles, startShards } from './cast.ts';
import { check } from './checker/check.ts';
import type { Difference, DifferenceKind } from './checker/difference.ts';
import { type History, historyOf } from './checker/history.ts';
import type { Supervised } from './process.ts';
import { createRecorder, listenPlainly, type Recorder } from './recorder.ts';
import { type RedisKind, startServersWith } from './servers.ts';
import { LIMITS, PACE, QUIET_MS, rulesFor, STREAMERS } from './settings.ts';
import type { Fault, Stage } from './stage.ts';
import { saveTables } from './tables.ts';
import { createWishes, type Wishes } from './wishes.ts';

export interface RunParts {
  readonly seed: string;
  /** How long things are broken. Infinity: until the faults are used up. */
  readonly forMs: number;
  readonly faults: Iterable<Fault>;
  /** What everything looks like before it is first broken. */
  readonly calmMs: number;
  readonly redis: RedisKind;
  /** Where the history and the logs go. */
  readonly out: string;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly onProgress: (line: string) => void;
}

export interface Ran {
  readonly history: History;
  readonly differences: readonly Difference[];
  /** How long it took, after everything stood still, until nothing was left to be told. */
  readonly settledMs: number;
  /** How often processes ended that nobody had killed. */
  readonly crashes: Readonly<Record<string, number>>;
  /** How those that poll are parted from Redis on this machine; null where nothing was run. */
  readonly partedBy: 'network namespace' | 'proxy' | null;
}

/** After a fault a program is to be whole again in so long. */
const RECOVER_MS = 30_000;
/** A machine that is busy with other things gets so much longer to tell what it has to. */
const PATIENCE_MS = 400_000;
const WISH_EVERY_MS = 1_000;

/** Breaks everything, again and again, and then compares what was told with what was. */
export async function run(parts: RunParts): Promise<Ran> {
  const { seed, out, onProgress } = parts;
  await mkdir(out, { recursive: true });
  const undo: (() => unknown)[] = [];
  try {
    const servers = await startServersWith(parts.redis, onProgress);
    undo.unshift(() => servers.end());
    const random = { streamers: STREAMERS, pace: PACE };
    const sim = await startSimulator({ seed, random, limits: LIMITS, requestLimit: 1_000_000 });
    undo.unshift(() => sim.stop());
    return await perform(parts, { servers, sim }, undo);
  } finally {
    for (const step of undo) await step();
  }
}

async function perform(
  parts: RunParts,
  { servers, sim }: Pick<Stage, 'servers'> & { sim: Simulator },
  undo: (() => unknown)[],
): Promise<Ran> {
  const { seed, out, inherited, onProgress } = parts;
  const file = path.join(out, 'history.jsonl');
  const told = await makeShardDirectories(servers);
  const recorder = createRecorder({ file, told, rules: rulesFor(RECOVER_MS), sim });
  const cast: CastParts = { servers, inherited, simulator: sim.env(), logs: out };
  undo.unshift(await listenPlainly(servers.redis.direct, recorder));
  onProgress('starting five roles and two shards');
  const wishes = createWishes(createRandom(`${seed}/wishes`), recorder.add);
  const roles = await startRoles(cast);
  undo.unshift(() => Promise.all([...roles.values()].map((role) => role.end())));
  const shards = await startShards(cast, wishes);
  undo.unshift(() => Promise.all(shards.map((shard) => shard.end())));
  for (const shard of shards) roles.set(shard.name, shard);

  wishes.begin(shards, sim.random?.streamers ?? []);
  const churn = setInterval(() => wishes.change(), WISH_EVERY_MS);
  try {
    await sleep(parts.calmMs);
    await breakThings(parts, { servers, sim, roles, random: createRandom(`${seed}/pauses`) }, recorder, wishes);
  } finally {
    clearInterval(churn);
  }
  sim.faults.clear();
  sim.random?.stop();
  onProgress('everything stands still');
  const settled = await settle(recorder, onProgress);
  if (settled.differences.length > 0) await saveTables(servers.postgres.url, out);
  const { partedBy } = servers.redis.polling;
  return { ...settled, partedBy, crashes: crashesOf([...roles.values()]) };
}

/** Shorter than a broadcast, so that most of them meet a fault. */
const LONGEST_PAUSE_MS = 4_000;

/** What was wished so shortly before a fault may still have been on its way. */
const ON_ITS_WAY_MS = 5_000;

async function breakThings(
  { faults, forMs, onProgress }: RunParts,
  stage: Stage,
  recorder: Recorder,
  wishes: Wishes,
): Promise<void> {
  const until = Date.now() + forMs;
  for (const fault of faults) {
    if (Date.now() > until) return;
    const { name, platforms } = fault;
    onProgress(platforms ? `${name} (${platforms.join(', ')})` : name);
    const begin = Date.now();
    await fault.strike(stage);
    recorder.add({ what: 'fault', name, begin, end: Date.now(), platforms: platforms?.slice() ?? null });
    wishes.repeat(begin - ON_ITS_WAY_MS);
    await sleep(stage.random.integer(LONGEST_PAUSE_MS / 4, LONGEST_PAUSE_MS));
  }
}

/** What is late today may be there tomorrow; what was told wrongly stays so. */
const CURABLE: readonly DifferenceKind[] = ['missing', 'follow-lost', 'polled-unfollowed'];

/** Looks at the history again and again until nothing is missing, or nobody waits any longer. */
async function settle(
  recorder: Recorder,
  onProgress: (line: string) => void,
): Promise<Omit<Ran, 'crashes' | 'partedBy'>> {
  const stillSince = Date.now();
  // So long nobody may have been looked at, so less would prove nothing.
  await sleep(QUIET_MS);
  while (true) {
    const now = Date.now();
    const entries = [...recorder.entries(), { what: 'quiet' as const, from: now - QUIET_MS, to: now }];
    const history = historyOf(entries);
    const differences = check(history);
    const settledMs = now - stillSince;
    const isFinal = !differences.some(({ kind }) => CURABLE.includes(kind));
    if (isFinal || settledMs > PATIENCE_MS) {
      await recorder.save(entries);
      return { history, differences, settledMs };
    }
    onProgress(`${differences.length} differences after ${Math.round(settledMs / 1_000)} s`);
    await sleep(3_000);
  }
}

function crashesOf(processes: readonly Supervised[]): Record<string, number> {
  return Object.fromEntries(
    processes.map((one) => [one.name, one.crashes()] as const).filter(([, count]) => count > 0),
  );
}
