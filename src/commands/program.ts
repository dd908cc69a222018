import { Command } from 'commander';
import { configCommand } from './config.ts';
import { EXIT } from './exit-codes.ts';
import { healthcheckCommand } from './healthcheck.ts';
import { listCommand } from './list.ts';
import { runCommand } from './run.ts';
import { statusCommand } from './status.ts';
import { version } from './version.ts';
import { watchCommand } from './watch.ts';

/** The whole command line. Throws instead of ending the process: `main` decides the exit code. */
export function createProgram(): Command {
  const program = new Command('tallylight')
    .description(
      'Counts which Discord guilds want which streams, watches exactly those, and tells every shard once when one goes\nlive or ends.',
    )
    .version(version())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'tallylight: ')) })
    .showHelpAfterError('(run "tallylight --help" for what there is)')
    .addHelpText('after', HELP);
  const commands = [
    runCommand(),
    listCommand(),
    statusCommand(),
    watchCommand(),
    configCommand(),
    healthcheckCommand(),
  ];
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  return program;
}

const HELP = `
Settings come from the environment; "tallylight config" shows them all. With DATABASE_URL and REDIS_URL unset,
servers of its own are started under .tallylight/ and end with the last process that uses them.

Examples:
  $ tallylight run all                                   everything in one process
  $ tallylight run poll --platforms twitch               one more process that polls Twitch
  $ tallylight status                                    how everything stands
  $ tallylight watch                                     events as they are published

Exit codes:
  ${String(EXIT.done).padEnd(4)} done, or stopped as asked
  ${String(EXIT.failed).padEnd(4)} failed; a sentence on stderr says what, where and what to do
  ${String(EXIT.usage).padEnd(4)} wrong usage or settings; nothing was opened
  ${String(EXIT.gaveUp).padEnd(4)} the watchdog saw no progress and gave up: start it afresh
  ${String(EXIT.forced).padEnd(4)} ended at once by a second signal`;
