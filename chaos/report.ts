import Table from 'cli-table3';
import type { Difference } from './checker/difference.ts';
import { type FaultMeasure, type Measure, measure } from './checker/measure.ts';
import type { Ran } from './run.ts';

/** What a run has shown, for people and for programs. */
export interface Report extends Measure {
  readonly seed: string;
  readonly settledMs: number;
  readonly crashes: Ran['crashes'];
  readonly partedBy: Ran['partedBy'];
  readonly differences: readonly Difference[];
}

/** Aimed at by default settings; on a machine that is busy with other things it says nothing. */
const AIM_MS = 30_000;
const MOST_SHOWN = 20;

export function reportOf(seed: string, { history, settledMs, crashes, partedBy, differences }: Ran): Report {
  return { seed, ...measure(history), settledMs, crashes, partedBy, differences };
}

export function reportText(report: Report): string {
  const faults = new Table({
    head: ['fault', 'times', 'broken', 'told again after', 'caught up after', ''],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
  });
  faults.push(...report.faults.map(faultRow));
  return [faults.toString(), '', ...figures(report), '', ...verdict(report)].join('\n');
}

function faultRow({ name, times, brokenMs, firstToldMs, caughtUpMs }: FaultMeasure): string[] {
  const slow = Math.max(firstToldMs ?? 0, caughtUpMs ?? 0) > AIM_MS;
  return [name, String(times), seconds(brokenMs), seconds(firstToldMs), seconds(caughtUpMs), slow ? 'over 30 s' : ''];
}

function figures(report: Report): string[] {
  const crashed = Object.entries(report.crashes).map(([name, count]) => `${name} ${count} times`);
  return [
    `broadcasts         ${report.broadcasts}`,
    `follows, unfollows ${report.wishes}`,
    `requests           ${report.requests}`,
    `told to callbacks  ${report.tellings}; of beginnings half within ${seconds(report.onlineMs.half)}, 99 % within ${seconds(report.onlineMs.p99)}`,
    `messages published ${report.messages}, of them ${report.repeats} again under the same EventId`,
    `longest silence    ${seconds(report.longestSilenceMs)}`,
    `settled within     ${seconds(report.settledMs)} of standing still`,
    `parted by          ${report.partedBy ?? 'not run'}`,
    `ended unkilled     ${crashed.length === 0 ? 'no process' : crashed.join(', ')}`,
  ];
}

function verdict({ differences }: Report): string[] {
  if (differences.length === 0) return ['No differences: everything was told once, in order, as it was.'];
  const shown = differences
    .slice(0, MOST_SHOWN)
    .map(({ kind, about, text }) => `  ${kind.padEnd(15)} ${about}: ${text}`);
  const more = differences.length > MOST_SHOWN ? [`  … and ${differences.length - MOST_SHOWN} more`] : [];
  return [`${differences.length} differences:`, ...shown, ...more];
}

function seconds(ms: number | null): string {
  return ms === null ? '–' : `${(ms / 1_000).toFixed(1)} s`;
}
