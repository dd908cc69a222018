import { createHmac } from 'node:crypto';
import type { Fault } from '../faults.ts';
import type { Random } from '../random.ts';
import type { Answer, WireRequest } from '../wire.ts';
import type { WorldEvent } from '../world.ts';
import type { Setting } from './setting.ts';
import { pushedBody } from './youtube-pushed.ts';

/** Who is told of a channel, until when. */
export interface HubSubscription {
  readonly channelId: string;
  readonly callback: string;
  readonly leaseUntil: Date;
}

/** The WebSub hub: takes wishes at once, asks back, then delivers. What a lease granted is over is forgotten silently. */
export interface YoutubeHub {
  subscribe(request: WireRequest): Answer;
  /** Those within their lease. */
  subscriptions(): readonly HubSubscription[];
}

interface Wish extends Omit<HubSubscription, 'leaseUntil'> {
  readonly mode: 'subscribe' | 'unsubscribe';
  readonly topic: string;
  readonly secret: string | null;
  readonly leaseSeconds: number;
}

/** What is granted to who asks for no time in particular. */
const USUAL_LEASE_S = 432_000;
/** How often a delivery that nobody took is sent again. */
const RETRIES = 4;
const TOPIC = /^https?:\/\/www\.youtube\.com(?:\/xml)?\/feeds\/videos\.xml\?channel_id=(UC[\w-]{22})$/;

export function createYoutubeHub(setting: Setting): YoutubeHub {
  const { world, courier, clock, random, quirks } = setting;
  const held = new Map<string, HubSubscription & { readonly secret: string | null }>();
  const alive = () => [...held.values()].filter(({ leaseUntil }) => leaseUntil > clock.now());

  async function verify(wish: Wish): Promise<void> {
    const challenge = uint64(random);
    const seconds = Math.min(wish.leaseSeconds, quirks().youtubeMostLeaseSeconds);
    const asked = { topic: wish.topic, challenge, mode: wish.mode, lease_seconds: String(seconds) };
    const url = new URL(wish.callback);
    for (const [name, value] of Object.entries(asked)) url.searchParams.append(`hub.${name}`, value);
    const parcel = {
      platform: 'youtube',
      about: wish.mode,
      method: 'GET',
      headers: AGENT,
      body: '',
      retries: 0,
    } as const;
    const { status, body } = await courier.send({ ...parcel, url: url.href });
    if (status === null || status < 200 || status > 299 || body !== challenge) return;
    const { channelId, callback, secret } = wish;
    const entry = `${channelId} ${callback}`;
    if (wish.mode === 'unsubscribe') held.delete(entry);
    else
      held.set(entry, { channelId, callback, secret, leaseUntil: new Date(clock.now().getTime() + seconds * 1_000) });
  }

  world.subscribe((event) => {
    if (!isPushed(event)) return;
    const body = pushedBody(event);
    for (const { channelId, callback, secret } of alive()) {
      if (channelId !== event.streamer.identifier) continue;
      const signed = secret === null ? {} : { 'x-hub-signature': `sha1=${hmac(secret, body)}` };
      const headers = { 'content-type': 'application/atom+xml', ...AGENT, ...signed };
      const parcel = { platform: 'youtube', about: event.kind, method: 'POST', retries: RETRIES } as const;
      void courier.send({ ...parcel, url: callback, headers, body });
    }
  });

  return {
    subscribe({ body }) {
      const wish = readWish(new URLSearchParams(body));
      if (typeof wish === 'string') return text(400, wish);
      void verify(wish);
      return text(202, '');
    },
    subscriptions: () => alive().map(({ channelId, callback, leaseUntil }) => ({ channelId, callback, leaseUntil })),
  };
}

const AGENT = { 'user-agent': 'FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)' };

/** A broadcast that was announced goes live without a word, as it often is. */
function isPushed({ kind, streamer, broadcast }: WorldEvent): boolean {
  if (streamer.platform !== 'youtube') return false;
  if (kind === 'online') return broadcast.scheduledStart === null;
  return ['scheduled', 'rescheduled', 'retitled', 'cancelled', 'removed'].includes(kind);
}

/** @returns what is wrong with it, in words, when it is no wish */
function readWish(form: URLSearchParams): Wish | string {
  const value = (name: string): string => form.get(`hub.${name}`) ?? '';
  const [mode, topic, callback] = [value('mode'), value('topic'), value('callback')];
  if (mode !== 'subscribe' && mode !== 'unsubscribe') return `Invalid value for hub.mode: ${mode}`;
  if (!URL.canParse(callback)) return `Invalid parameter: hub.callback; Invalid URI: ${callback}`;
  const channelId = TOPIC.exec(topic)?.[1];
  if (channelId === undefined) return `Invalid parameter: hub.topic; Invalid URI: ${topic}`;
  if (!['async', 'sync', ''].includes(value('verify'))) return 'Invalid value for hub.verify';
  if (Buffer.byteLength(value('secret')) >= 200) return 'Invalid parameter: hub.secret';
  const seconds = Number(value('lease_seconds'));
  const leaseSeconds = Number.isInteger(seconds) && seconds > 0 ? seconds : USUAL_LEASE_S;
  return { mode, topic, callback, channelId, leaseSeconds, secret: form.get('hub.secret') };
}

function hmac(secret: string, body: string): string {
  return createHmac('sha1', secret).update(body).digest('hex');
}

function uint64(random: Random): string {
  const half = () => BigInt(Math.floor(random.next() * 2 ** 32));
  return String((half() << 32n) | half());
}

const REFUSALS: Partial<Record<Fault['kind'], readonly [status: number, words: string]>> = {
  'bad-request': [400, 'Bad Request'],
  unauthorized: [401, 'Unauthorized'],
  forbidden: [403, 'Forbidden'],
  'not-found': [404, 'Not Found'],
  'rate-limited': [429, 'Too Many Requests'],
  'bare-rate-limited': [429, 'Too Many Requests'],
  'server-error': [500, 'Internal Server Error'],
  unavailable: [503, 'Transient error; please try again later'],
};

/** How the hub words that it does not want to. */
export function hubRefusal({ kind, retryAfterSeconds = 120 }: Fault): Answer | undefined {
  const [status, words] = REFUSALS[kind] ?? [];
  if (status === undefined || words === undefined) return undefined;
  const retry = kind === 'rate-limited' || kind === 'unavailable' ? { 'retry-after': String(retryAfterSeconds) } : {};
  return text(status, words, retry);
}

function text(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}
