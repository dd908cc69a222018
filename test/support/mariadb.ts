import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Connection, createConnection } from 'mariadb';
import { unpackedProgram, unpackPackages } from '../../src/embedded/debian-packages.ts';
import { fileExists } from '../../src/embedded/file-exists.ts';
import { type GuardedProcess, startGuarded } from '../../src/embedded/guarded-process.ts';
import { programOnPath, runProgram } from '../../src/embedded/run-program.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

/** A MariaDB of its own. It ends with this process, whatever ends it. */
export interface TestMariadb {
  readonly port: number;
  /** The address of a database for an account; the account may do everything unless it is another. */
  url(database: string, account?: { readonly user: string; readonly password: string }): string;
  /** Runs statements one after the other, as an account that may do everything. */
  execute(...statements: readonly string[]): Promise<void>;
  query<T>(statement: string): Promise<T[]>;
  /** Runs a statement whose effect lasts until it is let go, or the server ends. */
  hold(statement: string): Promise<{ letGo(): void }>;
  /** SIGKILL; `restart` brings it back. */
  kill(): Promise<void>;
  /** On the same port, with what it held. */
  restart(): Promise<void>;
  /** Ends it and removes its data. May be called twice. */
  stop(): Promise<void>;
}

/** What is needed to run a MariaDB, installed or unpacked. */
export interface MariadbProgram {
  readonly server: string;
  readonly installer: string;
  /** Where its files are when they are not where they were built for. */
  readonly base: string | null;
  readonly env: Readonly<Record<string, string>>;
}

const PACKAGES = ['mariadb-server-core', 'mariadb-client-core'];
const UNPACKED = path.resolve(import.meta.dirname, '..', '..', '.tallylight', 'mariadb-package');
const ROOT = { user: 'root', password: 'open-sesame' };
const START_MS = 120_000;

/** The MariaDB of this system; where there is none, Debian's packages of it, unpacked once into the clone. */
export async function findMariadb({ installed = true, unpackInto = UNPACKED } = {}): Promise<MariadbProgram> {
  const found = installed ? await onPath() : null;
  if (found) return found;
  const before = await unpacked(unpackInto);
  if (before) return before;
  await mkdir(path.dirname(unpackInto), { recursive: true });
  await unpackPackages({ packages: PACKAGES, into: unpackInto });
  const program = await unpacked(unpackInto);
  if (program) return program;
  throw new Error(`the MariaDB unpacked in ${unpackInto} is not complete: run "apt-get install mariadb-server"`);
}

async function onPath(): Promise<MariadbProgram | null> {
  const server = (await programOnPath('mariadbd')) ?? '/usr/sbin/mariadbd';
  const installer = await programOnPath('mariadb-install-db');
  return installer && (await fileExists(server)) ? { server, installer, base: null, env: {} } : null;
}

async function unpacked(root: string): Promise<MariadbProgram | null> {
  const server = await unpackedProgram(root, 'usr', 'sbin', 'mariadbd');
  const installer = await unpackedProgram(root, 'usr', 'bin', 'mariadb-install-db');
  if (!server || !installer) return null;
  return { server: server.command, installer: installer.command, base: path.join(root, 'usr'), env: server.env };
}

/** Takes a few seconds: for test files that need one. */
export async function startMariadb(given?: MariadbProgram): Promise<TestMariadb> {
  const program = given ?? (await findMariadb());
  const home = await mkdtemp(path.join(tmpdir(), 'tallylight-mariadb-'));
  await mkdir(path.join(home, 'tmp'));
  await install(program, home);
  const port = await freePort();
  let server = await launch(program, home, port);
  await eventually(() => openDoor(path.join(home, 'socket')), START_MS);
  return {
    port,
    url: (database, { user, password } = ROOT) => `mysql://${user}:${password}@127.0.0.1:${port}/${database}`,
    execute: (...statements) => execute(port, statements),
    query: (statement) => query(port, statement),
    async hold(statement) {
      const connection = await connect(port);
      connection.on('error', () => undefined); // the server was ended meanwhile
      await connection.query(statement);
      return { letGo: () => connection.destroy() };
    },
    kill: () => server.kill(),
    async restart() {
      await server.stop(START_MS);
      server = await launch(program, home, port);
      await eventually(async () => (await connect(port)).end(), START_MS);
    },
    async stop() {
      await server.stop(START_MS);
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function install({ installer, base, env }: MariadbProgram, home: string): Promise<void> {
  await runProgram({
    command: installer,
    args: [
      '--no-defaults',
      ...(base ? [`--basedir=${base}`] : []),
      `--datadir=${path.join(home, 'data')}`,
      ...asRoot(),
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
    ],
    env: { PATH: process.env.PATH ?? '', TMPDIR: path.join(home, 'tmp'), ...env },
  });
}

async function launch({ server, base, env }: MariadbProgram, home: string, port: number): Promise<GuardedProcess> {
  return startGuarded({
    command: server,
    args: [
      '--no-defaults',
      ...(base ? [`--basedir=${base}`, `--lc-messages-dir=${path.join(base, 'share', 'mysql')}`] : []),
      `--datadir=${path.join(home, 'data')}`,
      ...asRoot(),
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      // A server that starts removes what others have in a folder that they share.
      `--tmpdir=${path.join(home, 'tmp')}`,
      `--socket=${path.join(home, 'socket')}`,
      `--pid-file=${path.join(home, 'pid')}`,
      '--skip-name-resolve',
      '--innodb-flush-log-at-trx-commit=2', // survives a kill, not a power cut
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_general_ci', // as the bot's has it: it tells no upper case from lower
    ],
    signal: 'TERM',
    account: null,
    log: path.join(home, 'log'),
    env,
  });
}

/** A fresh MariaDB lets root in by its socket alone. */
async function openDoor(socketPath: string): Promise<void> {
  const connection = await createConnection({ socketPath, user: 'root' });
  try {
    await connection.query(`CREATE OR REPLACE USER 'root'@'127.0.0.1' IDENTIFIED BY '${ROOT.password}'`);
    await connection.query("GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION");
  } finally {
    await connection.end();
  }
}

/** It does not run as root unless it is told to. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

function connect(port: number): Promise<Connection> {
  return createConnection({ host: '127.0.0.1', port, ...ROOT, connectTimeout: 5_000, bigIntAsNumber: false });
}

async function execute(port: number, statements: readonly string[]): Promise<void> {
  const connection = await connect(port);
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}

async function query<T>(port: number, statement: string): Promise<T[]> {
  const connection = await connect(port);
  return connection.query<T[]>(statement).finally(() => connection.end());
}
