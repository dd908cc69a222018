import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Account } from './account.ts';

export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** What ends it gracefully when its owner is gone. */
  readonly signal: 'TERM' | 'INT';
  /** Whom it runs as; our own account unless told. */
  readonly account: Account | null;
  /** File that its output is appended to. */
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A server that ends with the process that started it, whatever ends that one. */
export interface GuardedProcess {
  /** The exit code of the server; null when its guard was killed. */
  readonly exited: Promise<number | null>;
  /** Ends it gracefully, by force after `patienceMs`. May be called twice, and after its end. */
  stop(patienceMs: number): Promise<void>;
  /** SIGKILL, as a machine that runs out of memory does it. */
  kill(): Promise<void>;
}

const LONGEST_LOG = 10_000_000;

// A shell waits for the server; a second one reads from a socket whose other end only our process holds. When that end
// is closed, on purpose or by our death (kill -9 included), it signals the server. The first line tells us its number.
const GUARD = `
signal=$1; shift
"$@" 3<&- & server=$!
( trap '' INT TERM HUP; read -r line <&3 || kill -"$signal" "$server" ) 2>/dev/null & watch=$!
echo "$server" >&3
wait "$server"; code=$?
kill -KILL "$watch" 2>/dev/null
exit "$code"`;

/** @throws when the shell cannot be started; a command that does not exist ends with exit code 127 */
export async function startGuarded(command: GuardedCommand): Promise<GuardedProcess> {
  const log = await openLog(command.log);
  try {
    const child = spawn('/bin/sh', ['-c', GUARD, 'sh', command.signal, command.command, ...command.args], {
      cwd: '/',
      detached: true,
      env: { LC_ALL: 'C', TZ: 'UTC', ...command.env },
      stdio: ['ignore', log.fd, log.fd, 'pipe'],
      ...(command.account ?? {}),
    });
    await started(child);
    return guarded(child, await serverPid(child));
  } finally {
    await log.close();
  }
}

/** Begins anew when it has grown long: nobody else looks after it. */
async function openLog(file: string): Promise<FileHandle> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  return open(file, size > LONGEST_LOG ? 'w' : 'a', 0o600);
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
}

/** @throws when the guard ended before it could start anything */
function serverPid(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    lifeline(child).once('data', (line: Buffer) => resolve(Number(line.toString())));
    child.once('exit', (code) => reject(new Error(`the guard of a server ended at once, with code ${code}`)));
  });
}

function lifeline(child: ChildProcess): Socket {
  return child.stdio[3] as Socket;
}

function guarded(child: ChildProcess, pid: number): GuardedProcess {
  const life = lifeline(child);
  life.on('error', () => undefined); // it broke because the server ended, which `exited` tells
  const exited = new Promise<number | null>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    child.once('exit', (code) => resolve(code));
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) signal(pid, 'SIGKILL');
    await exited;
    life.destroy();
  };
  return {
    exited,
    kill,
    async stop(patienceMs) {
      life.destroy();
      const force = setTimeout(kill, patienceMs);
      await exited;
      clearTimeout(force);
    },
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
