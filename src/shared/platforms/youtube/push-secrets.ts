import { createHmac, timingSafeEqual } from 'node:crypto';

/** What only we and the hub know of a subscription. Derived from the API key, so that nothing has to be kept. */
export interface PushSecrets {
  /** Signs what is delivered for a channel. */
  secretOf(channelId: string): string;
  /** Part of the callback: without it anybody could subscribe that address at the hub, with a secret of their own. */
  tokenOf(channelId: string): string;
  /** Says with which key, and between which two addresses, a subscription was made, and nothing else. */
  markOf(addresses: string): string;
}

export function createPushSecrets(apiKey: string): PushSecrets {
  const derive = (purpose: string): string =>
    createHmac('sha256', apiKey).update(`tallylight ${purpose}`).digest('hex');
  return {
    secretOf: (channelId) => derive(`websub secret ${channelId}`),
    tokenOf: (channelId) => derive(`websub callback ${channelId}`).slice(0, 32),
    markOf: (addresses) => derive(`websub mark ${addresses}`).slice(0, 32),
  };
}

/** Compares in a time that tells nothing. */
export function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/**
 * Whether the bytes of a delivery were signed with this secret.
 * @param signature the header `X-Hub-Signature`: `sha1=` and the HMAC of the body. Source: WebSub, authenticated content
 */
export function isSigned(body: Buffer, signature: string, secret: string): boolean {
  const digest = createHmac('sha1', secret).update(body).digest('hex');
  return isSame(signature.toLowerCase(), `sha1=${digest}`);
}
