import type { Platform } from '../../src/shared/domain/platform.ts';
import { timePublishes } from '../delivery/bare-publish.ts';
import { broadcastAll, type Journey, until } from '../delivery/broadcasts.ts';
import { setStage, type Stage } from '../delivery/stage.ts';
import { percentile } from '../reading/numbers.ts';
import { type Figure, figure, type Measured } from '../report/figure.ts';
import type { Servers } from '../servers.ts';
import type { Settings } from '../settings.ts';

/** The other two do not allow to be asked as often as this needs. */
const PLATFORMS: readonly Platform[] = ['twitch', 'youtube'];

const POLL = '1s';

const SHARES = [['p50', 0.5] as const, ['p99', 0.99] as const];

/** From the moment a streamer goes live to the moment a shard hears it. */
export async function measureDelivery(servers: Servers, { delivery }: Settings): Promise<Measured> {
  const published = await timePublishes(servers.redisUrl, 200);
  const env = { POLL_INTERVAL_TWITCH: POLL, POLL_INTERVAL_YOUTUBE: POLL, YOUTUBE_DAILY_UNITS: '1000000' };
  const stage = await setStage({ servers, env });
  try {
    const perPlatform = Math.ceil(delivery.broadcasts / PLATFORMS.length);
    const journeys = await Promise.all(PLATFORMS.map((platform) => travel(stage, platform, perPlatform)));
    return {
      name: 'delivery',
      title: `From go-live to the event at a shard, urgent lane, polled every ${POLL}`,
      meaning: [
        'Simulator and product run as an operator runs them, a process for each role, two polling. Streamers go live one at',
        'a time. “Less the poll” starts at the first request that could see the broadcast: what Tallylight itself adds, with',
        'the platform’s answers, the tables, the queue and the event. Beside it: a bare PUBLISH of that size.',
      ],
      figures: [
        ...PLATFORMS.flatMap((platform, i) => figuresOf(platform, journeys[i] ?? [])),
        ...SHARES.map(([name, share]) =>
          figure({ what: `a bare PUBLISH, ${name}`, unit: 'ms', value: percentile(published, share) }),
        ),
      ],
    };
  } finally {
    await stage.close();
  }
}

async function travel(stage: Stage, platform: Platform, count: number): Promise<Journey[]> {
  const { steering, shard } = stage;
  const streamers = await Promise.all(Array.from({ length: count }, () => steering.addStreamer(platform)));
  const guild = { id: 1_234_567_890_123_456_789n, channelId: 11n, userId: 12n };
  for (const streamer of streamers) await shard.follow({ streamer, guild, at: new Date() });
  await until(async () => {
    const asked = new Set((await steering.requests(platform)).flatMap(({ ids }) => ids));
    return streamers.every(({ identifier, userId }) => asked.has(identifier) || asked.has(userId));
  }, 'every streamer was looked at once');
  return broadcastAll(stage, streamers);
}

function figuresOf(platform: Platform, journeys: readonly Journey[]): Figure[] {
  const part = (what: string, ms: (journey: Journey) => number): Figure[] =>
    SHARES.map(([name, share]) =>
      figure({ what: `${platform}, ${what}, ${name}`, unit: 'ms', value: percentile(journeys.map(ms), share) }),
    );
  return [
    ...part('from go-live to event', ({ wentLiveAt, heardAt }) => heardAt - wentLiveAt),
    ...part('until the poll', ({ wentLiveAt, askedAt }) => askedAt - wentLiveAt),
    ...part('less the poll', ({ askedAt, heardAt }) => heardAt - askedAt),
    ...part('of that from change to event', ({ recordedAt, heardAt }) => heardAt - recordedAt),
  ];
}
