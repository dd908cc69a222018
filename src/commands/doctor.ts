import { Command } from 'commander';
import { examine } from './doctor/examine.ts';
import type { Finding, Level } from './doctor/finding.ts';
import { EXIT, NegativeAnswer } from './exit-codes.ts';
import { type Cell, colors, print, printJson, printTable } from './output.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Examines servers, clocks, credentials, processes, queues, pushes and whether everything agrees with the tables, and says what to do about each finding. Repairs nothing. Each platform is asked once, YouTube for one unit.',
    )
    .option('--json', 'print JSON: one object with every finding')
    .addHelpText(
      'after',
      `
Levels: ok; warning (it works, and will bite); fault (it does not work until somebody acts).
Exit code: ${EXIT.done} without a fault, ${EXIT.failed} with one. docs/doctor.md explains each check.

Examples:
  $ tallylight doctor
  $ tallylight doctor --json | jq '.findings[] | select(.level != "ok")'`,
    )
    .action(async (options: { json?: true }) => {
      const findings = await examine();
      const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
      const [faults, warnings] = [count('fault'), count('warning')];
      if (options.json) printJson({ at: new Date().toISOString(), faults, warnings, findings });
      else show(findings, summary(faults, warnings));
      if (faults > 0) throw new NegativeAnswer(`${faults} faults`);
    });
}

function show(findings: readonly Finding[], last: string): void {
  printTable(['level', 'check', 'finding'], findings.flatMap(rowsOf));
  print(`\n${last}`);
}

function rowsOf({ level, check, what, todo }: Finding): Cell[][] {
  const row: Cell[] = [{ text: level, paint: PAINTS[level] }, check, what];
  return todo === null ? [row] : [row, ['', '', `→ ${todo}`]];
}

const PAINTS: Record<Level, (text: string) => string> = {
  ok: colors.green,
  warning: colors.yellow,
  fault: colors.red,
};

function summary(faults: number, warnings: number): string {
  if (faults + warnings === 0) return 'all is well';
  return `${faults} ${faults === 1 ? 'fault' : 'faults'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
}
