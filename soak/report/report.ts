import Table from 'cli-table3';
import { describeMachine } from '../../bench/report/save.ts';
import type { Wrong } from '../account.ts';
import { type Finding, mb } from '../judge/finding.ts';
import type { Plan } from '../plan.ts';
import type { Sample } from '../sampling/sample.ts';

/** What a run has shown. */
export interface Ran {
  readonly samples: readonly Sample[];
  readonly findings: readonly Finding[];
  /** What else people want to know, by what it is. */
  readonly facts: Readonly<Record<string, string>>;
  readonly wrong: readonly Wrong[];
}

export interface Report extends Ran {
  readonly at: string;
  /** As it was typed. */
  readonly command: string;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly plan: Plan;
}

/** More samples than this show nothing more. */
const MOST_SAMPLES = 240;
const MOST_SHOWN = 20;

export function reportOf(command: string, plan: Plan, ran: Ran): Report {
  return {
    ...{ at: new Date().toISOString(), command, machine: describeMachine(), plan },
    ...{ ...ran, samples: thinned(ran.samples), wrong: ran.wrong.slice(0, MOST_SHOWN) },
  };
}

export function reportText(report: Report): string {
  const { findings, facts, wrong, machine } = report;
  const load = report.samples.map((sample) => sample.load);
  return [
    `${report.command}: ${machine.cpus}, ${machine.memoryGb} GB, Node ${machine.node}, load ${range(load)}`,
    '',
    tableOf(['', 'found', 'wanted', ''], findings.map(rowOf)),
    '',
    ...Object.entries(facts).map(([what, value]) => `${what.padEnd(28)} ${value}`),
    '',
    'tables at the end',
    ...tablesOf(report.samples.at(-1)),
    '',
    ...wrong.map(({ kind, text }) => `  ${kind.padEnd(8)} ${text}`),
    isGood(report) ? 'As wanted.' : 'NOT as wanted: see the lines marked NO.',
  ].join('\n');
}

export function isGood({ findings }: Pick<Ran, 'findings'>): boolean {
  return findings.every(({ ok }) => ok);
}

function rowOf({ what, found, wanted, ok }: Finding): string[] {
  return [what, found, wanted, ok ? 'yes' : 'NO'];
}

function tableOf(head: string[], rows: string[][]): string {
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows);
  return table.toString();
}

function tablesOf(last: Sample | undefined): string[] {
  const tables = Object.entries(last?.postgres ?? {}).sort(([, a], [, b]) => b.bytes - a.bytes);
  return tables.map(
    ([name, { rows, bytes }]) => `  ${name.padEnd(20)} ${String(rows).padStart(9)} rows ${mb(bytes).padStart(10)}`,
  );
}

function range(values: readonly number[]): string {
  if (values.length === 0) return 'unknown';
  return `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`;
}

/** As many as can be looked at, evenly over time, the last one among them. */
function thinned(samples: readonly Sample[]): Sample[] {
  const step = Math.ceil(samples.length / MOST_SAMPLES);
  return samples.filter((_, index) => (samples.length - 1 - index) % step === 0);
}
