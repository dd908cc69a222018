import { Redis } from 'ioredis';

/** Its own channel: what is published there to make it fall behind disturbs nobody else. */
const CHANNEL = 'test.noise';
const NOISE = 'x'.repeat(256 * 1024);

/** A subscriber that hangs: it is connected, and takes nothing any more. */
export interface DeafSubscriber {
  /** Publishes until it is so far behind. */
  fallBehind(bytes: number): Promise<void>;
  /** Ends its connection, as Redis does in the end. */
  leave(): void;
}

export async function openDeafSubscriber(url: string, redis: Redis, name: string): Promise<DeafSubscriber> {
  const subscriber = new Redis(url, { connectionName: name, retryStrategy: () => null });
  subscriber.on('error', () => undefined);
  await subscriber.subscribe(CHANNEL);
  subscriber.stream.pause();
  return {
    async fallBehind(bytes) {
      while ((await behind(redis, name)) < bytes) await redis.publish(CHANNEL, NOISE);
    },
    leave: () => subscriber.disconnect(),
  };
}

async function behind(redis: Redis, name: string): Promise<number> {
  const list = String(await redis.call('CLIENT', 'LIST', 'TYPE', 'PUBSUB'));
  const line = list.split('\n').find((client) => client.includes(` name=${name} `));
  return Number(/ omem=(\d+)/.exec(line ?? '')?.[1] ?? 0);
}
