import type { Past, Position, Run } from './position.ts';

interface Place {
  readonly epoch: string;
  readonly sequence: string;
}

const MOST_RUNS = 100;
const MOST_COMPARED = 1_000;

/** A position without a past was begun by a version that kept none: then all of its epoch was handled, as far as we know. */
export function pastOf({ past }: Position): Past {
  return past ?? { since: '1', runs: [], compared: [] };
}

/** The past at a place that was reached by a jump, not event by event. */
export function afterJump(position: Position | null, to: Place): Past {
  const since = String(BigInt(to.sequence) + 1n);
  if (position === null || position.epoch === '') return { since, runs: [], compared: position?.past?.compared ?? [] };
  const { since: from, runs, compared } = pastOf(position);
  const run = { epoch: position.epoch, from, to: position.sequence };
  const kept = BigInt(run.from) <= BigInt(run.to) ? [...runs, run] : runs;
  return { since, runs: kept.slice(-MOST_RUNS), compared };
}

export function withCompared(past: Past, more: readonly string[]): Past {
  return { ...past, compared: [...past.compared, ...more].slice(-MOST_COMPARED) };
}

/** Whether the event of this place was handled, or will be without anybody repeating it. */
export function wasHandled(position: Position, { epoch, sequence }: Place): boolean {
  const number = BigInt(sequence);
  const { since, runs } = pastOf(position);
  if (epoch === position.epoch) return number >= BigInt(since) || within(runs, epoch, number);
  return position.past === undefined || within(runs, epoch, number);
}

/** The past once a repeat of this place was handled. */
export function withHandled(past: Past, { epoch, sequence }: Place): Past {
  const number = BigInt(sequence);
  const before = past.runs.find((run) => run.epoch === epoch && BigInt(run.to) + 1n === number);
  const run = { epoch, from: before?.from ?? sequence, to: sequence };
  return { ...past, runs: [...past.runs.filter((one) => one !== before), run].slice(-MOST_RUNS) };
}

function within(runs: readonly Run[], epoch: string, number: bigint): boolean {
  return runs.some((run) => run.epoch === epoch && BigInt(run.from) <= number && number <= BigInt(run.to));
}
