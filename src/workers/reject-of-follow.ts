import { FOLLOW_CHANNEL } from '../shared/contracts/channels.ts';
import type { RefusedFollow } from '../shared/domain/follow-limits.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';
import type { NewReject } from '../shared/store/reject-store.ts';

/** A follow that was kept out long after its message was gone, as a message that says it again when it is replayed. */
export function rejectOfFollow({ wish, reason }: RefusedFollow<StreamKey>, receivedAt: Date): NewReject {
  const { target, guildId, channelId, userId, saidAt, priority, metadata } = wish;
  const message = {
    platform: target.platform,
    stream_key: target.identifier,
    ...{ guild_id: guildId, channel_id: channelId, user_id: userId, timestamp: saidAt },
    metadata: priority === null ? metadata : { ...metadata, priority },
  };
  const payload = Buffer.from(JSON.stringify(message));
  return { channel: FOLLOW_CHANNEL, reason, payload, size: payload.length, receivedAt };
}
