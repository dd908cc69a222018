import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startCluster } from '../../src/demo/cluster.ts';
import { withoutSettings } from '../../src/demo/settings.ts';
import { openShard, type Shard } from '../../src/demo/shard.ts';
import { startSimulation } from '../../src/demo/simulated-platforms.ts';
import { createUndo } from '../../src/demo/undo.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { createLogger } from '../../src/shared/runtime/logger.ts';
import type { Servers } from '../servers.ts';
import { createSteering, type Steering } from './steering.ts';

/** The simulator, the product with a process for each role and two that poll, and one shard that listens. */
export interface Stage {
  readonly steering: Steering;
  readonly shard: Shard;
  readonly database: Database;
  close(): Promise<void>;
}

export interface StageParts {
  readonly servers: Servers;
  /** Settings beyond the usual ones. */
  readonly env: Readonly<Record<string, string>>;
}

export async function setStage({ servers, env }: StageParts): Promise<Stage> {
  const undo = createUndo();
  const logs = await mkdtemp(path.join(tmpdir(), 'tallylight-bench-logs-'));
  undo.add(() => rm(logs, { recursive: true, force: true }));
  try {
    const plain = withoutSettings(process.env);
    const quiet = { seed: 'bench', streamers: 0, onTruth: () => undefined };
    const simulation = await startSimulation({ ...quiet, env: plain, logs, undo });
    const { databaseUrl, redisUrl } = servers;
    const own = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, HTTP_PORT: '0', LOG_LEVEL: 'info' };
    await startCluster({ env: { ...plain, ...simulation.env, ...own, ...env }, webPort: 0, logs, undo });
    const logger = createLogger({ level: 'warn', secrets: [], destination: process.stderr });
    const shard = await openShard({ redisUrl, index: 0, logger, onHeard: () => undefined });
    undo.add(async () => shard.close());
    const database = openDatabase(databaseUrl, 2);
    undo.add(() => database.$disconnect());
    return { steering: createSteering(simulation.url), shard, database, close: undo.run };
  } catch (error) {
    await undo.run();
    throw error;
  }
}
