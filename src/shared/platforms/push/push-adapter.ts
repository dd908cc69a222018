import type { IncomingHttpHeaders } from 'node:http';
import type { Platform } from '../../domain/platform.ts';
import type { PushTells } from '../../domain/push-tells.ts';

/** One thing of one key that a platform is asked to tell us of. */
export interface Topic {
  readonly identifier: string;
  /** In the platform's own word, such as `stream.online`. */
  readonly topic: string;
}

/** A subscription as the table has it. */
export interface KnownSubscription extends Topic {
  readonly remoteId: string | null;
  readonly leaseUntil: Date | null;
}

/** What came of asking for a subscription. */
export interface Subscribed {
  /** `pending`: the platform will ask back before it counts. */
  readonly state: 'pending' | 'active';
  readonly remoteId: string | null;
  readonly leaseUntil: Date | null;
}

/** A subscription as the platform lists it. One that is of no known topic or key, or dead, is to be removed. */
export interface RemoteSubscription extends Topic {
  readonly remoteId: string;
  readonly state: 'pending' | 'active' | 'dead';
  /** Made for this callback and transport; one for another is not ours to touch. */
  readonly ours: boolean;
}

/** A request as it came from outside. Nothing in it is to be believed before it is verified. */
export interface Incoming {
  readonly method: string;
  /** What follows `/webhooks/<platform>` in its path, without a slash at either end. */
  readonly place: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The bytes as they came: signatures are over these. */
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly contentType?: string;
}

/** What a pushed message is about. A hint: the look that follows decides. */
export interface Pushed {
  readonly identifier: string;
  /** The broadcast, where it names one. */
  readonly broadcastId?: string;
  /** What the platform says of it. Only decides how patiently it is looked for. */
  readonly says: 'online' | 'offline' | 'something';
}

/**
 * What a request turned out to be, once verified.
 * `asked`: the platform asks back whether we want this subscription, or proves itself; `confirmed` counts from now on.
 * `delivery`: a verified message. `ended`: the platform took subscriptions away. `refused`: not from the platform, or unreadable.
 */
export type Receipt =
  | {
      readonly kind: 'asked';
      readonly answer: Answer;
      readonly confirmed?: Topic & { readonly leaseUntil: Date | null };
    }
  | {
      readonly kind: 'delivery';
      readonly answer: Answer;
      /** The same for a repeat of the same message; null where the platform has no such thing. */
      readonly messageId: string | null;
      /** When it happened or was sent, where the message says so. */
      readonly saidAt?: Date;
      /** By which subscriptions it came. */
      readonly topics: readonly Topic[];
      readonly pushed: readonly Pushed[];
    }
  | { readonly kind: 'ended'; readonly answer: Answer; readonly topics: readonly Topic[]; readonly reason: string }
  | { readonly kind: 'refused'; readonly answer: Answer; readonly reason: string };

/** The pushing side of a platform: the same few functions for all four. */
export interface PushAdapter {
  readonly platform: Platform;
  /** What has to be subscribed for a key to count as pushed. */
  readonly topics: readonly string[];
  /** What push saves us from polling for; `PUSH_TELLS` of the platform. */
  readonly tells: PushTells;
  /** Changes when secrets or the callback change: a subscription with another mark is made anew. */
  readonly mark: string;
  /** Most subscriptions that can be asked for; null: no limit is known. */
  readonly capacity: () => Promise<number | null>;
  /**
   * Asks for one subscription. Asking again for one that exists renews it.
   * @throws PlatformError with `restUntil` when it should not be asked for some time
   */
  subscribe(topic: KnownSubscription, signal: AbortSignal): Promise<Subscribed>;
  /** Ends it. One that does not exist any more counts as ended. @throws PlatformError */
  unsubscribe(subscription: KnownSubscription, signal: AbortSignal): Promise<void>;
  /** All there are, in pages; null where the platform keeps no list. @throws PlatformError */
  readonly list: ((signal: AbortSignal) => AsyncIterable<readonly RemoteSubscription[]>) | null;
  /**
   * Verifies and reads a request. Pure but for the clock: it asks nobody and remembers nothing.
   * @param wanted whether the key is tracked and this topic of it subscribed for: a challenge for anything else is refused
   */
  receive(incoming: Incoming, wanted: (topic: Topic) => Promise<boolean>): Promise<Receipt>;
}
