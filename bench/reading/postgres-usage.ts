import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Clock ticks a second in /proc. Source: proc(5), sysconf(_SC_CLK_TCK); 100 on every Linux in use. */
const TICKS = 100;

/**
 * CPU time the processes of a Postgres have used, in ms. Backends that ended meanwhile are counted by their parent.
 * @param home the directory of the server
 * @returns null where there is no /proc
 */
export async function postgresCpuMs(home: string): Promise<number | null> {
  try {
    const pid = Number((await readFile(path.join(home, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
    const stats = await Promise.all((await pids()).map(readStat));
    return (
      stats.reduce((total, stat) => total + (stat?.pid === pid ? stat.own + stat.reaped : 0), 0) +
      childrenOf(pid, stats)
    );
  } catch {
    return null; // not a Linux
  }
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly own: number;
  readonly reaped: number;
}

function childrenOf(pid: number, stats: readonly (Stat | null)[]): number {
  return stats.reduce((total, stat) => total + (stat?.parent === pid ? stat.own : 0), 0);
}

async function pids(): Promise<string[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
}

/** @returns null when the process has just ended */
async function readStat(pid: string): Promise<Stat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The name, in brackets, may hold spaces and brackets itself.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ms = (from: number): number => (1_000 * ((fields[from] ?? 0) + (fields[from + 1] ?? 0))) / TICKS;
  return { pid: Number(pid), parent: fields[1] ?? 0, own: ms(11), reaped: ms(13) };
}
