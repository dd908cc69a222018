import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import { startRedisServer } from '../../src/embedded/redis-server.ts';
import { freePort } from './free-port.ts';
import type { RedisServers } from './redis-servers.ts';
import { accountUrls, type RedisAccounts, userLines } from './redis-users.ts';

export interface TestRedis extends RedisServers {
  /** As its administrator. */
  readonly url: string;
  /** As whom the shipped file of accounts knows. */
  readonly as: RedisAccounts;
  readonly port: number;
  /** Ends it and removes its data. May be called twice. */
  stop(): Promise<void>;
  /** SIGKILL; `restart` brings it back. */
  kill(): Promise<void>;
  /** On the same port, with the data that survived (none without `appendOnly`), or with none at all. */
  restart(options?: { empty?: boolean }): Promise<void>;
}

/** A Redis of its own: Pub/Sub and its emptying concern a whole server. It ends with this process, whatever ends it. */
export async function startRedis({
  appendOnly = false,
  settings = [] as readonly string[],
  password = '',
} = {}): Promise<TestRedis> {
  const home = await mkdtemp(path.join(tmpdir(), 'tallylight-redis-'));
  if (password !== '') await writeFile(path.join(home, 'password'), password);
  const port = await freePort();
  const options = { home, account: null, port, appendOnly, settings: [...userLines(), ...settings] };
  const start = () => startRedisServer({ program: inject('redis'), ...options });
  let server = await start();
  const { url } = server;
  return {
    url,
    as: accountUrls(url),
    nodeUrls: () => [url],
    port,
    async stop() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
    kill: () => server.kill(),
    async restart({ empty = false } = {}) {
      await server.stop();
      if (empty) await rm(path.join(home, 'appendonlydir'), { recursive: true, force: true });
      server = await start();
    },
  };
}
