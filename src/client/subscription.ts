import { LOG_KEY, OFFLINE_CHANNEL, ONLINE_CHANNEL } from '../shared/contracts/channels.ts';
import { connect, type OnProblem, type RedisAccess } from './connection.ts';

export interface SubscriptionParts {
  readonly access: RedisAccess;
  onMessage(raw: Buffer): void;
  /** Each time when everything that is published from now on will be heard. */
  onSubscribed(): void;
  readonly onProblem: OnProblem;
}

export interface Subscription {
  isSubscribed(): boolean;
  /** Finds out whether the connection is still one; one whose other end is gone is given up. */
  check(): void;
  close(): void;
}

const RETRY_MS = 1_000;

/** Hears `streams.online` and `streams.offline` on a connection of its own, again after every loss. */
export function subscribe({ access, onMessage, onSubscribed, onProblem }: SubscriptionParts): Subscription {
  const redis = connect(access, LOG_KEY, onProblem);
  let subscribed = false;
  let retry: NodeJS.Timeout | undefined;

  async function begin(): Promise<void> {
    try {
      await redis.subscribe(ONLINE_CHANNEL, OFFLINE_CHANNEL);
      subscribed = true;
      onSubscribed();
    } catch (cause) {
      onProblem(new Error(`could not subscribe to ${ONLINE_CHANNEL} and ${OFFLINE_CHANNEL}, trying again`, { cause }));
      retry = setTimeout(() => redis.disconnect(true), RETRY_MS);
    }
  }

  redis.on('messageBuffer', (_channel: Buffer, raw: Buffer) => onMessage(raw));
  redis.on('ready', () => void begin());
  redis.on('close', () => {
    subscribed = false;
    clearTimeout(retry);
  });
  return {
    isSubscribed: () => subscribed,
    check() {
      if (!subscribed) return;
      redis.ping().catch((cause) => {
        if (!subscribed) return;
        onProblem(new Error('the subscription does not answer and is opened anew', { cause }));
        redis.disconnect(true);
      });
    },
    close() {
      subscribed = false;
      clearTimeout(retry);
      redis.disconnect();
    },
  };
}
