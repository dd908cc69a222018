// Runs the tests, all or those whose path contains one of the arguments. The last line is "N passed, N failed".
import { createVitest } from 'vitest/node';

const vitest = await createVitest('test', { run: true, watch: false });
// The servers of the run end with this process anyway; closing properly removes their directories too.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    vitest.cancelCurrentRun('keyboard-input').catch(() => undefined);
    process.once(signal, () => process.exit(130));
  });
}

let crash;
try {
  await vitest.start(process.argv.slice(2));
} catch (error) {
  crash = error;
}
const { passed, failed, skipped } = count(vitest);
const unhandled = vitest.state.getUnhandledErrors().length;
await vitest.close();
if (crash) process.stderr.write(`${crash.message}\n`);
if (unhandled > 0) process.stdout.write(`${unhandled} errors outside of tests count as failed\n`);
if (skipped > 0) process.stdout.write(`${skipped} tests were skipped\n`);
const faults = failed + unhandled + (crash ? 1 : 0);
// An exit code that vitest set knows of failures that belong to no test, such as a hook of the whole run.
const ok = faults === 0 && passed > 0 && !process.exitCode;
process.stdout.write(`${passed} passed, ${faults} failed\n`, () => process.exit(ok ? 0 : 1));

/** A file that could not be loaded, or whose hook failed, is a failure of its own. */
function count(run) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const file of run.state.getTestModules()) {
    const states = [...file.children.allTests()].map((test) => test.result().state);
    for (const state of states) total[state in total ? state : 'skipped'] += 1;
    const broken = [file, ...file.children.allSuites()].filter((part) => part.errors().length > 0);
    total.failed += broken.length;
  }
  return total;
}
