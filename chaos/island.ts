import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROCESS = fileURLToPath(new URL('./island-process.js', import.meta.url));
const run = promisify(execFile);

/** A network namespace of Linux, with a way through it to a server here. The cable to it can be pulled. */
export interface Island {
  /** Where the way begins. */
  readonly host: string;
  readonly port: number;
  /** What is sent is lost in the kernel, unanswered. Connections stand, and go on where the cable comes back in time. */
  pull(): Promise<void>;
  plug(): Promise<void>;
  /** The namespace and the cable go with the process that lives there. */
  close(): void;
}

interface Cable {
  readonly ours: { readonly device: string; readonly host: string };
  readonly theirs: { readonly device: string; readonly host: string };
}

/**
 * @param serve listens at our end of the cable, and resolves with its port
 * @returns null where it is not to be had: it takes Linux, root, `unshare`, `nsenter` and `ip`
 */
export async function openIsland(serve: (host: string) => Promise<number>): Promise<Island | null> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  const { ours, theirs } = cableOf(process.pid);
  const child = spawn('unshare', ['--net', process.execPath, PROCESS, theirs.host, ours.host]);
  const close = (): void => void child.kill('SIGKILL');
  try {
    const nextLine = linesOf(child);
    await nextLine();
    await lay({ ours, theirs }, child.pid ?? 0);
    child.stdin.write(`${await serve(ours.host)}\n`);
    const port = Number(await nextLine());
    const set = async (state: string) => void (await inside(child, ['ip', 'link', 'set', theirs.device, state]));
    return { host: theirs.host, port, pull: () => set('down'), plug: () => set('up'), close };
  } catch {
    close();
    return null;
  }
}

/** Names and addresses that two runs on one machine do not share. */
function cableOf(pid: number): Cable {
  const [third, fourth] = [(pid >> 6) % 256, (pid % 64) * 4];
  const end = (which: number): Cable['ours'] => ({
    device: `chaos${pid}-${which}`,
    host: `10.213.${third}.${fourth + which}`,
  });
  return { ours: end(1), theirs: end(2) };
}

/** Our side must not ask who lives there: without an answer it would tell those who send, instead of losing what they send. */
async function lay({ ours, theirs }: Cable, pid: number): Promise<void> {
  const address = '02:00:00:00:00:02';
  const peer = ['peer', 'name', theirs.device, 'address', address, 'netns', String(pid)];
  await run('ip', ['link', 'add', ours.device, 'type', 'veth', ...peer]);
  await run('ip', ['address', 'add', `${ours.host}/30`, 'dev', ours.device]);
  await run('ip', ['link', 'set', ours.device, 'up']);
  await run('ip', ['neighbour', 'replace', theirs.host, 'lladdr', address, 'dev', ours.device, 'nud', 'permanent']);
  await inside({ pid }, ['ip', 'address', 'add', `${theirs.host}/30`, 'dev', theirs.device]);
  await inside({ pid }, ['ip', 'link', 'set', theirs.device, 'up']);
}

function inside({ pid }: Pick<ChildProcess, 'pid'>, command: readonly string[]): Promise<unknown> {
  return run('nsenter', ['--target', String(pid), '--net', ...command]);
}

/** @returns what gives the next line. It throws when the process could not begin, or has ended */
function linesOf(child: ReturnType<typeof spawn>): () => Promise<string> {
  const ended = Promise.race([once(child, 'error'), once(child, 'exit')]).then(() => {
    throw new Error('the island is gone');
  });
  ended.catch(() => undefined); // told to whoever waits for a line
  if (!child.stdout) throw new Error('the island has no output');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return () => Promise.race([lines.next().then(({ value }) => String(value)), ended]);
}
