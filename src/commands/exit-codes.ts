import { CommanderError } from 'commander';
import { ForcedEndError, GaveUpError } from '../lifecycle.ts';
import { ConfigError } from '../shared/config/config.ts';
import { ServersError } from '../shared/runtime/server-fault.ts';

/** What the program ends with. `--help` lists them; compose files and scripts rely on them. */
export const EXIT = { done: 0, failed: 1, usage: 2, gaveUp: 70, forced: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command was called in a way that cannot work. The message says which way can. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command did its work, and its answer is no; it has said why itself. Exit code 1. */
export class NegativeAnswer extends Error {
  override readonly name = 'NegativeAnswer';
}

/** Decides what an error that ended the program means to whoever started it. */
export function exitCodeOf(error: unknown): ExitCode {
  // Help that was asked for ends with 0, help instead of an answer does not.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof ConfigError || error instanceof UsageError) return EXIT.usage;
  if (error instanceof ServersError) {
    return error.faults.every((fault) => fault.kind === 'settings') ? EXIT.usage : EXIT.failed;
  }
  if (error instanceof GaveUpError) return EXIT.gaveUp;
  if (error instanceof ForcedEndError) return EXIT.forced;
  return EXIT.failed;
}
