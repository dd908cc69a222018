import { unpackedProgram, unpackPackages } from './debian-packages.ts';
import { redisAdvice } from './redis-advice.ts';
import { programOnPath, succeeds } from './run-program.ts';

/** A redis-server or valkey-server and what its environment needs. */
export interface RedisProgram {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface RedisSearch {
  /** Where packages may be unpacked, and are found again. */
  readonly unpackInto: string;
  readonly onProgress: (line: string) => void;
}

/**
 * Redis or Valkey from the PATH, else from the packages of Debian and its kin, unpacked without being installed.
 * @throws a sentence with the one command to run where there is none to be had
 */
export async function findRedis({ unpackInto, onProgress }: RedisSearch): Promise<RedisProgram> {
  const found = (await onPath()) ?? (await unpacked(unpackInto));
  if (found) return found;
  if (!(await programOnPath('apt-get'))) throw new Error(await redisAdvice('there is no redis-server on the PATH'));
  onProgress('there is no redis-server on the PATH: unpacking one from the packages of this system');
  try {
    await unpackPackages({ packages: ['redis-server', 'redis-tools'], into: unpackInto });
  } catch (cause) {
    throw new Error(await redisAdvice((cause as Error).message), { cause });
  }
  const program = await unpacked(unpackInto);
  if (program) return program;
  throw new Error(await redisAdvice(`the redis-server unpacked in ${unpackInto} does not run`));
}

async function onPath(): Promise<RedisProgram | null> {
  for (const name of ['redis-server', 'valkey-server']) {
    const command = await programOnPath(name);
    if (command && (await runs({ command, env: {} }))) return { command, env: {} };
  }
  return null;
}

async function unpacked(root: string): Promise<RedisProgram | null> {
  const program = await unpackedProgram(root, 'usr', 'bin', 'redis-server');
  return program && (await runs(program)) ? program : null;
}

/** Whether it starts at all: its libraries are there, and it is for this machine. */
function runs({ command, env }: RedisProgram): Promise<boolean> {
  return succeeds({ command, args: ['--version'], env });
}
