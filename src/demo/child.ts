import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ChildSpec {
  /** For people: `poll 1`. */
  readonly name: string;
  /** What comes after `tallylight`. */
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** File that takes all its output. */
  readonly log: string;
  readonly onLine: (line: string) => void;
}

/** One process of the demo. It ends with us, whatever ends us. */
export interface Child {
  readonly name: string;
  readonly log: string;
  /** Resolves with a sentence when it ended without having been told to. */
  readonly lost: Promise<string>;
  /** Ends it gracefully, by force after `patienceMs`. May be called twice. */
  end(patienceMs: number): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../main.js', import.meta.url));
const END_WITH_PARENT = new URL('./end-with-parent.js', import.meta.url).href;

/** In a process group of its own: a Ctrl-C reaches us alone, and we end the others in order. */
export function startChild(spec: ChildSpec): Child {
  const child = spawn(process.execPath, ['--import', END_WITH_PARENT, PROGRAM, ...spec.args], {
    env: { ...spec.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => undefined); // its end is told by "exit"
  const last = keepOutput(child, spec);
  let told = false;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}`));
  });
  const lost = exited.then((how) => {
    if (told) return new Promise<string>(() => undefined);
    return `${spec.name} ${how}: ${last()} (${spec.log})`;
  });
  async function end(patienceMs: number): Promise<void> {
    if (!told) child.kill('SIGTERM');
    told = true;
    const force = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await exited;
    clearTimeout(force);
  }
  return { name: spec.name, log: spec.log, lost, end };
}

/** @returns what gives the last line it wrote */
function keepOutput(child: ChildProcess, { log, onLine }: ChildSpec): () => string {
  const file: WriteStream = createWriteStream(log);
  let last = 'it says nothing';
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      file.write(`${line}\n`);
      last = line;
      if (stream === child.stdout) onLine(line);
    });
  }
  child.once('close', () => file.end());
  return () => last;
}
