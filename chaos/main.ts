import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createRandom } from '../simulator/random.ts';
import { print, printJson } from '../src/commands/output.ts';
import { check } from './checker/check.ts';
import { readHistory } from './checker/history.ts';
import { FAULTS, faultsByChance, faultsOf, shortFaults } from './faults/faults.ts';
import { reportOf, reportText } from './report.ts';
import { type Ran, run } from './run.ts';
import { REDIS_KINDS, type RedisKind, repository } from './servers.ts';

interface Options {
  readonly seed: string;
  readonly minutes: number;
  readonly short: boolean;
  readonly only?: string;
  readonly redis: RedisKind;
  readonly out?: string;
  readonly check?: string;
  readonly json: boolean;
}

const HELP = `
Faults:
${FAULTS.map(({ name }) => `  ${name}`).join('\n')}

Examples:
  $ npm run chaos                                   ten minutes, faults in the order of seed "tallylight"
  $ npm run chaos -- --seed 7 --minutes 60          longer, in another order
  $ npm run chaos -- --only redis                   only faults with this in their name
  $ npm run chaos -- --short                        a fixed choice of faults, once each
  $ npm run chaos -- --redis sentinel               on a master with a replica and three sentinels
  $ npm run chaos -- --check out/history.jsonl      judge a recorded history again

The servers are its own and end with it. The history, the report and the log of every process are written to a directory.
Exit codes: 0 no differences, 1 differences or something went wrong, 2 wrong usage.`;

const program = new Command('chaos')
  .description(
    'Breaks everything while 210 simulated streamers go on and off the air, and compares what was told with what was.',
  )
  .option('--seed <text>', 'the world and the order of the faults follow from it', 'tallylight')
  .option('--minutes <number>', 'how long things are broken', minutes, 10)
  .option('--short', 'a fixed choice of faults, once each', false)
  .option('--only <text>', 'only faults whose name contains this')
  .addOption(new Option('--redis <kind>', 'what Redis is').choices(REDIS_KINDS).default('single'))
  .option('--out <directory>', 'where history, report and logs are written')
  .option('--check <file>', 'run nothing: judge this history')
  .option('--json', 'print the report as JSON', false)
  .addHelpText('after', HELP)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(chaos);

await program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`chaos: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function chaos(options: Options): Promise<void> {
  const { seed, out = path.join(repository(), '.tallylight', 'chaos', encodeURIComponent(seed)), json } = options;
  const ran = options.check ? await judge(options.check) : await perform(options, out);
  const report = reportOf(seed, ran);
  if (!options.check) await writeFile(path.join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  if (json) printJson(report);
  else print(`${reportText(report)}${options.check ? '' : `\n\nWritten to ${out}`}`);
  if (report.differences.length > 0) process.exitCode = 1;
}

async function judge(file: string): Promise<Ran> {
  const history = readHistory(await readFile(file, 'utf8'));
  return { history, differences: check(history), settledMs: 0, crashes: {}, partedBy: null };
}

function perform({ seed, minutes: wanted, short, only, redis }: Options, out: string): Promise<Ran> {
  const chosen = faultsOf(redis).filter(({ name }) => name.toLowerCase().includes(only?.toLowerCase() ?? ''));
  if (chosen.length === 0) throw new Error(`no fault of this Redis has "${only}" in its name: --help lists them`);
  return run({
    ...{ seed, out, redis, inherited: process.env, onProgress: progress },
    ...(short
      ? { faults: shortFaults(redis), forMs: Number.POSITIVE_INFINITY, calmMs: 5_000 }
      : { faults: faultsByChance(createRandom(`${seed}/faults`), chosen), forMs: wanted * 60_000, calmMs: 20_000 }),
  });
}

function progress(line: string): void {
  process.stderr.write(`chaos: ${new Date().toISOString().slice(11, 19)} ${line}\n`);
}

function minutes(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('expected a number above 0');
}
