import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, inject } from 'vitest';
import { startGuarded } from '../../src/embedded/guarded-process.ts';
import { askRedis } from './ask-redis.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { PASSWORD, severalHosts, userLines } from './redis-users.ts';
import type { RedisServers } from './redis-servers.ts';

/** A master, its replica, and three sentinels that watch over them. */
export interface TestSentinel extends RedisServers {
  /** SIGKILL to the master; resolves when the sentinels have made the replica one. The killed one stays away until it is restarted. */
  killMaster(): Promise<TestRedis>;
  /** Resolves when every sentinel knows the other two and the replica, and the replica has what the master has. */
  settled(): Promise<void>;
}

const MASTER = 'tally-master';
const SENTINELS = 3;
/** A machine that is busy for this long is not taken for dead. */
const DOWN_AFTER_MS = 3_000;

interface Sentinel {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startSentinel(): Promise<TestSentinel> {
  const servers = await Promise.all([startServer(), startServer()]);
  const [first, second] = servers;
  await askRedis(second.url, (redis) => redis.call('REPLICAOF', '127.0.0.1', first.port));
  const sentinels = await Promise.all(Array.from({ length: SENTINELS }, () => startOne(first.port)));
  const running = new Set(servers);

  const master = async (): Promise<TestRedis> => {
    const port = await agreed(sentinels);
    const found = servers.find((server) => server.port === port);
    if (!found) throw new Error(`the sentinels name port ${port}, which is nobody's`);
    return found;
  };
  const settled = (): Promise<void> => eventually(async () => expectSettled(sentinels, await master()));
  await settled();
  return {
    settled,
    as: severalHosts('sentinel', sentinels, MASTER),
    nodeUrls: () => [...running].map(({ url }) => url),
    async killMaster() {
      const killed = await master();
      await killed.kill();
      running.delete(killed);
      await eventually(async () => {
        const { url, port } = await master();
        expect(port).not.toBe(killed.port);
        expect(await askRedis(url, (redis) => redis.info('replication'))).toContain('role:master');
      });
      return killed;
    },
    async stop() {
      await Promise.all(sentinels.map((sentinel) => sentinel.stop()));
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

function startServer(): Promise<TestRedis> {
  return startRedis({
    appendOnly: true,
    password: PASSWORD,
    settings: [
      ...['masteruser replica', `masterauth ${PASSWORD}`, 'repl-diskless-sync-delay 0'],
      ...userLines('redis-replica-users.conf'),
    ],
  });
}

async function startOne(masterPort: number): Promise<Sentinel> {
  const home = await mkdtemp(path.join(tmpdir(), 'tallylight-sentinel-'));
  const port = await freePort();
  const file = path.join(home, 'sentinel.conf');
  const settings = [
    ...['bind 127.0.0.1', `port ${port}`, `dir ${home}`, 'daemonize no', 'protected-mode no'],
    `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} 2`,
    ...[`sentinel auth-user ${MASTER} sentinel`, `sentinel auth-pass ${MASTER} ${PASSWORD}`],
    ...[`sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`, `sentinel failover-timeout ${MASTER} 20000`],
  ];
  await writeFile(file, `${settings.join('\n')}\n`);
  const { command, env } = inject('redis');
  const parts = { command, env, args: [file, '--sentinel'], log: path.join(home, 'log'), account: null };
  const guarded = await startGuarded({ ...parts, signal: 'TERM' });
  return {
    port,
    async stop() {
      await guarded.kill();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The port of the master that all sentinels name. */
async function agreed(sentinels: readonly Sentinel[]): Promise<number> {
  return eventually(async () => {
    const named = await Promise.all(
      sentinels.map(({ port }) =>
        askRedis(urlOf(port), (redis) => redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)),
      ),
    );
    const ports = named.map((address) => Number((address as string[])[1]));
    expect(new Set(ports).size).toBe(1);
    return ports[0] ?? 0;
  });
}

async function expectSettled(sentinels: readonly Sentinel[], master: TestRedis): Promise<void> {
  const replication = await askRedis(master.url, (redis) => redis.info('replication'));
  expect(replication).toMatch(/role:master\r?\nconnected_slaves:1\r?\nslave0:.*state=online/);
  for (const { port } of sentinels) {
    const flat = (await askRedis(urlOf(port), (redis) => redis.call('SENTINEL', 'MASTER', MASTER))) as string[];
    const field = (name: string): string | undefined => flat[flat.indexOf(name) + 1];
    expect([field('flags'), field('num-slaves'), field('num-other-sentinels')]).toEqual(['master', '1', '2']);
  }
}

const urlOf = (port: number): string => `redis://127.0.0.1:${port}`;
