import { Command } from 'commander';
import { CATALOG, type CatalogEntry } from './catalog.ts';
import { EXIT } from './exit-codes.ts';
import { version } from './version.ts';

/**
 * The command line for these words: all commands as an overview, those whose names occur in full.
 * Throws instead of ending the process: `main` decides the exit code.
 */
export async function createProgram(words: readonly string[]): Promise<Command> {
  const program = new Command('tallylight')
    .description(
      'Counts which Discord guilds want which streams, watches exactly those, and tells every shard once when one goes live or ends.',
    )
    .version(version())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'tallylight: ')) })
    .showHelpAfterError('(run "tallylight --help" for what there is)')
    .addHelpText('after', HELP);
  const commands = await Promise.all(CATALOG.map((entry) => toCommand(entry, words)));
  for (const command of commands) program.addCommand(inherit(command, program));
  return program;
}

async function toCommand({ name, summary, load }: CatalogEntry, words: readonly string[]): Promise<Command> {
  const command = words.includes(name) ? await load() : new Command(name);
  return command.summary(summary);
}

/** Commander hands settings on only to commands made by their parent; without them a fault would end the process there. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
  return command;
}

const HELP = `
Settings come from the environment; "tallylight config" shows them all, "tallylight settings" changes some while
everything runs. With DATABASE_URL and REDIS_URL unset,
servers of its own are started under .tallylight/ and end with the last process that uses them.

Examples:
  $ tallylight demo                                      everything at work on made-up platforms
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
