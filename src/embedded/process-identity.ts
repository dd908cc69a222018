import { readFile } from 'node:fs/promises';
import { runProgram } from './run-program.ts';

/** A running process, told apart from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the kernel counts it; null where the kernel does not tell (macOS). */
  readonly startedAt: string | null;
}

/** @returns null when no such process runs; one that ended and was never reaped does not run */
export async function identify(pid: number): Promise<ProcessIdentity | null> {
  if (!exists(pid)) return null;
  if (process.platform !== 'linux') return { pid, startedAt: null };
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The second field is the name in brackets, which may hold anything; state is field 3, start time field 22 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return { pid, startedAt: `${boot.trim()}/${fields[19] ?? ''}` };
}

export async function isRunning(process: ProcessIdentity): Promise<boolean> {
  const now = await identify(process.pid);
  return now !== null && now.startedAt === process.startedAt;
}

/** The command line of a running process, words separated by spaces; empty when there is none. */
export async function commandLine(pid: number): Promise<string> {
  if ((await identify(pid)) === null) return '';
  if (process.platform !== 'linux') {
    return runProgram({ command: 'ps', args: ['-o', 'command=', '-p', String(pid)] }).catch(() => '');
  }
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ').trim();
}

function exists(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
