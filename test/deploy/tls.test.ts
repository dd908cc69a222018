import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { openDatabase } from '../../src/shared/runtime/database.ts';
import { reachPostgres } from '../../src/shared/runtime/reach-postgres.ts';
import { reachRedis } from '../../src/shared/runtime/reach-redis.ts';
import { migrate } from '../../src/shared/store/migrate.ts';
import { writeCertificates } from '../support/certificates.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { spawnNode, spawnTallylight } from '../support/processes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { expectNothingRefused } from '../support/refusals.ts';

const { certificates: ofPostgres, server: postgres } = inject('postgres');
const GUILD = '1096483912345678901';

let directory: string;
let database: TestDatabase;
let redis: TestRedis;
let tlsPort: number;
let sim: Simulator;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-tls-'));
  await writeCertificates(path.join(directory, 'redis'));
  tlsPort = await freePort();
  [database, redis, sim] = await Promise.all([
    createDatabase(),
    startRedis({ settings: tlsSettings() }),
    startSimulator(),
  ]);
});
afterAll(async () => {
  await Promise.all([database.drop(), redis.stop(), sim.stop()]);
  await rm(directory, { recursive: true, force: true });
});

function tlsSettings(): string[] {
  const file = (name: string): string => path.join(directory, 'redis', name);
  return [
    ...[`tls-port ${tlsPort}`, 'tls-auth-clients no', `tls-ca-cert-file ${file('ca.crt')}`],
    ...[`tls-cert-file ${file('localhost.crt')}`, `tls-key-file ${file('localhost.key')}`],
  ];
}

function redisUrl(account: 'tallylight' | 'shard', host = 'localhost'): string {
  const { username, password } = new URL(redis.as[account]);
  return `rediss://${username}:${password}@${host}:${tlsPort}`;
}

function postgresUrl(options: Readonly<Record<string, string>>): string {
  const url = Object.assign(new URL(database.as.tallylight), { hostname: 'localhost' });
  for (const [name, value] of Object.entries(options)) url.searchParams.set(name, value);
  return url.href;
}

const trusting = (file = 'ca.crt') => ({ sslmode: 'verify-full', sslrootcert: path.join(ofPostgres, file) });

describe('Postgres', () => {
  it('is asked over TLS by everything that asks it', async () => {
    expect(await reachPostgres(postgresUrl(trusting()))).toBeNull();
    expect(await migrate(postgresUrl(trusting()))).toEqual([]);
    const prisma = openDatabase(postgresUrl(trusting()), 1);
    const used = await prisma.$queryRaw`SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
    await prisma.$disconnect();
    expect(used).toEqual([{ ssl: true, version: expect.stringMatching(/^TLSv1\.[23]$/) }]);
  });

  it.each([
    ['another authority', trusting('other-ca.crt')],
    ['none at all', { sslmode: 'verify-full' }],
    ['none at all, with "require", which checks as much', { sslmode: 'require' }],
  ])('is refused where the client trusts %s', async (_what, options) => {
    expect(await reachPostgres(postgresUrl(options))).toEqual({
      kind: 'settings',
      message: expect.stringMatching(
        /^Postgres at localhost:\d+ is not trusted, its certificate is signed by nobody known here/,
      ),
    });
    await expect(migrate(postgresUrl(options))).rejects.toThrow(/cannot open database.*certificate/);
    const prisma = openDatabase(postgresUrl(options), 1);
    await expect(prisma.$queryRaw`SELECT 1`).rejects.toThrow();
    await prisma.$disconnect();
  });

  it.each([
    ['elsewhere', 'its certificate is for another name'],
    ['expired', 'its certificate is out of date (or the clock is)'],
  ])('is refused with the certificate "%s"', async (name, reason) => {
    await present(name);
    await eventually(async () => {
      const fault = await reachPostgres(postgresUrl(trusting()));
      expect(fault?.message).toContain(`is not trusted, ${reason}: correct that, or DATABASE_URL`);
    });
    await present('localhost');
    await eventually(async () => expect(await reachPostgres(postgresUrl(trusting()))).toBeNull());
  });

  it('is told apart from one that does not speak TLS', async () => {
    const plain = createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end('N')));
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const { port } = plain.address() as AddressInfo;
    const fault = await reachPostgres(`postgresql://tally@127.0.0.1:${port}/tally?sslmode=verify-full`);
    expect(fault?.message).toContain('is not trusted, it does not speak TLS: correct that, or DATABASE_URL');
    plain.close();
  });

  it('is not looked for when the file of the authority is not there', async () => {
    expect(await reachPostgres(postgresUrl(trusting('nowhere.crt')))).toEqual({
      kind: 'settings',
      message: expect.stringMatching(
        /^DATABASE_URL names \S+nowhere\.crt, which cannot be read: correct sslrootcert in it$/,
      ),
    });
  });
});

/** Puts a certificate in the place of the server's. */
async function present(name: string): Promise<void> {
  for (const end of ['crt', 'key']) {
    await copyFile(path.join(ofPostgres, `${name}.${end}`), path.join(ofPostgres, `server.${end}`));
  }
  const client = new pg.Client({ connectionString: postgres });
  await client.connect();
  await client.query('SELECT pg_reload_conf()').finally(() => client.end());
}

describe('Redis', () => {
  it('is refused by whoever does not know its authority', async () => {
    expect((await reachRedis(redisUrl('tallylight'))).fault).toEqual({
      kind: 'settings',
      message: expect.stringMatching(
        /^Redis at localhost:\d+ is not trusted, its certificate is signed by nobody known here .*REDIS_URL$/,
      ),
    });
  });

  it.each([
    [
      'the wrong authority',
      'localhost',
      'other-ca.crt',
      /is not trusted, its certificate is signed by nobody known here/,
    ],
    [
      'the right authority and a wrong name',
      '127.0.0.1',
      'ca.crt',
      /is not trusted, its certificate is for another name/,
    ],
  ])('ends a process with %s, with a sentence', async (_what, host, file, sentence) => {
    const process = spawnTallylight(['status'], {
      REDIS_URL: redisUrl('tallylight', host),
      DATABASE_URL: database.as.tallylight,
      NODE_EXTRA_CA_CERTS: path.join(directory, 'redis', file),
    });
    expect(await process.exited).toBe(2);
    expect(process.stderr()).toMatch(sentence);
  });
});

it('all roles and a shard work over TLS alone, each with the file of the authority', async () => {
  const authorities = path.join(directory, 'authorities.crt');
  const files = [path.join(directory, 'redis', 'ca.crt'), path.join(ofPostgres, 'ca.crt')];
  await writeFile(authorities, (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join(''));
  const trust = { NODE_EXTRA_CA_CERTS: authorities };
  const { identifier } = sim.world.addStreamer({ platform: 'twitch' });
  const shardDirectory = await mkdtemp(path.join(directory, 'shard-'));
  const wish = { guildId: GUILD, channelId: '1', platform: 'twitch', streamKey: identifier };
  await writeFile(path.join(shardDirectory, 'guilds.json'), JSON.stringify([wish]));
  await writeFile(path.join(shardDirectory, 'told.log'), '');

  const program = spawnTallylight(['run', 'all'], {
    ...{ ...sim.env(), ...trust, HTTP_PORT: '0', POLL_INTERVAL_TWITCH: '1s', BATCH_INTERVAL: '1s' },
    ...{ REDIS_URL: redisUrl('tallylight'), DATABASE_URL: postgresUrl({ sslmode: 'verify-full' }) },
  });
  await program.waitFor(/"msg":"ready"/);
  const shard = spawnNode(['dist/examples/shard.js', redisUrl('shard'), shardDirectory], trust);
  await shard.waitFor(/^ready$/m);
  await eventually(() =>
    expect(sim.requests.recent('twitch').some((request) => request.ids.includes(identifier))).toBe(true),
  );
  const { id } = sim.world.goLive('twitch', identifier);
  await eventually(async () =>
    expect(await readFile(path.join(shardDirectory, 'told.log'), 'utf8')).toContain(`${GUILD} online twitch/${id}`),
  );
  await Promise.all([program.end(), shard.end()]);
  await expectNothingRefused(redis.url);
});
