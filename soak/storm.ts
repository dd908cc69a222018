import { PLATFORMS } from '../src/shared/domain/platform.ts';
import { sleep } from '../src/shared/runtime/clock.ts';
import type { Tally } from './account.ts';
import { type Finding, mb, seconds } from './judge/finding.ts';
import { judgeCrashes, judgeTally } from './judge/whole.ts';
import { type Plan, type PlanOptions, planFor } from './plan.ts';
import { progressOf } from './report/progress.ts';
import type { Ran } from './report/report.ts';
import { keepSampling, type Sampling } from './sampling/keep-sampling.ts';
import type { Sample } from './sampling/sample.ts';
import { followAll, patience, settle } from './stage/settle.ts';
import { openSlowReader, type SlowReader } from './stage/slow-reader.ts';
import { onStage, type Stage, type StageParts } from './stage/stage.ts';

/** What every answer of every platform takes meanwhile. */
const SLOW_ANSWER_MS = 1_500;
/** A process that is given less could not hold what 50,000 changes need at once. */
const MOST_BYTES = 512 * 2 ** 20;
/** Between the first change and the last there is a grace; numbers of the whole cluster may be 2 s old. */
const LEAST_VISIBLE_MS = 1_000;

/** Half of the keys on the air, so that no platform seems to have lost nearly everything when they all turn. */
export function planOfStorm(options: PlanOptions): Plan {
  const plan = planFor(options);
  return { ...plan, live: Math.floor(options.keys / 2) };
}

/** Lets everything change at once while whoever can be slow is slow, and judges how it leaves. */
export function storm(parts: StageParts): Promise<Ran> {
  return onStage(parts, (stage) => perform(parts, stage));
}

async function perform({ plan, onProgress }: StageParts, stage: Stage): Promise<Ran> {
  const sampling = keepSampling(stage.sampler, plan.sampleEveryMs, progressOf(onProgress, 0));
  const reader = await openSlowReader(stage.servers.redis.direct);
  try {
    await followAll(stage, plan, onProgress);
    await sleep(plan.intervalMs);
    const stoppedAt = Date.now() - stage.beganAt;
    const gathered = await gather(stage, plan, sampling, onProgress);
    onProgress(`${gathered.waiting} changes wait after ${seconds(gathered.tookMs)}; publishing begins`);
    const thawedAt = Date.now();
    const tally = await settle(stage, 3 * patience(plan));
    const leftMs = Date.now() - thawedAt;
    await reader.caughtUp(plan.live + gathered.changes);
    await sampling.end();
    return {
      samples: sampling.samples,
      findings: findingsOf(stage, tally, sampling.samples, stoppedAt),
      facts: factsOf({ ...gathered, leftMs, reader, samples: sampling.samples }),
      wrong: stage.account.wrong(),
    };
  } finally {
    reader.close();
  }
}

interface Gathered {
  readonly changes: number;
  readonly waiting: number;
  readonly tookMs: number;
}

/** Nobody publishes until all changes are recorded, however slowly the platforms answer. */
async function gather(
  stage: Stage,
  plan: Plan,
  sampling: Sampling,
  onProgress: (line: string) => void,
): Promise<Gathered> {
  const publishing = stage.actors.filter(({ name }) => name.startsWith('flush'));
  for (const { process } of publishing) process.signal('SIGSTOP');
  for (const platform of PLATFORMS) stage.sim.faults.add({ platform, kind: 'late', delayMs: SLOW_ANSWER_MS });
  const since = Date.now();
  const changes = stage.airing.turnOver();
  onProgress(`${changes} changes at once; every platform takes ${seconds(SLOW_ANSWER_MS)} to answer`);
  const until = since + 2 * patience(plan);
  let waiting = 0;
  while (waiting < changes && Date.now() < until) {
    await sleep(1_000);
    waiting = await countWaiting(stage);
  }
  await sampling.sampled();
  stage.sim.faults.clear();
  for (const { process } of publishing) process.signal('SIGCONT');
  return { changes, waiting, tookMs: Date.now() - since };
}

async function countWaiting({ database }: Stage): Promise<number> {
  const { rows } = await database.query<{ count: string }>(`SELECT count(*) FROM change WHERE state = 'waiting'`);
  return Number(rows[0]?.count);
}

function findingsOf(stage: Stage, tally: Tally, samples: readonly Sample[], stoppedAt: number): Finding[] {
  const names = [...stage.actors.map(({ name }) => name), 'shard-0', 'shard-1'];
  return [
    judgeTally(tally, stage.account.wrong()),
    ...names.map((name) => judgeMost(name, samples)),
    judgeVisible(samples.filter(({ at }) => at >= stoppedAt)),
    judgeCrashes(stage.crashes()),
  ];
}

function judgeMost(name: string, samples: readonly Sample[]): Finding {
  const most = Math.max(0, ...samples.map(({ memory }) => memory[name]?.resident ?? 0));
  return { what: `most memory of ${name}`, found: mb(most), wanted: `≤ ${mb(MOST_BYTES)}`, ok: most <= MOST_BYTES };
}

/** Whoever looks at the metrics of those that work must see that something waits, and for how long. */
function judgeVisible(stormy: readonly Sample[]): Finding {
  const most = 1_000 * Math.max(0, ...stormy.map(({ oldestChange }) => oldestChange));
  return {
    what: 'tallylight_oldest_change_seconds, while nobody published',
    found: seconds(most),
    wanted: `≥ ${seconds(LEAST_VISIBLE_MS)}`,
    ok: most >= LEAST_VISIBLE_MS,
  };
}

interface StormFacts extends Gathered {
  readonly leftMs: number;
  readonly reader: SlowReader;
  readonly samples: readonly Sample[];
}

function factsOf({ changes, waiting, tookMs, leftMs, reader, samples }: StormFacts): Record<string, string> {
  const most = (read: (sample: Sample) => number | null): number =>
    Math.max(0, ...samples.map((one) => read(one) ?? 0));
  const heldBack = ['rate', 'subscribers', 'redis'].map((by) => {
    const sum = samples.reduce((all, sample) => all + (sample.heldBack[by] ?? 0), 0);
    return `${by} ${sum.toFixed(0)} s`;
  });
  return {
    'changes at once': String(changes),
    'recorded and waiting': `${waiting} after ${seconds(tookMs)}, with slow platforms`,
    'all heard after': `${seconds(leftMs)}, ${(changes / (leftMs / 1_000)).toFixed(0)} a second`,
    'events held back by': heldBack.join(', '),
    'publish delay, p99 at most': seconds(most(({ publishDelay }) => publishDelay.p99)),
    'lateness of polls, p99 at most': seconds(most(({ lateness }) => lateness.p99)),
    'Redis at most': mb(most(({ redis }) => redis.bytes)),
    'the slow subscriber': `heard ${reader.heard()} streams, was ${mb(most(({ behindBytes }) => behindBytes))} behind at most, cut off ${reader.cutOff()} times`,
  };
}
