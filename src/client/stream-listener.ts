import { LOG_KEY } from '../shared/contracts/channels.ts';
import { connect, type OnProblem, type RedisAccess } from './connection.ts';
import { createInbox, type Incoming } from './inbox.ts';
import { createLogReader } from './log-reader.ts';
import type { Position, PositionStore } from './position.ts';
import { createProgress, type Progress, type ProgressParts } from './progress.ts';
import { type Subscription, subscribe } from './subscription.ts';
import { createTeller, type Handlers } from './teller.ts';

export type StreamListenerParts = RedisAccess &
  Handlers & {
    readonly positions: PositionStore;
    /** Whether the very first start, without a position, tells what is live already; false when not given. */
    readonly tellLiveAtFirst?: boolean;
    /** How often Redis is asked whether something was missed that nothing else showed, in ms; 15,000 when not given. */
    readonly checkMs?: number;
    /** How often what is live is compared with the snapshot, in ms; an hour when not given. */
    readonly compareMs?: number;
    readonly onProblem: OnProblem;
  };

export interface StreamListener {
  /**
   * Returns when the position is loaded, and goes on by itself, also while Redis is away.
   * @throws TypeError when there is no callback, and when the position cannot be loaded
   */
  start(): Promise<void>;
  /** Lets the callback that runs finish, and saves its position. */
  stop(): Promise<void>;
  /** Whether events are heard now. Those that are published while they are not are told afterwards. */
  isSubscribed(): boolean;
  /** What was told last; null before the first snapshot. */
  position(): Position | null;
}

/** Hears every event once, in order, across losses of the connection and restarts of the shard. */
export function createStreamListener(parts: StreamListenerParts): StreamListener {
  const { positions, onProblem, checkMs = 15_000 } = parts;
  const inbox = createInbox();
  const ending = new AbortController();
  const { signal } = ending;
  let progress: Progress | undefined;
  let subscription: Subscription | undefined;
  let running: Promise<void> | undefined;
  let starting: Promise<void> | undefined;

  async function begin(): Promise<void> {
    const teller = createTeller(parts, signal);
    const began = { ...parts, position: await positions.load(), teller, signal };
    running = work(began).catch((cause) => onProblem(new Error('the listener has ended', { cause })));
  }

  async function work(began: Omit<ProgressParts, 'log'>): Promise<void> {
    const redis = connect(parts, LOG_KEY, onProblem);
    const current = createProgress({ ...began, log: createLogReader(redis, onProblem) });
    progress = current;
    const heard = subscribe({ access: parts, onMessage: inbox.put, onSubscribed: inbox.look, onProblem });
    subscription = heard;
    signal.addEventListener('abort', () => redis.disconnect(), { once: true }); // a server that hangs holds up nobody
    const timer = setInterval(() => {
      heard.check();
      inbox.look();
    }, checkMs);
    try {
      while (!signal.aborted) await serve(current, await inbox.take(signal));
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearInterval(timer);
      heard.close();
      redis.disconnect();
      await positions.close?.();
    }
  }

  return {
    start() {
      starting ??= begin();
      return starting;
    },
    async stop() {
      ending.abort();
      await starting;
      await running;
    },
    isSubscribed: () => subscription?.isSubscribed() ?? false,
    position: () => progress?.position() ?? null,
  };
}

function serve(progress: Progress, incoming: Incoming): Promise<void> {
  return incoming.kind === 'look' ? progress.comeLevel() : progress.hear(incoming.raw);
}
