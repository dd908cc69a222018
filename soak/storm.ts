import { PLATFORMS } from '../src/shared/domain/platform.ts';
import { sleep } from '../src/shared/runtime/clock.ts';
import type { Tally } from './account.ts';
import { type Finding, seconds } from './judge/finding.ts';
import { judgeMost, judgeOver, judgeVisible, showsNothingWaiting, showsWaiting } from './judge/storm.ts';
import { judgeCrashes, judgeTally } from './judge/whole.ts';
import { type Plan, type PlanOptions, planFor } from './plan.ts';
import { progressOf } from './report/progress.ts';
import type { Ran } from './report/report.ts';
import { stormFacts } from './report/storm-facts.ts';
import { keepSampling, type Sampling } from './sampling/keep-sampling.ts';
import type { Sample } from './sampling/sample.ts';
import { followAll, patience, settle } from './stage/settle.ts';
import { openSlowReader } from './stage/slow-reader.ts';
import { onStage, type Stage, type StageParts } from './stage/stage.ts';

/** What every answer of every platform takes meanwhile. */
const SLOW_ANSWER_MS = 1_500;

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
    const tally = await settle(stage, patience(plan));
    const leftMs = Date.now() - thawedAt;
    await reader.caughtUp(plan.live + gathered.changes);
    await sampling.shown(showsNothingWaiting, patience(plan));
    await sampling.end();
    return {
      samples: sampling.samples,
      findings: findingsOf(stage, tally, sampling.samples, stoppedAt),
      facts: stormFacts({ ...gathered, leftMs, reader, samples: sampling.samples }),
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
  const tookMs = Date.now() - since;
  await sampling.shown(showsWaiting, patience(plan));
  stage.sim.faults.clear();
  for (const { process } of publishing) process.signal('SIGCONT');
  return { changes, waiting, tookMs };
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
    judgeOver(samples),
    judgeCrashes(stage.crashes()),
  ];
}
