import { CommanderError } from 'commander';
import { ConfigError, type Environment, secretsIn } from '../shared/config/config.ts';
import { VARIABLES, type Variable } from '../shared/config/variables.ts';
import { scrubber } from '../shared/runtime/logger.ts';
import { NegativeAnswer } from './exit-codes.ts';

/**
 * What a person reads when an error ended the program: sentences, without secrets.
 * @returns null when everything has been said already
 */
export function faultText(error: unknown, env: Environment): string | null {
  if (error instanceof CommanderError || error instanceof NegativeAnswer) return null;
  const scrub = scrubber(secretsOf(env));
  const lines = sentences(error).map((line) => `tallylight: ${line}`);
  if (wantsStack(env) && error instanceof Error && error.stack) lines.push(error.stack);
  return scrub(lines.join('\n'));
}

function sentences(error: unknown): string[] {
  if (error instanceof ConfigError) return error.faults.map((fault) => `setting ${fault}`);
  if (!(error instanceof Error)) return [String(error)];
  const lines = error.message.split('\n').filter((line) => line.trim() !== '');
  // Prisma quotes the code that made the query before it says what went wrong.
  const telling = error.name.startsWith('PrismaClient') ? lines.slice(-1) : lines;
  return telling.length > 0 ? telling : [error.name];
}

function wantsStack(env: Environment): boolean {
  return ['debug', 'trace'].includes(env.LOG_LEVEL?.trim().toLowerCase() ?? '');
}

/** Read straight from the environment: a fault may come before, or because of, the settings. */
function secretsOf(env: Environment): string[] {
  const names = Object.entries(VARIABLES).filter(([, variable]) => (variable as Variable).secret);
  const values = names.flatMap(([name]) => env[name] ?? []);
  return values.flatMap((value) => [value, ...secretsIn(value)]);
}
