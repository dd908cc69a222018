import type { RedisSigns, SubscriberSight } from '../domain/back-pressure.ts';
import type { Redis } from 'ioredis';
import { type RedisConnection, serversOf } from '../redis/open-connection.ts';
import type { Logger } from '../runtime/logger.ts';

/**
 * Reads how Redis and its subscribers get on; of a Redis Cluster every server that answers, since a subscriber may be connected to
 * any. What this account may not ask is left out, and said once.
 * @throws when Redis does not answer at all
 */
export function createReadRedisSigns(redis: RedisConnection, logger: Logger): () => Promise<RedisSigns> {
  const told = new Set<string>();

  /** A refusal is an answer: another Redis, or another account, may allow less. */
  async function unlessRefused<T>(command: string, ask: () => Promise<T>): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ReplyError') throw error;
      if (!told.has(command)) logger.warn({ err: error, command }, 'redis does not allow a command; doing without');
      told.add(command);
      return null;
    }
  }

  async function readServer(server: Redis): Promise<RedisSigns> {
    const answerMs = await timed(() => server.ping());
    const [clients, info] = await Promise.all([
      unlessRefused('CLIENT LIST', () => server.call('CLIENT', 'LIST', 'TYPE', 'PUBSUB')),
      unlessRefused('INFO', () => server.info('memory')),
    ]);
    return {
      answerMs,
      subscribers: clients === null ? null : readClients(String(clients)),
      memoryShare: info === null ? null : readMemoryShare(info),
    };
  }

  return async function readRedisSigns() {
    const read = await Promise.allSettled(serversOf(redis, 'all').map(readServer));
    const signs = read.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
    const failed = read.find((each) => each.status === 'rejected');
    if (signs.length === 0) throw failed?.reason ?? new Error('no Redis server is known');
    return together(signs);
  };
}

/** All subscribers, and the worst of the rest. */
function together(signs: readonly RedisSigns[]): RedisSigns {
  const shares = signs.map(({ memoryShare }) => memoryShare).filter((share) => share !== null);
  const told = signs.map(({ subscribers }) => subscribers).filter((subscribers) => subscribers !== null);
  const isOne = signs.length === 1;
  return {
    answerMs: Math.max(...signs.map(({ answerMs }) => answerMs)),
    memoryShare: shares.length === 0 ? null : Math.max(...shares),
    // Each server has numbers of its own.
    subscribers:
      told.length === 0
        ? null
        : told.flatMap((subscribers, at) =>
            subscribers.map((one) => (isOne ? one : { ...one, id: `${at} ${one.id}` })),
          ),
  };
}

/** One slow answer may be our own fault; two in a row are not. */
async function timed(ask: () => Promise<unknown>): Promise<number> {
  const once = async (): Promise<number> => {
    const start = performance.now();
    await ask();
    return performance.now() - start;
  };
  return Math.min(await once(), await once());
}

/** @see https://redis.io/docs/latest/commands/client-list/ `omem`: bytes that wait to be taken */
export function readClients(text: string): SubscriberSight[] {
  return text
    .split('\n')
    .filter((line) => line.includes('id='))
    .map((line) => new Map(line.trim().split(' ').map(readField)))
    .map((fields) => ({
      id: fields.get('id') ?? '',
      name: fields.get('name') ?? '',
      address: fields.get('addr') ?? '',
      behindBytes: Number(fields.get('omem') ?? 0),
    }));
}

function readField(field: string): [string, string] {
  const at = field.indexOf('=');
  return [field.slice(0, at), field.slice(at + 1)];
}

/** Null where no limit is set. */
export function readMemoryShare(info: string): number | null {
  const bytes = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const limit = bytes('maxmemory');
  return limit === 0 ? null : bytes('used_memory') / limit;
}
