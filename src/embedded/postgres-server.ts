import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { EmbeddedServer } from './embedded-server.ts';
import { endOrphan } from './end-orphan.ts';
import { freePort } from './free-port.ts';
import { type GuardedProcess, startGuarded } from './guarded-process.ts';
import { type PostgresPlaces, type PreparedPostgres, preparePostgres } from './postgres-data.ts';
import { commandLine } from './process-identity.ts';
import { readSaved } from './saved.ts';

const SHUTDOWN_MS = 20_000;
const START_MS = 60_000;

export interface PostgresOptions extends PostgresPlaces {
  /** Exactly this port; unless told the one it had before when that is free, else any. */
  readonly port?: number | null;
  /** Settings of postgresql.conf beyond the defaults. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres extends EmbeddedServer {
  url(database: string): string;
}

/**
 * Starts a Postgres of our own on loopback.
 * @throws with the tail of its log when it does not come up
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const prepared = await preparePostgres(options);
  await endOrphanOf(prepared.home);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort(Number(await readSaved(options.home, 'port'))));
    const server = await launch(prepared, { port, settings: options.settings ?? {} });
    const failure = await readiness(server, prepared, port);
    if (failure === null) {
      await writeFile(path.join(options.home, 'port'), String(port));
      return running(server, prepared, port);
    }
    await server.kill();
    // The port may be taken between our look and its bind, and backends of a killed server take a moment to notice.
    if (attempt === 20 || !/address already in use|shared memory block/i.test(failure)) throw new Error(failure);
    await sleep(250);
  }
}

async function endOrphanOf(home: string): Promise<void> {
  const data = path.join(home, 'data');
  const pid = Number((await readSaved(data, 'postmaster.pid')).split('\n')[0]);
  const holdsIt = (await commandLine(pid)).includes(data);
  if (holdsIt) await endOrphan(pid, 'SIGINT');
}

function launch(
  { bin, home, account }: PreparedPostgres,
  { port, settings }: { port: number; settings: Readonly<Record<string, string>> },
): Promise<GuardedProcess> {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    ...settings,
  };
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return startGuarded({
    command: path.join(bin, 'postgres'),
    args: ['-D', path.join(home, 'data'), ...args],
    signal: 'INT', // "fast": roll back what runs and close; TERM would wait for every client
    account,
    log: path.join(home, 'log'),
  });
}

/** @returns null when it answers, else what it wrote before it gave up */
async function readiness(server: GuardedProcess, prepared: PreparedPostgres, port: number): Promise<string | null> {
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  const started = Date.now();
  while (!ended && Date.now() - started < START_MS) {
    if (await answers(postgresUrl({ password: prepared.password, port, database: 'postgres' }))) return null;
    await sleep(30);
  }
  const log = await readFile(path.join(prepared.home, 'log'), 'utf8').catch(() => '');
  const how = ended ? 'ended at once' : `did not answer within ${START_MS / 1000} s`;
  return `the embedded Postgres in ${prepared.home} ${how}; its log ends with:\n${log.trim().split('\n').slice(-5).join('\n')}`;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined); // a server that goes away while we ask does not answer
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function running(server: GuardedProcess, { password }: PreparedPostgres, port: number): EmbeddedPostgres {
  return {
    port,
    exited: server.exited,
    url: (database) => postgresUrl({ password, port, database }),
    stop: () => server.stop(SHUTDOWN_MS),
    kill: () => server.kill(),
  };
}

/** The address of a server of ours. */
export function postgresUrl({
  password,
  port,
  database,
}: {
  password: string;
  port: number;
  database: string;
}): string {
  return `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;
}
