#!/usr/bin/env node
import { exitCodeOf } from './commands/exit-codes.ts';
import { faultText } from './commands/fault-text.ts';
import { createProgram } from './commands/program.ts';

/** A reader that has seen enough, such as `head`, is no fault. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? process.exit(0) : fail(error)));
process.on('unhandledRejection', fail);
process.on('uncaughtException', fail);

try {
  const program = await createProgram(process.argv.slice(2));
  await program.parseAsync(process.argv);
  process.exit(0);
} catch (error) {
  fail(error);
}

function fail(error: unknown): never {
  const text = faultText(error, process.env);
  if (text !== null) process.stderr.write(`${text}\n`);
  process.exit(exitCodeOf(error));
}
