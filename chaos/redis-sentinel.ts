import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Redis } from 'ioredis';
import { startGuarded } from '../src/embedded/guarded-process.ts';
import type { RedisProgram } from '../src/embedded/redis-program.ts';
import { askServer } from '../src/shared/redis/ask-server.ts';
import { quietPort } from './quiet-port.ts';
import { awaited, type Node, startNode } from './several-servers.ts';
import type { SeveralRedis } from './servers.ts';

const MASTER = 'chaos';
const SENTINELS = 3;
/** Longer than a busy machine keeps a server waiting, or nobody would be master for long. */
const DOWN_AFTER_MS = 3_000;

/** A master and its replica, with three sentinels that watch over them. */
export async function startSentinels(program: RedisProgram, home: string): Promise<SeveralRedis> {
  const password = randomBytes(18).toString('base64url');
  const node = (name: string): Promise<Node> =>
    startNode({ program, home: path.join(home, name), password, settings: [] });
  const nodes = await Promise.all([node('first'), node('second')]);
  const ask = <T>(port: number, question: (redis: Redis) => Promise<T>): Promise<T> =>
    askServer({ host: '127.0.0.1', port }, { password }, question);
  await ask(nodes[1].port, (redis) => redis.call('REPLICAOF', '127.0.0.1', nodes[0].port));
  const sentinels = await Promise.all(
    Array.from({ length: SENTINELS }, (_, at) =>
      startSentinel({ program, home: path.join(home, `sentinel-${at}`), password, masterPort: nodes[0].port }),
    ),
  );

  /** The one that all sentinels name, when it says so of itself. */
  async function master(): Promise<Node | null> {
    const named = await Promise.all(sentinels.map(({ port }) => namedBy(port)));
    const found = nodes.find(({ port }) => named.every((one) => one === port));
    return found && (await ask(found.port, (redis) => redis.info('replication'))).includes('role:master')
      ? found
      : null;
  }

  /** With a replica that has what it has: so that it can be lost. */
  const whole = (): Promise<Node> =>
    awaited('the sentinels do not find a master with a replica', async () => {
      const found = await master();
      if (!found) return null;
      const replication = await ask(found.port, (redis) => redis.info('replication'));
      return /slave0:.*state=online/.test(replication) ? found : null;
    });

  await whole();
  const url = `redis+sentinel://:${password}@${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER}`;
  return {
    ...{ kind: 'sentinel', direct: url, url, ways: [], polling: { url, partedBy: null } },
    masters: async () => [(await whole()).url],
    async failOver() {
      const lost = await whole();
      await lost.kill();
      await awaited('no replica was made the master', async () => {
        const found = await master();
        return found && found !== lost ? found : null;
      });
      await lost.start();
      await whole();
    },
    async stop() {
      await Promise.all(sentinels.map((sentinel) => sentinel.kill()));
      await Promise.all(nodes.map((one) => one.stop()));
    },
  };
}

async function namedBy(port: number): Promise<number> {
  const address = await askServer({ host: '127.0.0.1', port }, {}, (redis) =>
    redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER),
  );
  return Number((address as string[])[1]);
}

interface SentinelParts {
  readonly program: RedisProgram;
  readonly home: string;
  readonly password: string;
  readonly masterPort: number;
}

async function startSentinel({ program, home, password, masterPort }: SentinelParts) {
  await mkdir(home, { recursive: true });
  const port = await quietPort();
  const file = path.join(home, 'sentinel.conf');
  const settings = [
    ...['bind 127.0.0.1', `port ${port}`, `dir ${home}`, 'daemonize no', 'protected-mode no'],
    `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} 2`,
    `sentinel auth-pass ${MASTER} ${password}`,
    ...[`sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`, `sentinel failover-timeout ${MASTER} 20000`],
  ];
  await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o600 });
  const { command, env } = program;
  const args = [file, '--sentinel'];
  const guarded = await startGuarded({
    ...{ command, env, args, account: null, signal: 'TERM' },
    log: path.join(home, 'log'),
  });
  return { port, kill: () => guarded.kill() };
}
