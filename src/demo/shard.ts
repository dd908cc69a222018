import {
  FOLLOW_CHANNEL,
  HEARD_PREFIX,
  LOG_KEY,
  OFFLINE_CHANNEL,
  ONLINE_CHANNEL,
  UNFOLLOW_CHANNEL,
} from '../shared/contracts/channels.ts';
import { statusEvent } from '../shared/contracts/status-events.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { publishAt } from '../shared/pubsub/publish-at.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import { openRedis, openWaiting } from '../shared/runtime/redis.ts';
import { type Announcement, announcementsOf } from './announcement.ts';
import { followMessage, type Saying, unfollowMessage } from './follow-message.ts';

/** A made-up Discord shard: says what its guilds follow, and hears what is published. */
export interface Shard {
  readonly index: number;
  /** Everything heard, in order. */
  readonly heard: readonly Announcement[];
  /** Messages that were no events of the contract. */
  readonly unreadable: readonly string[];
  follow(saying: Saying): Promise<void>;
  unfollow(saying: Saying): Promise<void>;
  close(): void;
}

export interface ShardParts {
  readonly redisUrl: string;
  readonly index: number;
  readonly logger: Logger;
  readonly onHeard: (announcements: readonly Announcement[]) => void;
}

export async function openShard({ redisUrl, index, logger, onHeard }: ShardParts): Promise<Shard> {
  const ears = openWaiting(redisUrl, LOG_KEY, logger);
  const mouth = openRedis(redisUrl, logger);
  const heard: Announcement[] = [];
  const unreadable: string[] = [];
  ears.on('message', (_channel, message: string) => {
    const announcements = read(message);
    if (announcements === null) unreadable.push(message);
    else heard.push(...announcements);
    onHeard(announcements ?? []);
  });
  await ears.subscribe(ONLINE_CHANNEL, OFFLINE_CHANNEL);
  return {
    ...{ index, heard, unreadable },
    follow: (saying) => say(mouth, FOLLOW_CHANNEL, followMessage(saying)),
    unfollow: (saying) => say(mouth, UNFOLLOW_CHANNEL, unfollowMessage(saying)),
    close() {
      ears.disconnect();
      mouth.disconnect();
    },
  };
}

/** @throws when nobody listens: Pub/Sub would lose it without a word */
async function say(mouth: RedisConnection, channel: string, message: string): Promise<void> {
  const listeners = await publishAt(mouth, HEARD_PREFIX, { channel, message });
  if (listeners === 0) throw new Error(`nobody listens to ${channel}: a follow was published and lost`);
}

function read(message: string): Announcement[] | null {
  try {
    const event = statusEvent.safeParse(JSON.parse(message));
    return event.success ? announcementsOf(event.data, new Date()) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
