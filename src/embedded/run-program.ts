import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Account } from './account.ts';

const execute = promisify(execFile);

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** All of its environment; ours unless told. */
  readonly env?: Readonly<Record<string, string>>;
  readonly account?: Account | null;
}

/** Runs a program to its end. @returns what it wrote on stdout @throws a sentence with the command and its complaint */
export async function runProgram({ command, args, cwd = '/', env, account }: Program): Promise<string> {
  try {
    const { stdout } = await execute(command, [...args], {
      cwd,
      maxBuffer: 64 * 1024 * 1024,
      ...(env ? { env: { ...env } } : {}),
      ...(account ?? {}),
    });
    return stdout;
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    throw new Error(`"${command} ${args.join(' ')}" failed: ${stderr?.trim() || message}`, { cause });
  }
}

export function succeeds(program: Program): Promise<boolean> {
  return runProgram(program).then(
    () => true,
    () => false,
  );
}

/** The path of a program; null when there is none of that name. */
export async function programOnPath(name: string): Promise<string | null> {
  return runProgram({ command: '/bin/sh', args: ['-c', 'command -v "$1"', 'sh', name] }).then(
    (found) => found.trim() || null,
    () => null,
  );
}
