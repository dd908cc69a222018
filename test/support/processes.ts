import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll } from 'vitest';
import { eventually } from './eventually.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const running = new Set<ChildProcess>();

/** A process of the product, as an operator would start it. */
export interface Tallylight {
  readonly pid: number;
  /** Everything written so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the match when stdout or stderr shows it. @throws with the whole output when it ends before, or never does */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Sends the signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
  send(signal: NodeJS.Signals): void;
}

export type Environment = Readonly<Record<string, string>>;

/**
 * Runs `tallylight <args>` from what was built. It sees of our environment only the PATH and HOME, so that no setting
 * of the machine changes a test. What still runs when the test file ends is killed.
 */
export function spawnTallylight(args: readonly string[], env: Environment = {}): Tallylight {
  return spawnNode([path.join('dist', 'src', 'main.js'), ...args], env);
}

/** Runs a script of this repository with Node, the same way. */
export function spawnNode(args: readonly string[], env: Environment = {}, cwd = ROOT): Tallylight {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return wrap(child, args.join(' '));
}

function inherited(): Environment {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function wrap(child: ChildProcess, what: string): Tallylight {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  let ended = false;
  // "close" rather than "exit": then all its output has been read.
  const exited = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      ended = true;
      resolve(code ?? signal ?? 'SIGKILL');
    });
  });
  const send = (signal: NodeJS.Signals): void => void child.kill(signal);
  const waitFor = async (pattern: RegExp): Promise<RegExpExecArray> => {
    const found = (): RegExpExecArray | null => pattern.exec(stdout) ?? pattern.exec(stderr);
    await eventually(() => {
      if (!found() && !ended) throw new Error(`"${what}" has not shown ${pattern} yet; ${shown(stdout, stderr)}`);
    });
    const match = found();
    if (match) return match;
    throw new Error(`"${what}" ended without showing ${pattern}; ${shown(stdout, stderr)}`);
  };
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    waitFor,
    exited,
    send,
    end: (signal = 'SIGTERM') => {
      send(signal);
      return exited;
    },
  };
}

function shown(stdout: string, stderr: string): string {
  return `stdout:\n${stdout}\nstderr:\n${stderr}`;
}

afterAll(async () => {
  const left = [...running];
  await Promise.all(
    left.map((child) => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      return gone;
    }),
  );
});

// A test worker that is torn down early runs no hooks.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
