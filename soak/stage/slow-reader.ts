import { Redis } from 'ioredis';
import { OFFLINE_CHANNEL, ONLINE_CHANNEL } from '../../src/shared/contracts/channels.ts';
import { sleep } from '../../src/shared/runtime/clock.ts';

/** A subscriber that knows only Pub/Sub, and takes what the socket has for it ten times a second. */
export interface SlowReader {
  /** Streams in the events it was given, and how often Redis ended its connection. */
  heard(): number;
  cutOff(): number;
  /** Resolves when it has heard so many, or will not any more. */
  caughtUp(streams: number): Promise<void>;
  close(): void;
}

const EVERY_MS = 100;
const PATIENCE_MS = 300_000;

export async function openSlowReader(redisUrl: string): Promise<SlowReader> {
  const redis = new Redis(redisUrl, { connectionName: 'slow-reader', maxRetriesPerRequest: null });
  let [heard, cutOff, closing] = [0, 0, false];
  redis.on('error', () => undefined); // "close" counts it
  redis.on('close', () => {
    if (!closing) cutOff += 1;
  });
  redis.on('message', (_channel, text: string) => {
    heard += (JSON.parse(text) as { Streams: unknown[] }).Streams.length;
  });
  await redis.subscribe(ONLINE_CHANNEL, OFFLINE_CHANNEL);
  const pausing = new WeakSet<object>();
  const timer = setInterval(() => {
    const { stream } = redis;
    if (!pausing.has(stream)) stream.on('data', () => stream.pause());
    pausing.add(stream); // a connection that is cut off has a successor
    stream.resume();
  }, EVERY_MS);
  return {
    heard: () => heard,
    cutOff: () => cutOff,
    async caughtUp(streams) {
      for (let waited = 0; heard < streams && waited < PATIENCE_MS; waited += EVERY_MS) await sleep(EVERY_MS);
    },
    close() {
      closing = true;
      clearInterval(timer);
      redis.disconnect();
    },
  };
}
