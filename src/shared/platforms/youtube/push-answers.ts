import { createHash } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import type { Incoming, Pushed, Receipt, Topic } from '../push/push-adapter.ts';
import { isSame, isSigned, type PushSecrets } from './push-secrets.ts';
import { isTopicOf } from './push-topic.ts';
import { type PushedFeed, type PushedVideo, readPushedFeed } from './pushed-feed.ts';

/** The one thing of a channel that a hub tells of. */
export const FEED_TOPIC = 'feed';

/** What a hub grants when it does not say. Source: WebSub callbacks of the hub, as others captured them. */
const USUAL_LEASE_S = 432_000;
/** Whoever grants more is mistaken: renewing sooner costs a request. */
const LONGEST_LEASE_S = 30 * 24 * 60 * 60;
/** A challenge is a number of 64 bits; it goes back as it came, so it may not be just anything. */
const CHALLENGE = /^[\w.~+/=-]{1,256}$/;
/** An entry that changed sooner than this after it appeared may be about to go live, ms. */
const FRESH_MS = 15 * 60_000;

export interface Question {
  readonly incoming: Incoming;
  readonly channelId: string;
  readonly secrets: PushSecrets;
}

/** The hub asks back whether we want a subscription, or its end; or it says that it denies one. */
export async function answerQuestion(
  { incoming: { query }, channelId, secrets }: Question,
  { clock, wanted }: { readonly clock: Clock; readonly wanted: (topic: Topic) => Promise<boolean> },
): Promise<Receipt> {
  const topic = { identifier: channelId, topic: FEED_TOPIC };
  const mode = query.get('hub.mode');
  const challenge = query.get('hub.challenge') ?? '';
  // Without our token somebody else asked the hub for it.
  if (!isSame(query.get('token') ?? '', secrets.tokenOf(channelId))) return refused(404, 'its token is not ours');
  if (!isTopicOf(query.get('hub.topic') ?? '', channelId)) return refused(404, 'it is of another feed');
  if (mode === 'denied') {
    const reason = query.get('hub.reason')?.slice(0, 200) ?? 'no reason given';
    return { kind: 'ended', answer: { status: 200 }, topics: [topic], reason: `the hub denied it: ${reason}` };
  }
  if (mode !== 'subscribe' && mode !== 'unsubscribe') return refused(400, 'its mode is unknown');
  if (!CHALLENGE.test(challenge)) return refused(400, 'its challenge is missing or odd');
  if ((await wanted(topic)) !== (mode === 'subscribe')) return refused(404, `nobody asked to ${mode}`);
  const answer = { status: 200, body: challenge, contentType: 'text/plain; charset=utf-8' };
  if (mode === 'unsubscribe') return { kind: 'asked', answer };
  const leaseUntil = new Date(clock.now().getTime() + leaseSeconds(query.get('hub.lease_seconds')) * 1_000);
  return { kind: 'asked', answer, confirmed: { ...topic, leaseUntil } };
}

function leaseSeconds(text: string | null): number {
  const seconds = /^\d{1,12}$/.test(text ?? '') ? Number(text) : 0;
  return seconds > 0 ? Math.min(seconds, LONGEST_LEASE_S) : USUAL_LEASE_S;
}

/** What is delivered is always taken: for anything but 2xx the hub would send it again, also what we never believe. */
export function answerDelivery({ incoming: { headers, body }, channelId, secrets }: Question): Receipt {
  const signature = headers['x-hub-signature'];
  if (typeof signature !== 'string') return refused(204, 'it is not signed');
  if (!isSigned(body, signature, secrets.secretOf(channelId))) return refused(204, 'its signature is wrong');
  const feed = readPushedFeed(body.toString('utf8'));
  if (feed === null) return refused(204, 'it is no feed');
  if (feed.self !== null && !isTopicOf(feed.self, channelId)) return refused(204, 'it is of another feed');
  const saidAt = lastOf(feed);
  return {
    kind: 'delivery',
    answer: { status: 204 },
    messageId: digestOf(channelId, body),
    topics: [{ identifier: channelId, topic: FEED_TOPIC }],
    pushed: pushedOf(feed, channelId),
    ...(saidAt !== null && { saidAt }),
  };
}

/**
 * A repeat has the same bytes. Nothing less will do: whether each true change of a video has a new `updated` is not
 * documented, and a change that is taken for a repeat is lost, while a repeat that is not only costs a look.
 */
function digestOf(channelId: string, body: Buffer): string {
  return createHash('sha256').update(channelId).update(body).digest('hex').slice(0, 40);
}

/** What is of another channel is none of ours, however it got here. */
function pushedOf(feed: PushedFeed, channelId: string): Pushed[] {
  const own = <T extends { channelId: string }>(list: readonly T[]) =>
    list.filter((one) => one.channelId === channelId);
  return [
    ...own(feed.videos).map((video) => ({
      ...{ identifier: channelId, broadcastId: video.id },
      says: isFresh(video) ? ('online' as const) : ('something' as const),
    })),
    ...own(feed.deleted).map(({ id }) => ({ identifier: channelId, broadcastId: id, says: 'offline' as const })),
  ];
}

/** The first push of a video may be ahead of the API. A change of an older one is not. */
function isFresh({ publishedAt, updatedAt }: PushedVideo): boolean {
  if (publishedAt === null || updatedAt === null) return true;
  return updatedAt.getTime() - publishedAt.getTime() < FRESH_MS;
}

function lastOf({ videos, deleted }: PushedFeed): Date | null {
  const times = [...videos.map((video) => video.updatedAt), ...deleted.map(({ at }) => at)];
  const last = Math.max(...times.map((at) => at?.getTime() ?? Number.NEGATIVE_INFINITY));
  return Number.isFinite(last) ? new Date(last) : null;
}

export function refused(status: number, reason: string): Receipt {
  return { kind: 'refused', answer: { status }, reason: `youtube: ${reason}` };
}
