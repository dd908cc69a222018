import path from 'node:path';
import { HEARD_PREFIX } from '../shared/contracts/channels.ts';
import { saidAtFromMicros } from '../shared/contracts/timestamp.ts';
import { pauseMs } from './backoff.ts';
import { connect, firstContact, type OnProblem, type RedisAccess } from './connection.ts';
import { FallbackFullError, type FollowFallback, openFollowFallback } from './follow-fallback.ts';
import { type Follow, followMessage, type Said, type Unfollow, unfollowMessage } from './follow-message.ts';
import { createSaidLately } from './said-lately.ts';
import { createSignal } from './signal.ts';

/** `sent`: Tallylight heard it. `kept`: it is safe in the file, and sent as soon as somebody hears it. */
export type FollowOutcome = 'sent' | 'kept';

export type FollowPublisherParts = RedisAccess & {
  /** Where what cannot be sent is kept, in `follows.journal`. Belongs to this shard alone. */
  readonly directory: string;
  /** Most bytes that are kept; 16 MiB, which is about 40,000 follows, when not given. */
  readonly maxBytes?: number;
  /**
   * Whether a message that nobody heard is kept and said again. Pub/Sub keeps nothing, so it is unless you say false:
   * where something that is not Tallylight listens and hands on.
   */
  readonly needListener?: boolean;
  /** Longest pause until what is kept is tried again, in ms; 5,000 when not given. */
  readonly retryMs?: number;
  /** After how long what was sent is said once more, in ms; 45,000 when not given. Tallylight hears it once. */
  readonly againMs?: number;
  readonly onProblem: OnProblem;
};

export interface FollowPublisher {
  /** Opens what an earlier run kept, and begins to send it. `follow` and `unfollow` do that too. */
  start(): Promise<void>;
  /**
   * A guild wants a stream. The time that counts is now, however late it is sent.
   * @throws RangeError | TypeError when Tallylight would refuse it
   * @throws FallbackFullError when it can be neither sent nor kept
   */
  follow(follow: Follow): Promise<FollowOutcome>;
  /** A guild no longer wants a stream, in any of its channels. Throws as `follow` does. */
  unfollow(unfollow: Unfollow): Promise<FollowOutcome>;
  /** How many are kept and not sent. */
  waiting(): number;
  /** Ends it. What was said before is sent or kept when this returns. */
  close(): Promise<void>;
}

interface Pending {
  readonly said: Said;
  resolve(outcome: FollowOutcome): void;
  reject(error: unknown): void;
}

const MAX_BYTES = 16 * 1024 * 1024;
const RETRY_MS = 5_000;
/** Longer than Tallylight needs to find out that its connection is dead, and to listen on another one. */
const AGAIN_MS = 45_000;
/** How many messages are on their way at once. */
const TOGETHER = 100;

/** Says follows and unfollows in the order in which they were called for, and loses none. */
export function createFollowPublisher(parts: FollowPublisherParts): FollowPublisher {
  const { directory, maxBytes = MAX_BYTES, needListener = true, retryMs = RETRY_MS, onProblem } = parts;
  const wake = createSignal();
  const lately = createSaidLately({ againMs: parts.againMs ?? AGAIN_MS, maxBytes });
  const now = rising(() => Date.now() * 1_000);
  let pending: Pending[] = [];
  let pendingBytes = 0;
  let closing = false;
  let fallback: FollowFallback | undefined;
  let running: Promise<void> | undefined;
  let opening: Promise<void> | undefined;

  async function open(): Promise<void> {
    const file = path.join(directory, 'follows.journal');
    const kept = await openFollowFallback({ file, maxBytes, onProblem });
    fallback = kept;
    running = work(kept);
  }

  function start(): Promise<void> {
    opening ??= open();
    return opening;
  }

  async function say(said: Said): Promise<FollowOutcome> {
    if (closing) throw new Error('this publisher is closed');
    const bytes = Buffer.byteLength(said.message);
    if (pendingBytes + bytes > maxBytes) throw full();
    pendingBytes += bytes;
    try {
      return await new Promise<FollowOutcome>((resolve, reject) => {
        pending.push({ said, resolve, reject });
        start().then(wake.raise, reject);
      });
    } finally {
      pendingBytes -= bytes;
    }
  }

  /** One at a time does everything, so the order holds by itself. */
  async function work(kept: FollowFallback): Promise<void> {
    const redis = connect(parts, HEARD_PREFIX, onProblem);
    redis.on('ready', wake.raise);
    await firstContact(redis);
    let failures = 0;
    while (!closing || pending.length > 0) {
      const batch = pending.slice(0, TOGETHER);
      pending = pending.slice(batch.length);
      if (batch.length > 0) await handle(batch);
      else if (kept.size() === 0) await sayAgain();
      else if (await sendKept()) failures = 0;
      else await wake.raised(pauseMs(failures++, retryMs));
    }
    redis.disconnect();
    await kept.close();

    async function handle(batch: readonly Pending[]): Promise<void> {
      const sent = kept.size() > 0 ? 0 : await send(batch.map(({ said }) => said));
      for (const { resolve } of batch.slice(0, sent)) resolve('sent');
      const rest = batch.slice(sent);
      try {
        const count = await kept.add(rest.map(({ said }) => said));
        for (const { resolve } of rest.slice(0, count)) resolve('kept');
        for (const { reject } of rest.slice(count)) reject(full());
      } catch (cause) {
        for (const { reject } of rest) reject(new Error(`neither sent nor kept in ${directory}`, { cause }));
      }
    }

    /** Nothing else is to be done: what was sent is said once more, when its time has come. */
    async function sayAgain(): Promise<void> {
      if (redis.status !== 'ready') return wake.raised();
      const due = lately.takeDue(TOGETHER);
      if (due.length === 0) return wake.raised(lately.nextMs());
      const heard = await publish(due);
      lately.add(due.slice(heard));
    }

    /** Whether any of it could be sent. */
    async function sendKept(): Promise<boolean> {
      const sent = await send(kept.oldest(TOGETHER));
      try {
        if (sent > 0) await kept.drop(sent);
      } catch (cause) {
        onProblem(new Error(`cannot write down in ${directory} what was sent: it may be sent again`, { cause }));
      }
      return sent > 0;
    }

    /** How many of them, from the first on, were heard. Without a connection none: waiting for one would hold up the keeping. */
    async function send(messages: readonly Said[]): Promise<number> {
      if (redis.status !== 'ready') return 0;
      const sent = await publish(messages);
      lately.add(messages.slice(0, sent));
      return sent;
    }

    async function publish(messages: readonly Said[]): Promise<number> {
      const replies = await Promise.allSettled(messages.map((said) => redis.publish(said.channel, said.message)));
      const failed = replies.findIndex((reply) => !isHeard(reply));
      const reply = replies[failed];
      if (reply) onProblem(unheard(messages[failed], reply));
      return reply ? failed : messages.length;
    }
  }

  function isHeard(reply: PromiseSettledResult<number>): boolean {
    return reply.status === 'fulfilled' && (!needListener || reply.value > 0);
  }

  function full(): FallbackFullError {
    const found = `${fallback?.size() ?? 0} messages wait to be heard`;
    return new FallbackFullError(
      `neither sent nor kept: ${found}, and ${maxBytes} bytes is all that ${directory} may hold`,
    );
  }

  return {
    start,
    follow: async (follow) => say(followMessage(follow, saidAtFromMicros(now()))),
    unfollow: async (unfollow) => say(unfollowMessage(unfollow, saidAtFromMicros(now()))),
    waiting: () => fallback?.size() ?? 0,
    async close() {
      closing = true;
      wake.raise();
      await opening;
      await running;
    },
  };
}

/** Never the same twice: the latest of two wishes must be the one that was made later. */
function rising(clock: () => number): () => number {
  let last = 0;
  return () => {
    last = Math.max(clock(), last + 1);
    return last;
  };
}

function unheard(said: Said | undefined, reply: PromiseSettledResult<number>): Error {
  if (reply.status === 'fulfilled') return new Error(`nobody listens to ${said?.channel}: kept, and said again later`);
  return new Error(`could not publish to ${said?.channel}: kept, and said again later`, { cause: reply.reason });
}
