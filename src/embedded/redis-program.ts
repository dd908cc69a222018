import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A redis-server or valkey-server and what its environment needs. */
export interface RedisProgram {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface RedisSearch {
  /** Where a user without root rights may unpack packages. */
  readonly unpackInto: string;
  readonly onProgress: (line: string) => void;
}

/**
 * Redis or Valkey from the PATH, else from the system's packages.
 * @throws a sentence with the one command to run, where there is none to be had
 */
export async function findRedis(search: RedisSearch): Promise<RedisProgram> {
  const found = await redisOnPath();
  if (found) return found;
  throw new Error(`no redis-server: ${search.unpackInto}`);
}

/** @returns null when neither Redis nor Valkey is on the PATH */
export async function redisOnPath(): Promise<RedisProgram | null> {
  for (const name of ['redis-server', 'valkey-server']) {
    const command = await run('/bin/sh', ['-c', 'command -v "$1"', 'sh', name]).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    );
    if (command !== '' && (await runs({ command, env: {} }))) return { command, env: {} };
  }
  return null;
}

/** Whether it starts at all: its libraries are there, and it is for this machine. */
export async function runs({ command, env }: RedisProgram): Promise<boolean> {
  return run(command, ['--version'], { env: { ...env } }).then(
    () => true,
    () => false,
  );
}
