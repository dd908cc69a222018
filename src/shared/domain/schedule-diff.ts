import { type Pace, pollEvery } from './pace.ts';

/** A tracked key, by its key text. */
export interface WantedSchedule {
  readonly id: string;
  readonly pace: Pace;
}

export interface ActualSchedule {
  readonly id: string;
  readonly every: number;
  /** When the next poll is planned (ms). */
  readonly next: number;
  readonly hasJob: boolean;
}

export interface ScheduleDiff {
  /** Tracked, but without a scheduler. */
  readonly missing: string[];
  /** Tracked, but with another interval, or with a scheduler whose next job is lost. */
  readonly wrong: string[];
  /** Tracked and scheduled, but not among the keys that may be looked at. */
  readonly notDue: string[];
  /** Scheduled or due, but not tracked. */
  readonly extra: string[];
}

/** Compares what should exist for one platform with what does. Pure. */
export function diffSchedules(
  wanted: readonly WantedSchedule[],
  actual: { readonly schedulers: readonly ActualSchedule[]; readonly due: readonly string[] },
  { intervalMs, now }: { intervalMs: number; now: number },
): ScheduleDiff {
  const wantedIds = new Set(wanted.map(({ id }) => id));
  const scheduled = new Map(actual.schedulers.map((scheduler) => [scheduler.id, scheduler]));
  const due = new Set(actual.due);
  const diff: ScheduleDiff = { missing: [], wrong: [], notDue: [], extra: [] };
  for (const { id, pace } of wanted) {
    const scheduler = scheduled.get(id);
    if (!scheduler) diff.missing.push(id);
    else if (scheduler.every !== pollEvery(intervalMs, pace) || isStuck(scheduler, now)) diff.wrong.push(id);
    else if (!due.has(id)) diff.notDue.push(id);
  }
  const present = new Set([...scheduled.keys(), ...due]);
  for (const id of present) if (!wantedIds.has(id)) diff.extra.push(id);
  return diff;
}

/** Its next job is lost, so it would never fire again. One that fired while we were reading has only just lost its old job. */
function isStuck({ every, next, hasJob }: ActualSchedule, now: number): boolean {
  return !hasJob && next < now - every;
}
