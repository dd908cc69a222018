import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { print, printJson } from '../src/commands/output.ts';
import { MEASUREMENTS } from './measurements.ts';
import type { Measured } from './report/figure.ts';
import { printMeasured } from './report/print.ts';
import { describeMachine, type Report, saveReport } from './report/save.ts';
import { repository, startServers } from './servers.ts';
import { type Settings, settingsFrom } from './settings.ts';

interface Options {
  readonly only?: string[];
  readonly quick: boolean;
  readonly keys?: number;
  readonly seconds?: number;
  readonly name?: string;
  readonly results: string;
  readonly json: boolean;
}

const HELP = `
Measurements:
${MEASUREMENTS.map(({ name, summary }) => `  ${name.padEnd(11)} ${summary}`).join('\n')}

Every figure stands beside its reference, measured in the same run by the same clock: on a busy machine read the
ratios, not the numbers. Nothing else should run meanwhile. The servers it needs are its own and end with it.

Examples:
  $ npm run bench                                    everything, about twelve minutes
  $ npm run bench -- --only throughput               one measurement
  $ npm run bench -- --quick                         tiny sizes: whether it works, not how fast
  $ npm run bench -- --only steady --keys 50000      another size
  $ npm run bench -- --json | jq '.measured[].figures[] | select(.met == false)'

The result is also written to a JSON file.
Exit codes: 0 measured, 1 something went wrong, 2 wrong usage. A figure that is not as wanted is shown as NO.`;

const program = new Command('bench')
  .description('Measures Tallylight beside what it is built on.')
  .addOption(new Option('--only <names...>', 'only these').choices(MEASUREMENTS.map(({ name }) => name)))
  .option('--quick', 'tiny sizes, to see whether it works', false)
  .option('--keys <number>', 'this many keys instead of the usual sizes', wholeNumber)
  .option('--seconds <number>', 'measure this long each time instead of the usual lengths', wholeNumber)
  .option('--name <name>', 'name of the result file; the time unless given')
  .option('--results <directory>', 'where it is written', path.join(repository(), 'bench', 'results'))
  .option('--json', 'print the result as JSON instead of tables', false)
  .addHelpText('after', HELP)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(bench);

await program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function bench({ only, quick, keys, seconds, name, results, json }: Options): Promise<void> {
  const startedAt = new Date();
  const settings = settingsFrom({ quick, keys: keys ?? null, seconds: seconds ?? null });
  const measured = await measureAll(settings, { only, json });
  const report: Report = {
    at: startedAt.toISOString(),
    tookSeconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
    machine: describeMachine(),
    settings,
    measured,
  };
  const file = path.join(results, `${name ?? report.at.replaceAll(/[:.]/g, '-')}.json`);
  await saveReport(file, report);
  if (json) printJson(report);
  else print(`\n${report.tookSeconds} s on ${report.machine.cpus}, Node ${report.machine.node}. Written to ${file}`);
}

/** Prints what is found as soon as it is found. */
async function measureAll(
  settings: Settings,
  { only, json }: { only: readonly string[] | undefined; json: boolean },
): Promise<Measured[]> {
  const servers = await startServers(progress);
  const measured: Measured[] = [];
  try {
    for (const { name, measure } of MEASUREMENTS.filter((one) => only?.includes(one.name) ?? true)) {
      progress(`measuring ${name}`);
      const found = await measure(servers, settings);
      measured.push(found);
      if (!json) printMeasured(found);
    }
  } finally {
    await servers.stop();
  }
  return measured;
}

function progress(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 1');
}
