import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutSettings } from '../src/demo/settings.ts';
import { type Supervised, supervise } from './process.ts';
import { clockFile } from './servers.ts';
import type { Stage } from './stage.ts';
import { settingsOfRoles, SHARDS } from './settings.ts';
import { TOLD_FILE } from './told-file.ts';
import type { Wishes } from './wishes.ts';

const PROGRAM = fileURLToPath(new URL('../src/main.js', import.meta.url));
const SHARD = fileURLToPath(new URL('./shard.js', import.meta.url));
const END_WITH_PARENT = new URL('../src/demo/end-with-parent.js', import.meta.url).href;

/** Every role a process of its own, two of them polling. */
const ROLES = { listen: 'listen', flush: 'flush', sync: 'sync', 'poll-1': 'poll', 'poll-2': 'poll' } as const;

export interface CastParts {
  readonly servers: Stage['servers'];
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** What points at the simulator. */
  readonly simulator: Readonly<Record<string, string>>;
  readonly logs: string;
}

/** Starts the roles; resolves when all are ready. */
export async function startRoles({ servers, inherited, simulator, logs }: CastParts): Promise<Map<string, Supervised>> {
  const { redis, postgres } = servers;
  const addressesOf = (role: string): Record<string, string> => ({
    DATABASE_URL: postgres.url,
    REDIS_URL: role === 'poll' ? redis.polling.url : redis.url,
  });
  const env = { ...withoutSettings(inherited), ...simulator, ...settingsOfRoles() };
  const roles = Object.entries(ROLES).map(([name, role]) =>
    supervise({
      name,
      args: ['--import', END_WITH_PARENT, '--import', wrongClock(servers, name), PROGRAM, 'run', role],
      env: { ...env, ...addressesOf(role) },
      log: path.join(logs, `${name}.log`),
    }),
  );
  await Promise.all(roles.map((role) => role.ready()));
  return new Map(roles.map((role) => [role.name, role]));
}

function wrongClock(servers: Stage['servers'], name: string): string {
  const loaded = new URL('./wrong-clock.js', import.meta.url);
  loaded.searchParams.set('file', clockFile(servers, name));
  return loaded.href;
}

/** Starts the shards, which take the wishes. */
export async function startShards({ servers, inherited, logs }: CastParts, wishes: Wishes): Promise<Supervised[]> {
  const shards = SHARDS.map((name, index) =>
    supervise({
      name: `shard ${name}`,
      args: [SHARD, servers.redis.url, shardDirectory(servers, name), name],
      env: withoutSettings(inherited),
      log: path.join(logs, `shard-${name}.log`),
      onLine: (line) => wishes.taken(index, (JSON.parse(line) as { taken: number }).taken),
      onReady: () => wishes.again(index),
    }),
  );
  await Promise.all(shards.map((shard) => shard.ready()));
  return shards;
}

/** Made before they start. @returns where a shard keeps what it is told */
export async function makeShardDirectories(servers: Stage['servers']): Promise<string[]> {
  const directories = SHARDS.map((name) => shardDirectory(servers, name));
  await Promise.all(directories.map((directory) => mkdir(directory, { recursive: true })));
  return directories.map((directory) => path.join(directory, TOLD_FILE));
}

function shardDirectory({ directory }: Pick<Stage['servers'], 'directory'>, name: string): string {
  return path.join(directory, `shard-${name}`);
}
