import type { Redis } from 'ioredis';
import { type EventPlace, type StreamData, streamData } from '../../src/shared/contracts/status-events.ts';
import { createPublisher } from '../../src/shared/pubsub/publisher.ts';
import { eventIds } from '../../src/shared/runtime/event-id.ts';

const AT = new Date('2026-09-26T10:00:13.512Z');

export function stream(id: string, channel = 'c'): StreamData {
  const required = { VideoId: id, ChannelId: channel, ChannelTitle: 'C', VideoTitle: 'T', Platform: 'twitch' };
  return streamData.parse({ ...required, ScheduledStartTime: '2026-09-26T10:00:00Z' });
}

/** Tallylight's side of the log, without its tables: `live` is what they would say. */
export function createLog(redis: Redis) {
  const publisher = createPublisher(redis);
  const live = new Map<string, StreamData>();
  let known: EventPlace | null = null;

  async function say(
    direction: 'online' | 'offline',
    streams: readonly StreamData[],
    eventId?: string,
  ): Promise<string> {
    const [fresh = ''] = eventIds(AT, 1);
    const content = { eventId: eventId ?? fresh, platform: 'twitch', direction, at: AT, streams } as const;
    const result = await publisher.publish(content, known);
    if (result.kind === 'behind') throw new Error('this Redis cannot go on counting: restore it first');
    known = result.place;
    for (const one of streams) {
      if (direction === 'online') live.set(one.VideoId, one);
      else live.delete(one.VideoId);
    }
    return content.eventId;
  }

  return {
    /** What is published from here on exists only in the tables until `restore`. */
    live,
    online: (...ids: string[]) =>
      say(
        'online',
        ids.map((id) => stream(id)),
      ),
    offline: (...ids: string[]) =>
      say(
        'offline',
        ids.map((id) => stream(id)),
      ),
    say,
    async restore(): Promise<string> {
      const { newEpoch } = await publisher.restore(known, [...live.values()]);
      if (newEpoch !== null) known = { epoch: newEpoch, sequence: '0' };
      return known?.epoch ?? '';
    },
  };
}

export type Log = ReturnType<typeof createLog>;
