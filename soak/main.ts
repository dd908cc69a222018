import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { repository } from '../chaos/servers.ts';
import { print, printJson } from '../src/commands/output.ts';
import { planFor } from './plan.ts';
import { chart } from './report/chart.ts';
import { isGood, type Report, reportOf, reportText } from './report/report.ts';
import { soak } from './soak.ts';
import { planOfStorm, storm } from './storm.ts';

interface Options {
  readonly minutes: number;
  readonly keys?: number;
  readonly interval: number;
  readonly seed: string;
  readonly storm: boolean;
  readonly name?: string;
  readonly out: string;
  readonly json: boolean;
}

const HELP = `
What runs: Redis and Postgres of its own, a simulator of the platforms, two processes of each role that works, role web,
and two shards. A fifth of the keys is on the air at any time; streams begin and end, guilds follow and unfollow, all
the time. The second process of each role is restarted again and again, in turns by SIGTERM and SIGKILL; the memory of
the first ones is judged, after a warm-up of a third of the time (10 minutes at most).

With --storm: platforms answer slowly, one subscriber reads slowly, everybody who is on the air goes off and everybody
else on in one moment, and nothing is published until all these changes wait. Then it is measured how they leave.

Examples:
  $ npm run soak                                ten minutes, 20000 keys, each looked at every 60 s
  $ npm run soak -- --keys 1000 --minutes 2     a small one, while you work on it
  $ npm run soak -- --minutes 600 --name night  a long one, with a name
  $ npm run soak -- --storm                     50000 changes at once
  $ npm run soak -- --json | jq '.findings[] | select(.ok == false)'

Report (JSON) and chart (SVG) are written to --out; the log of every process to .tallylight/soak/<seed>.
Nothing else should run meanwhile. docs/soak.md says how to read it.
Exit codes: 0 everything as wanted, 1 something is not or went wrong, 2 wrong usage.`;

const program = new Command('soak')
  .description(
    'Holds a steady load, or a storm, and says whether memory stays flat, delays bounded and nothing is lost.',
  )
  .option('--minutes <number>', 'how long the load lasts', positive, 10)
  .option('--keys <number>', 'stream keys; 20000 unless told, 50000 for a storm', wholeNumber)
  .option('--interval <seconds>', 'how often each key is looked at', positive, 60)
  .option('--seed <text>', 'who is on the air when, and what is restarted, follow from it', 'tallylight')
  .option('--storm', 'very many changes at once, while platforms and a subscriber are slow', false)
  .option('--name <name>', 'name of the files that are written; soak or storm and the time unless given')
  .option('--out <directory>', 'where they are written', path.join(repository(), 'bench', 'results'))
  .option('--json', 'print the report as JSON', false)
  .addHelpText('after', HELP)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(main);

await program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function main(options: Options): Promise<void> {
  const { seed, storm: stormy, out, json } = options;
  const forMs = options.minutes * 60_000;
  const given = { seed, intervalMs: options.interval * 1_000, forMs };
  const plan = stormy
    ? planOfStorm({ ...given, keys: options.keys ?? 50_000 })
    : planFor({ ...given, keys: options.keys ?? 20_000 });
  const logs = path.join(repository(), '.tallylight', 'soak', encodeURIComponent(seed));
  const parts = { plan, logs, inherited: process.env, onProgress: progress };
  const ran = stormy ? await storm(parts) : await soak({ ...parts, forMs });
  const report = reportOf(['npm run soak --', ...process.argv.slice(2)].join(' '), plan, ran);
  const name = options.name ?? `${stormy ? 'storm' : 'soak'}-${report.at.replaceAll(/[:.]/g, '-')}`;
  await save(path.join(out, name), report);
  if (json) printJson(report);
  else print(`${reportText(report)}\n\nWritten to ${path.join(out, name)}.json and .svg; logs in ${logs}`);
  if (!isGood(report)) process.exitCode = 1;
}

async function save(file: string, report: Report): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.json`, `${JSON.stringify(report)}\n`);
  await writeFile(`${file}.svg`, chart(`${report.command} (${report.at.slice(0, 10)})`, report.samples));
}

function progress(line: string): void {
  process.stderr.write(`soak: ${new Date().toISOString().slice(11, 19)} ${line}\n`);
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('expected a number above 0');
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 1');
}
