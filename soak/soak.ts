import { availableParallelism } from 'node:os';
import { createRandom } from '../simulator/random.ts';
import { sleep } from '../src/shared/runtime/clock.ts';
import type { Tally } from './account.ts';
import { judgeDelays, judgeLateness } from './judge/delays.ts';
import { type Finding, seconds } from './judge/finding.ts';
import { growths, judgeGrowth } from './judge/memory.ts';
import { judgeCrashes, judgeSeries, judgeTally } from './judge/whole.ts';
import type { Plan } from './plan.ts';
import { progressOf } from './report/progress.ts';
import type { Ran } from './report/report.ts';
import { keepSampling } from './sampling/keep-sampling.ts';
import { processorTime } from './sampling/processor-time.ts';
import type { Sample } from './sampling/sample.ts';
import { createRestarts, type Restarts } from './stage/restarts.ts';
import { followAll, patience, settle } from './stage/settle.ts';
import { onStage, type Stage, type StageParts } from './stage/stage.ts';

const TICK_MS = 200;

export interface SoakParts extends StageParts {
  readonly forMs: number;
}

/** Lets it work under a steady load, with processes that come and go, and judges what was measured. */
export function soak(parts: SoakParts): Promise<Ran> {
  return onStage(parts, (stage) => perform(parts, stage));
}

async function perform({ plan, forMs, onProgress }: SoakParts, stage: Stage): Promise<Ran> {
  const { sampler, airing, wishes, beganAt } = stage;
  await followAll(stage, plan, onProgress);
  const restarts = createRestarts(stage.actors, plan.restartEveryMs, createRandom(`${plan.seed}/restarts`));
  const loadedAt = Date.now() - beganAt;
  const span = { from: loadedAt + plan.warmUpMs, to: loadedAt + forMs };
  const warm = setTimeout(() => sampler.begin(), plan.warmUpMs);
  const sampling = keepSampling(sampler, plan.sampleEveryMs, progressOf(onProgress, loadedAt + forMs));
  const used = await processorsUsed(() => load(stage, restarts, forMs).finally(() => clearTimeout(warm)));
  onProgress('everything stands still; waiting for what is still to be told');
  const stoodAt = Date.now();
  const tally = await settle(stage, patience(plan));
  await sampling.end();
  const { samples } = sampling;
  return {
    samples,
    findings: findingsOf({ plan, stage, tally, span, samples }),
    facts: {
      'begun and ended a second': plan.changesPerSecond.toFixed(1),
      'on the air': String(airing.live()),
      'follows and unfollows said': String(wishes.said()),
      'processes restarted': String(restarts.count()),
      'processors used, of those there are': used,
      'settled after': seconds(Date.now() - stoodAt),
    },
    wrong: stage.account.wrong(),
  };
}

/** Things happen by the time that really passed, at most what was asked for: a machine that is busy does not have less to do. */
async function load({ airing, wishes }: Stage, restarts: Restarts, forMs: number): Promise<void> {
  const until = Date.now() + forMs;
  for (let last = Date.now(); last < until; ) {
    await sleep(TICK_MS);
    const now = Math.min(Date.now(), until);
    for (const one of [airing, wishes, restarts]) one.pass(now - last);
    last = now;
  }
}

/** A machine that is busy with other things is seen by it: what runs here had less than it wanted. */
async function processorsUsed(act: () => Promise<void>): Promise<string> {
  const [since, before] = [Date.now(), await processorTime(process.pid)];
  await act();
  const after = await processorTime(process.pid);
  if (before === null || after === null) return 'unknown';
  return `${((after - before) / ((Date.now() - since) / 1_000)).toFixed(2)} of ${availableParallelism()}`;
}

interface Evidence {
  readonly plan: Plan;
  readonly stage: Stage;
  readonly tally: Tally;
  /** What is judged, in ms since the beginning. */
  readonly span: { readonly from: number; readonly to: number };
  readonly samples: readonly Sample[];
}

function findingsOf({ plan, stage, tally, span, samples }: Evidence): Finding[] {
  const measured = samples.filter(({ at }) => at >= span.from && at <= span.to);
  const stayed = stage.actors.filter(({ stays }) => stays).map(({ name }) => name);
  const delays = stage.account.delays().filter(({ at }) => at - stage.beganAt >= span.from);
  return [
    judgeTally(tally, stage.account.wrong()),
    ...judgeLateness(stage.sampler.overall().lateness, plan),
    ...judgeDelays(delays, plan),
    ...growths(measured, [...stayed, 'shard-0', 'shard-1']).map(judgeGrowth),
    judgeSeries(measured),
    judgeCrashes(stage.crashes()),
  ];
}
