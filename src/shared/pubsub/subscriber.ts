import type { Redis } from 'ioredis';
import { sleep } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { HEARD_PREFIX } from '../contracts/channels.ts';
import { openWaiting } from '../runtime/redis.ts';
import type { Service } from '../runtime/service.ts';

const RETRY_MS = 1_000;

/** Unsubscribing lets what is on its way arrive; a server that hangs is not waited for longer, in ms. */
const GOODBYE_MS = 1_000;

/**
 * How often Redis is asked whether it is still there, in ms. Who only listens would never find out: a connection on
 * which nothing is said looks like one whose other end is gone.
 */
const ASK_MS = 5_000;

export interface SubscriberParts {
  readonly redisUrl: string;
  /** Exactly these; never a pattern, which would count as presence on channels that are nobody's business. */
  readonly channels: readonly string[];
  onMessage(channel: string, raw: Buffer): void;
  /**
   * Called each time before the channels are subscribed, at first and after every loss: whatever is heard from now on
   * was published after `sinceMicros`, by Redis' own clock (microseconds since 1970).
   */
  onSubscribing?(sinceMicros: number): void;
  readonly logger: Logger;
}

export interface Subscriber extends Service {
  /** Whether messages are heard now. What is published while they are not is lost: Pub/Sub keeps nothing. */
  isSubscribed(): boolean;
}

/** Hears Pub/Sub channels on a connection of its own, and subscribes again by itself after every loss. */
export function createSubscriber(parts: SubscriberParts): Subscriber {
  const { redisUrl, channels, onMessage, onSubscribing, logger } = parts;
  let redis: Redis | undefined;
  let subscribed = false;

  async function subscribe(connection: Redis): Promise<void> {
    const [seconds, micros] = await connection.time();
    onSubscribing?.(Number(seconds) * 1_000_000 + Number(micros));
    await connection.subscribe(...channels);
    subscribed = true;
    logger.info({ channels }, 'subscribed');
  }

  function connect(): Promise<void> {
    const connection = openWaiting(redisUrl, HEARD_PREFIX, logger);
    redis = connection;
    connection.options.autoResubscribe = false; // `subscribe` does it, and knows since when
    connection.on('messageBuffer', (channel: Buffer, raw: Buffer) => onMessage(channel.toString(), raw));
    connection.on('close', () => {
      const lost = subscribed && redis === connection;
      if (lost) logger.warn({ channels }, 'subscription lost, what is published meanwhile is not heard');
      subscribed = false;
    });
    const asking = setInterval(() => ask(connection), ASK_MS);
    connection.on('end', () => clearInterval(asking));
    return new Promise((resolve) => {
      connection.on('ready', () => {
        subscribe(connection).then(resolve, (error: unknown) => tryAgain(connection, error));
      });
      connection.on('end', resolve);
    });
  }

  /** No answer in time ends the connection, and `close` tells. */
  function ask(connection: Redis): void {
    if (connection.status === 'ready') connection.ping().catch(() => undefined);
  }

  /** A refusal, as of a user without the right to these channels: a new connection will hear whether it has it now. */
  async function tryAgain(connection: Redis, error: unknown): Promise<void> {
    if (redis !== connection) return;
    logger.error({ err: error, channels }, 'cannot subscribe, trying again');
    await sleep(RETRY_MS);
    if (redis === connection) connection.disconnect(true);
  }

  let starting: Promise<void> | undefined;
  return {
    name: 'subscriber',
    start() {
      starting ??= connect();
      return starting;
    },
    async stop() {
      const connection = redis;
      redis = undefined;
      if (!connection) return;
      if (subscribed)
        await Promise.race([connection.unsubscribe(...channels).catch(() => undefined), sleep(GOODBYE_MS)]);
      connection.disconnect();
      await starting;
    },
    isSubscribed: () => subscribed,
  };
}
