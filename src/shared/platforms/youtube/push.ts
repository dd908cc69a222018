import { PUSH_TELLS } from '../../domain/push-tells.ts';
import { createHttpClient } from '../http-client.ts';
import { type ReadFault, restOf } from '../http-fault.ts';
import type { AdapterParts } from '../parts.ts';
import type { KnownSubscription, PushAdapter } from '../push/push-adapter.ts';
import { answerDelivery, answerQuestion, FEED_TOPIC, refused } from './push-answers.ts';
import { createPushSecrets } from './push-secrets.ts';
import { CHANNEL_ID, topicUrl } from './push-topic.ts';

export interface YoutubePushParts extends AdapterParts {
  readonly settings: YoutubePushSettings;
  /** Where the hub is to send to, without the channel. */
  readonly callback: string;
}

export interface YoutubePushSettings {
  /** Of the Data API. The hub wants no credentials; the secrets of subscriptions are derived from it. */
  readonly apiKey: string;
  readonly hubUrl: string;
}

/** Ten days, as others ask for; the hub grants what it likes. */
const LEASE_S = 864_000;
const REST_MS = 2 * 60_000;

/**
 * YouTube by WebSub: the hub tells of new, changed and deleted videos, seldom that one went live. So it only names videos
 * to look at. A subscription counts from when the hub asked back, for as long as it then says.
 */
export function createYoutubePush(parts: YoutubePushParts): PushAdapter {
  const { settings, callback, clock } = parts;
  const platform = 'youtube';
  const hub = createHttpClient({ ...parts, platform, readFault: readHubFault });
  const secrets = createPushSecrets(settings.apiKey);

  async function ask(mode: 'subscribe' | 'unsubscribe', { identifier }: KnownSubscription, signal: AbortSignal) {
    const form = {
      'hub.mode': mode,
      'hub.topic': topicUrl(identifier),
      'hub.callback': `${callback}/${identifier}?token=${secrets.tokenOf(identifier)}`,
      'hub.verify': 'async',
      ...(mode === 'subscribe' && {
        'hub.secret': secrets.secretOf(identifier),
        'hub.lease_seconds': String(LEASE_S),
      }),
    };
    await hub.ask({ endpoint: 'hub', url: `${settings.hubUrl}/subscribe`, form, signal });
  }

  return {
    platform,
    topics: [FEED_TOPIC],
    tells: PUSH_TELLS[platform],
    mark: secrets.markOf(`${callback} ${settings.hubUrl}`),
    capacity: async () => null,
    async subscribe(topic, signal) {
      await ask('subscribe', topic, signal);
      return { state: 'pending', remoteId: null, leaseUntil: null };
    },
    unsubscribe: (subscription, signal) => ask('unsubscribe', subscription, signal),
    list: null,
    async receive(incoming, wanted) {
      const channelId = incoming.place;
      if (!CHANNEL_ID.test(channelId)) return refused(404, 'no channel has this address');
      const question = { incoming, channelId, secrets };
      if (incoming.method === 'GET') return answerQuestion(question, { clock, wanted });
      return incoming.method === 'POST' ? answerDelivery(question) : refused(405, 'only GET and POST are answered');
    },
  };
}

/** The hub is at times away for days, and says for how long to leave it alone; its own trouble is never about one channel. */
const readHubFault: ReadFault = ({ status, headers }, now) => {
  if (status !== 429 && status < 500) return undefined;
  const restUntil = restOf(headers, now) ?? new Date(now.getTime() + REST_MS);
  if (status === 429) return { fault: 'rate-limited', reason: 'too many requests', restUntil };
  return { fault: 'unavailable', reason: 'the hub is in trouble', restUntil };
};
