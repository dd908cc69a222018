import { createHmac } from 'node:crypto';
import { CREDENTIALS } from '../../../simulator/credentials.ts';
import type { Platform } from '../../../src/shared/domain/platform.ts';
import type { Incoming } from '../../../src/shared/platforms/push/push-adapter.ts';
import { secretOf } from '../../../src/shared/platforms/twitch/push.ts';
import { createPushSecrets } from '../../../src/shared/platforms/youtube/push-secrets.ts';

export const CHANNEL = 'UC81tUN0Ljo_kr7CYSgcNPXQ';
export const VIDEO = 'dQw4w9WgXcQ';

const secrets = createPushSecrets(CREDENTIALS.youtubeKey);

const twitch = (type: string, event: object) =>
  JSON.stringify({
    subscription: {
      ...{ id: 'f1c2a387', status: 'enabled', type, version: '1', cost: 1, created_at: '2026-09-26T09:00:00Z' },
      condition: { broadcaster_user_id: '44445555' },
      transport: { method: 'webhook', callback: 'https://example.org/webhooks/twitch' },
    },
    event: { broadcaster_user_id: '44445555', broadcaster_user_login: 'someone', ...event },
  });

const x = (type: string) => ({
  ...{ event_uuid: '2146429123901234567', event_type: type, tag: 'tallylight' },
  filter: { user_id: '1252764865' },
  payload: { broadcast_id: '1DXxyRYNejbKM', user_id: '1252764865' },
});

const casting = (live: boolean) =>
  JSON.stringify({
    signature: CREDENTIALS.twitcastingSignature,
    movie: { id: '189037369', user_id: '182224938', title: 'ライブ', is_live: live, created: 1_790_416_798 },
    broadcaster: { id: '182224938', screen_id: 'someone_live', name: 'Some One', is_live: live },
  });

/** Bodies as each platform sends them, as JSON; YouTube sends XML. */
export const BODIES: Readonly<Record<Exclude<Platform, 'youtube'>, readonly string[]>> = {
  twitch: [
    twitch('stream.online', { id: '9001', type: 'live', started_at: '2026-09-26T10:00:00Z' }),
    twitch('stream.offline', {}),
    JSON.stringify({ ...JSON.parse(twitch('stream.online', {})), challenge: 'pogchamp-kappa-360noscope-vohiyo' }),
  ],
  twitter: [JSON.stringify({ data: x('spaces.start') }), JSON.stringify({ data: [x('spaces.end'), x('other.event')] })],
  twitcasting: [
    casting(true),
    casting(false),
    JSON.stringify({ signature: CREDENTIALS.twitcastingSignature, schedule: {} }),
  ],
};

export const FEED = `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://pubsubhubbub.appspot.com"/><link rel="self" href="https://www.youtube.com/xml/feeds/videos.xml?channel_id=${CHANNEL}"/><title>YouTube video feed</title><updated>2026-09-26T10:00:01.1234567+00:00</updated><entry>
  <id>yt:video:${VIDEO}</id>
  <yt:videoId>${VIDEO}</yt:videoId>
  <yt:channelId>${CHANNEL}</yt:channelId>
  <title>t</title><link rel="alternate" href="https://www.youtube.com/watch?v=${VIDEO}"/>
  <published>2026-09-26T10:00:00+00:00</published><updated>2026-09-26T10:00:01.1234567+00:00</updated>
</entry></feed>`;

export const DELETED = `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom"><at:deleted-entry ref="yt:video:${VIDEO}" when="2026-09-26T10:00:01+00:00"><link href="https://www.youtube.com/watch?v=${VIDEO}"/><at:by><name>n</name><uri>https://www.youtube.com/channel/${CHANNEL}</uri></at:by></at:deleted-entry></feed>`;

/** The headers with which the platform itself would send these bytes now. */
export function signedHeaders(platform: Platform, body: Buffer, type: string, now: Date): Record<string, string> {
  const hmac = (algorithm: string, secret: string, text = '') =>
    createHmac(algorithm, secret).update(text).update(body);
  switch (platform) {
    case 'youtube':
      return { 'x-hub-signature': `sha1=${hmac('sha1', secrets.secretOf(CHANNEL)).digest('hex')}` };
    case 'twitch': {
      const [id, at] = ['befa7b53-d79d-478f-86b9-120f112b044e', now.toISOString()];
      const signature = hmac('sha256', secretOf(CREDENTIALS.twitchClientSecret), id + at).digest('hex');
      return {
        ...{ 'twitch-eventsub-message-id': id, 'twitch-eventsub-message-timestamp': at },
        ...{ 'twitch-eventsub-message-type': type, 'twitch-eventsub-message-signature': `sha256=${signature}` },
      };
    }
    case 'twitter':
      return {
        'x-twitter-webhooks-signature': `sha256=${hmac('sha256', CREDENTIALS.twitterConsumerSecret).digest('base64')}`,
      };
    case 'twitcasting':
      return {};
    default:
      return platform satisfies never;
  }
}

/** What the hub asks back with, and X with its own parameter. */
export function question(platform: Platform, given: Readonly<Record<string, string>>): Incoming['query'] {
  if (platform !== 'youtube') return new URLSearchParams({ crc_token: 'MGRjNmIwMTQ', ...given });
  const topic = `https://www.youtube.com/xml/feeds/videos.xml?channel_id=${CHANNEL}`;
  const asked = {
    'hub.mode': 'subscribe',
    'hub.topic': topic,
    'hub.challenge': '1234567890',
    'hub.lease_seconds': '432000',
  };
  return new URLSearchParams({ ...asked, token: secrets.tokenOf(CHANNEL), ...given });
}
