import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { CREDENTIALS } from '../credentials.ts';
import { type Answer, json, type WireRequest } from '../wire.ts';
import type { Setting } from './setting.ts';
import { problem } from './twitter-problem.ts';

/** An address that an application registered. Events go there only while it is valid. */
interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly created_at: string;
  valid: boolean;
}

/** `/2/webhooks`: where X sends to, after the address has proved that it knows the consumer secret. */
export interface TwitterWebhooks {
  create(request: WireRequest): Promise<Answer>;
  list(): Answer;
  /** Checks the address again; that is how an invalid one comes back. */
  validate(request: WireRequest): Promise<Answer>;
  remove(request: WireRequest): Answer;
  find(id: string): Webhook | undefined;
  /** What X does every hour: an address that does not answer rightly becomes invalid. */
  recheck(): Promise<void>;
}

const registration = z.object({ url: z.string() });

export function createTwitterWebhooks({ courier, random, clock }: Setting): TwitterWebhooks {
  const webhooks = new Map<string, Webhook>();

  /** The challenge-response check. */
  async function proves(url: string): Promise<boolean> {
    const token = random.text(32, 'abcdefghijklmnopqrstuvwxyz0123456789');
    const parcel = { platform: 'twitter', about: 'crc', method: 'GET', headers: {}, body: '', retries: 0 } as const;
    const { status, body } = await courier.send({ ...parcel, url: `${url}?crc_token=${token}` });
    return status === 200 && responseToken(body) === signatureOf(token);
  }

  return {
    async create({ body }) {
      const given = registration.safeParse(parsed(body));
      if (!given.success || !isUsable(given.data.url)) return failed('UrlValidationFailed');
      const { url } = given.data;
      if ([...webhooks.values()].some((webhook) => webhook.url === url)) return failed('DuplicateUrlFailed');
      if (!(await proves(url))) return failed('CrcValidationFailed');
      const webhook = { id: digits(random), url, created_at: clock.now().toISOString(), valid: true };
      webhooks.set(webhook.id, webhook);
      return json(200, { data: webhook });
    },
    list: () => json(200, { data: [...webhooks.values()], meta: { result_count: webhooks.size } }),
    async validate({ params: [id = ''] }) {
      const webhook = webhooks.get(id);
      if (!webhook) return failed('WebhookIdInvalid');
      webhook.valid = await proves(webhook.url);
      return webhook.valid ? json(200, { data: { valid: true } }) : failed('CrcValidationFailed');
    },
    remove: ({ params: [id = ''] }) =>
      webhooks.delete(id) ? json(200, { data: { deleted: true } }) : failed('WebhookIdInvalid'),
    find: (id) => webhooks.get(id),
    async recheck() {
      for (const webhook of webhooks.values()) webhook.valid = await proves(webhook.url);
    },
  };
}

/** What X puts into a header, and expects as the response token. */
export function signatureOf(text: string): string {
  return `sha256=${createHmac('sha256', CREDENTIALS.twitterConsumerSecret).update(text).digest('base64')}`;
}

/** A number of 19 digits, as X numbers things. */
export function digits(random: Setting['random']): string {
  return `1${random.text(18, '0123456789')}`;
}

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** X takes https without a port; here the own machine is let through, since tests have nothing else. */
function isUsable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, port, hostname } = new URL(text);
  return (protocol === 'https:' && port === '') || hostname === '127.0.0.1' || hostname === 'localhost';
}

function responseToken(body: string): unknown {
  const read = z.object({ response_token: z.string() }).safeParse(parsed(body));
  return read.success ? read.data.response_token : undefined;
}

function failed(reason: string): Answer {
  return problem(400, reason, reason, 'https://api.x.com/2/problems/invalid-request');
}
