import type { Platform } from '../shared/domain/platform.ts';
import { pushRenewAt } from '../shared/domain/push-retry.ts';
import type { Answer, Incoming, PushAdapter, Pushed, Receipt, Topic } from '../shared/platforms/push/push-adapter.ts';
import type { PushedMessages } from '../shared/queues/pushed-messages.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { PushStore } from '../shared/store/push-store.ts';
import type { ReceivePush } from './webhooks.ts';

export interface ReceivePushParts {
  readonly adapter: PushAdapter;
  readonly store: Pick<PushStore, 'wants' | 'confirm' | 'lose' | 'hear'>;
  readonly messages: PushedMessages;
  /** The one way in for whoever says "look now". */
  readonly hint: (platform: Platform, pushed: readonly Pushed[]) => Promise<unknown>;
  /** Asks for the push task, at once. */
  readonly pushSoon: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'pushes' | 'pushDelay'>;
}

/** Anything but 2xx makes a platform send it again. */
const LATER: Answer = { status: 503, body: 'try again later\n' };
/** How often it is written down that something came by a subscription, and a refusal is logged, ms. */
const HEARD_EVERY_MS = 10_000;
const REFUSAL_EVERY_MS = 60_000;

/**
 * Takes what came for a platform: verified before anything else, then a hint at most once, answered, and only then written
 * down. What a stranger sends costs one check of its signature.
 */
export function createReceivePush(parts: ReceivePushParts): ReceivePush {
  const { adapter, store, messages, hint, clock, logger, metrics } = parts;
  const { platform } = adapter;
  const heard = new Map<string, number>();
  let refusalSaid = 0;

  const count = (outcome: string): void => metrics.pushes.inc({ platform, outcome });

  async function delivery(receipt: Receipt & { kind: 'delivery' }): Promise<Answer> {
    const { messageId, pushed, topics, saidAt, answer } = receipt;
    if (messageId !== null && !(await messages.isNew(platform, messageId))) {
      count('repeated');
      return answer;
    }
    try {
      await hint(platform, pushed);
    } catch (error) {
      if (messageId !== null) await messages.forget(platform, messageId);
      throw error;
    }
    count('accepted');
    if (saidAt) metrics.pushDelay.observe({ platform }, Math.max(0, clock.now().getTime() - saidAt.getTime()) / 1_000);
    later('hear', () => hear(topics));
    return answer;
  }

  async function hear(topics: readonly Topic[]): Promise<void> {
    const now = clock.now();
    for (const [text, at] of heard) {
      if (now.getTime() - at <= HEARD_EVERY_MS) break;
      heard.delete(text);
    }
    const unwritten = topics.filter((topic) => !heard.has(textOf(topic)));
    for (const topic of unwritten) heard.set(textOf(topic), now.getTime());
    if (unwritten.length > 0) await store.hear(platform, unwritten, now);
  }

  function asked({ answer, confirmed }: Receipt & { kind: 'asked' }): Answer {
    count('asked');
    if (confirmed) later('confirm', () => confirm(confirmed));
    return answer;
  }

  async function confirm(confirmed: Topic & { readonly leaseUntil: Date | null }): Promise<void> {
    const now = clock.now();
    await store.confirm(platform, { ...confirmed, renewAt: pushRenewAt(confirmed.leaseUntil, now), now });
  }

  function ended({ answer, topics, reason }: Receipt & { kind: 'ended' }): Answer {
    count('ended');
    logger.warn({ platform, subscriptions: topics.length, reason }, 'the platform took subscriptions away');
    later('end', async () => {
      await store.lose(platform, topics, { reason, now: clock.now() });
      await parts.pushSoon();
    });
    return answer;
  }

  function refused({ answer, reason }: Receipt & { kind: 'refused' }): Answer {
    count('refused');
    const now = clock.now().getTime();
    if (now - refusalSaid > REFUSAL_EVERY_MS) {
      refusalSaid = now;
      logger.warn({ platform, reason }, 'refused what came as a push; more of it is only counted for a minute');
    }
    return answer;
  }

  /** After the answer: what is lost here, reconcile or the next delivery makes good. */
  function later(what: string, work: () => Promise<void>): void {
    work().catch((error: unknown) => logger.warn({ platform, what, err: error }, 'push not written down'));
  }

  return async function receivePush(incoming: Incoming): Promise<Answer> {
    try {
      const receipt = await adapter.receive(incoming, (topic) => store.wants(platform, topic));
      if (receipt.kind === 'delivery') return await delivery(receipt);
      if (receipt.kind === 'asked') return asked(receipt);
      return receipt.kind === 'ended' ? ended(receipt) : refused(receipt);
    } catch (error) {
      count('failed');
      logger.warn({ platform, err: error }, 'a push could not be handed on');
      return LATER;
    }
  };
}

function textOf({ identifier, topic }: Topic): string {
  return `${topic} ${identifier}`;
}
