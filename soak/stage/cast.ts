import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Supervised, supervise } from '../../chaos/process.ts';
import type { Servers } from '../../chaos/servers.ts';
import { withoutSettings } from '../../src/demo/settings.ts';
import { SHARDS } from '../settings.ts';

const PROGRAM = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const SHARD = fileURLToPath(new URL('../shard.js', import.meta.url));
const END_WITH_PARENT = new URL('../../src/demo/end-with-parent.js', import.meta.url).href;

/** Two of every role that works: the first ones stay, so that their memory can be judged; the others are restarted. */
const ROLES = ['listen', 'poll', 'flush', 'sync'] as const;
const STAYING = [...ROLES, 'web'] as const;

export interface CastParts {
  readonly servers: Servers;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** Settings, and what points at the simulator. */
  readonly settings: Readonly<Record<string, string>>;
  readonly logs: string;
}

/** A process of the product. */
export interface Actor {
  readonly name: string;
  readonly process: Supervised;
  readonly stays: boolean;
  /** Where it answers, since it was last started; empty before. */
  address(): string;
}

/** Starts the roles; resolves when all are ready. */
export async function startRoles({ servers, inherited, settings, logs }: CastParts): Promise<Actor[]> {
  // Nothing breaks the network here, so nothing needs to go through the proxies, which this process would have to serve.
  const given = { DATABASE_URL: servers.postgres.direct, REDIS_URL: servers.redis.direct };
  const env = { ...withoutSettings(inherited), ...settings, ...given };
  const start = async (names: readonly string[]): Promise<Actor[]> => {
    const actors = names.map((name) => startRole(name, env, path.join(logs, `${name}.log`)));
    await Promise.all(actors.map(({ process }) => process.ready()));
    return actors;
  };
  // Not all at once: on a machine with few processors each would wait so long for its turn that it gives up its start.
  const staying = await start(STAYING.map((role) => `${role}-1`));
  return [...staying, ...(await start(ROLES.map((role) => `${role}-2`)))];
}

function startRole(name: string, env: Readonly<Record<string, string>>, log: string): Actor {
  let address = '';
  const role = name.slice(0, name.indexOf('-'));
  const args = ['--import', END_WITH_PARENT, PROGRAM, 'run', role];
  const process = supervise({
    ...{ name, args, env, log },
    onLine(line) {
      if (line.includes('"msg":"http listening"')) address = (JSON.parse(line) as { address: string }).address;
    },
  });
  return { name, process, stays: name.endsWith('-1'), address: () => address };
}

/** Starts the shards, each with a directory in which it keeps what it is told; resolves when all are ready. */
export async function startShards({ servers, inherited, logs }: CastParts): Promise<Supervised[]> {
  const shards = await Promise.all(
    SHARDS.map(async (name) => {
      const directory = shardDirectory(servers, name);
      await mkdir(directory, { recursive: true });
      const args = [SHARD, servers.redis.direct, directory, name];
      const env = withoutSettings(inherited);
      return supervise({ name: `shard-${name}`, args, env, log: path.join(logs, `shard-${name}.log`) });
    }),
  );
  await Promise.all(shards.map((shard) => shard.ready()));
  return shards;
}

export function shardDirectory({ directory }: Pick<Servers, 'directory'>, name: string): string {
  return path.join(directory, `shard-${name}`);
}
