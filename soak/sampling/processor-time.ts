import { readdir, readFile } from 'node:fs/promises';

/** A process as `/proc/<pid>/stat` tells of it. */
export interface Ticks {
  readonly pid: number;
  readonly parent: number;
  /** Processor time of it, and of its children that have ended and were waited for. */
  readonly own: number;
  readonly ended: number;
}

/** Linux counts in hundredths of a second, whatever the kernel's own clock is. */
const A_SECOND = 100;

/** Processor time (s) of a process and of all that it has started. @returns null where the system does not tell */
export async function processorTime(root: number): Promise<number | null> {
  const entries = await readdir('/proc').catch(() => []);
  const read = entries
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')); // ended meanwhile
  const all = (await Promise.all(read)).flatMap((line) => readTicks(line) ?? []);
  return all.some(({ pid }) => pid === root) ? ticksOf(all, root) / A_SECOND : null;
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html the name, in brackets, may hold anything */
export function readTicks(line: string): Ticks | null {
  const [, pid, rest = ''] = /^(\d+) \(.*\) (.*)$/s.exec(line) ?? [];
  if (pid === undefined) return null;
  const [, parent, ...numbers] = rest.split(' ').map(Number);
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = numbers.slice(9);
  return { pid: Number(pid), parent: parent ?? 0, own: user + system, ended: endedUser + endedSystem };
}

/** Of a process and all below it. */
export function ticksOf(all: readonly Ticks[], root: number): number {
  const own = all.filter(({ pid }) => pid === root).reduce((sum, one) => sum + one.own + one.ended, 0);
  const below = all.filter(({ parent }) => parent === root);
  return below.reduce((sum, { pid }) => sum + ticksOf(all, pid), own);
}
