import type { KeyWish } from '../../src/shared/domain/follow.ts';

/** A follow of each identifier by one guild, as it comes from a shard. */
export function wishesFor(identifiers: readonly string[], guildId: string): KeyWish[] {
  const saidAt = new Date().toISOString();
  return identifiers.map((identifier) => ({
    action: 'follow',
    target: { platform: 'twitch', identifier },
    guildId,
    channelId: '1234567890123456789',
    userId: '2345678901234567890',
    saidAt,
    priority: null,
    metadata: null,
    source: 'event',
  }));
}
