import { mkdir } from 'node:fs/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Supervised } from '../../chaos/process.ts';
import { type Servers, startServers } from '../../chaos/servers.ts';
import type { Streamer } from '../../simulator/broadcast.ts';
import { createRandom } from '../../simulator/random.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { PLATFORMS } from '../../src/shared/domain/platform.ts';
import { type Account, createAccount } from '../account.ts';
import type { Plan } from '../plan.ts';
import { savePages } from '../sampling/processes.ts';
import { createSampler, type Sampler } from '../sampling/sampler.ts';
import { settingsOfRoles, SHARDS } from '../settings.ts';
import { type Airing, createAiring } from './airing.ts';
import { type Actor, type CastParts, shardDirectory, startRoles, startShards } from './cast.ts';
import { followTold } from './told-tail.ts';
import { createWishes, type Wishes } from './wishes.ts';

export interface StageParts {
  readonly plan: Plan;
  /** Where the log of every process goes. */
  readonly logs: string;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly onProgress: (line: string) => void;
}

/** Servers, the simulator, the roles and the shards, at work. */
export interface Stage {
  readonly servers: Servers;
  readonly sim: Simulator;
  readonly database: pg.Client;
  readonly actors: readonly Actor[];
  readonly account: Account;
  readonly airing: Airing;
  readonly wishes: Wishes;
  readonly sampler: Sampler;
  readonly beganAt: number;
  /** How often processes ended that nobody had ended, by name, since all were there. */
  crashes(): Record<string, number>;
}

/** Sets everything up, lets `act` happen on it, and takes it down again whatever becomes of it. */
export async function onStage<T>(parts: StageParts, act: (stage: Stage) => Promise<T>): Promise<T> {
  const undo: (() => unknown)[] = [];
  try {
    return await act(await setStage(parts, undo));
  } finally {
    for (const step of undo) await step();
  }
}

async function setStage({ plan, logs, inherited, onProgress }: StageParts, undo: (() => unknown)[]): Promise<Stage> {
  await mkdir(logs, { recursive: true });
  const servers = await startServers(onProgress);
  undo.unshift(() => servers.end());
  const sim = await startSimulator({ seed: plan.seed });
  undo.unshift(() => sim.stop());
  const account = createAccount(SHARDS);
  const streamers = castStreamers(sim, plan);

  const settings = { ...sim.env(), ...settingsOfRoles(plan) };
  const cast: CastParts = { servers, inherited, settings, logs };
  onProgress(`starting nine processes and two shards for ${streamers.length} keys`);
  const { actors, shards } = await startCast(cast, account, undo);

  const wishes = createWishes({ shards, streamers, plan, random: createRandom(`${plan.seed}/wishes`) });
  const isOwed = (streamer: Streamer): boolean => !wishes.isRestless(streamer);
  const random = createRandom(`${plan.seed}/airing`);
  const airing = createAiring({ world: sim.world, streamers, isOwed, account, plan, random });
  const { redis, database } = await connect(servers, undo);
  const beganAt = Date.now();
  const { delays, tally } = account;
  const sampler = createSampler({ redis, database, actors, shards, tally, delays, beganAt });
  const crashes = crashesSince([...actors.map(({ process }) => process), ...shards]);
  return { servers, sim, database, actors, account, airing, wishes, sampler, beganAt, crashes };
}

function castStreamers({ world }: Simulator, { streamers }: Plan): Streamer[] {
  return PLATFORMS.flatMap((platform) =>
    Array.from({ length: streamers[platform] }, () => world.addStreamer({ platform })),
  );
}

async function startCast(cast: CastParts, { told }: Account, undo: (() => unknown)[]) {
  const actors = await startRoles(cast);
  undo.unshift(() => Promise.all(actors.map(({ process }) => process.end())));
  undo.unshift(() => savePages(actors, cast.logs));
  const shards = await startShards(cast);
  undo.unshift(() => Promise.all(shards.map((shard) => shard.end())));
  const directories = SHARDS.map((name) => shardDirectory(cast.servers, name));
  undo.unshift(followTold(directories, told));
  return { actors, shards };
}

async function connect(servers: Servers, undo: (() => unknown)[]): Promise<{ redis: Redis; database: pg.Client }> {
  const redis = new Redis(servers.redis.direct);
  undo.unshift(() => redis.disconnect());
  const database = new pg.Client({ connectionString: servers.postgres.direct });
  await database.connect();
  undo.unshift(() => database.end());
  return { redis, database };
}

/** What a busy machine does not let start in time ends and is started again, which is nothing that is judged here. */
function crashesSince(processes: readonly Supervised[]): () => Record<string, number> {
  const before = processes.map((one) => one.crashes());
  return () => {
    const since = processes.map((one, index) => [one.name, one.crashes() - (before[index] ?? 0)] as const);
    return Object.fromEntries(since.filter(([, count]) => count > 0));
  };
}
