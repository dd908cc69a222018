// The long form of test/bad-input: many more cases, with a fresh seed, and a table of what came of them.
import { Command, InvalidArgumentError, Option } from 'commander';
import { createVitest } from 'vitest/node';

const HELP = `
Examples:
  $ npm run fuzz                                     10,000 cases at each border, with a fresh seed
  $ npm run fuzz -- --only webhooks --cases 100000   more of one border
  $ npm run fuzz -- --only webhooks --seed 7         the same cases again

Exit codes: 0 every promise held, 1 one was broken: its seed and the smallest input that breaks it are printed, 2 wrong usage.`;

const program = new Command('fuzz')
  .description('Gives every border of Tallylight what nobody should ever send, and checks that its promises hold.')
  .addOption(new Option('--cases <number>', 'how many at each border').default(10_000).argParser(whole(1)))
  .addOption(new Option('--seed <number>', 'which cases are drawn; a fresh one unless given').argParser(whole(0)))
  .option('--only <text>', 'only borders whose name contains this', '')
  .addHelpText('after', HELP)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();

const { cases, seed = Math.floor(Math.random() * 0x7fffffff), only } = program.opts();
process.stdout.write(`seed ${seed}, ${cases} cases at each border\n`);
process.exit((await run()) ? 0 : 1);

async function run() {
  const env = { FUZZ_CASES: String(cases), FUZZ_SEED: String(seed) };
  const testNamePattern = only === '' ? undefined : new RegExp(only.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
  const reporters = [{ onTestCaseResult: tell }];
  const vitest = await createVitest('test', { run: true, watch: false, env, testNamePattern, reporters });
  try {
    await vitest.start(['test/bad-input/']);
    return report(vitest.state.getTestModules(), vitest.state.getUnhandledErrors());
  } finally {
    await vitest.close();
  }
}

/** Borders take minutes: each is told of when it is done. */
function tell(test) {
  const { state, errors = [] } = test.result();
  if (state === 'skipped') return;
  process.stderr.write(`fuzz: ${state} ${test.name.replace(/: nothing that comes.*/, '')}\n`);
  for (const { message } of errors) process.stdout.write(`${message}\n`);
}

function report(modules, unhandled) {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const broken = modules.flatMap((module) => [
    ...module.errors(),
    ...[...module.children.allSuites()].flatMap((suite) => suite.errors()),
  ]);
  for (const { message } of [...broken, ...unhandled]) process.stdout.write(`${message}\n`);
  const borders = tests.flatMap((test) => test.meta().border ?? []);
  const total = borders.reduce((sum, one) => sum + one.cases, 0);
  for (const one of borders) process.stdout.write(`\n${row(one)}\n`);
  process.stdout.write(`\n${total} cases at ${borders.length} borders, seed ${seed}\n`);
  if (borders.length === 0) process.stdout.write(`no border has "${only}" in its name, or none was finished\n`);
  const failed = tests.some((test) => test.result().state === 'failed');
  return borders.length > 0 && !failed && broken.length === 0 && unhandled.length === 0;
}

function row({ border, cases: taken, outcomes, ms }) {
  const { accepted = 0, ...refused } = outcomes;
  const reasons = Object.entries(refused).sort(([, a], [, b]) => b - a);
  const lines = reasons.map(([reason, count]) => `  ${String(count).padStart(8)}  ${reason}`);
  return [
    `${border}: ${taken} cases in ${(ms / 1000).toFixed(1)} s`,
    `  ${String(accepted).padStart(8)}  accepted`,
    ...lines,
  ].join('\n');
}

function whole(least) {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to 999999999`);
  };
}
