import type { Config } from '../config/config.ts';
import type { Platform } from '../domain/platform.ts';
import type { AdapterParts } from './parts.ts';
import { twitcastingSettings, twitchSettings, twitterSettings } from './platform-settings.ts';
import type { PushAdapter } from './push/push-adapter.ts';
import { createTwitcastingPush } from './twitcasting/push.ts';
import type { UserIds } from './twitcasting/user-ids.ts';
import { createTwitchPush } from './twitch/push.ts';
import { createTwitterPush } from './twitter/push.ts';
import { createYoutubePush } from './youtube/push.ts';

export type PushAdapters = ReadonlyMap<Platform, PushAdapter>;

export interface PushRegistryParts extends AdapterParts {
  /** Who is who on TwitCasting, whose webhooks know users by an id that is not their key. */
  readonly userIds: UserIds;
}

/**
 * Builds the pushing side of each platform that is polled and can push. None without PUBLIC_URL: the platforms would not
 * know where to. Nothing is asked of anybody yet.
 */
export function createPushAdapters(config: Config, parts: PushRegistryParts): PushAdapters {
  const { PUBLIC_URL: publicUrl } = config;
  if (publicUrl === null) return new Map();
  const adapters = config.platforms.flatMap((platform) => {
    const adapter = createPushAdapter(platform, config, { ...parts, callback: `${publicUrl}/webhooks/${platform}` });
    return adapter === null ? [] : [[platform, adapter] as const];
  });
  return new Map(adapters);
}

/** What every pushing side is built from. */
export interface PushParts extends PushRegistryParts {
  /** Where the platform is to send to. */
  readonly callback: string;
}

/** @returns null where the platform does not push, or what it needs for that is not set */
function createPushAdapter(platform: Platform, config: Config, parts: PushParts): PushAdapter | null {
  switch (platform) {
    case 'youtube':
      return createYoutube(config, parts);
    case 'twitch':
      return createTwitch(config, parts);
    case 'twitter':
      return createTwitter(config, parts);
    case 'twitcasting':
      return createTwitcasting(config, parts);
    default:
      return platform satisfies never;
  }
}

/** The hub itself wants no credentials. */
function createYoutube(config: Config, parts: PushParts): PushAdapter | null {
  const { YOUTUBE_API_KEY: apiKey, YOUTUBE_HUB_URL: hubUrl } = config;
  return apiKey === null ? null : createYoutubePush({ ...parts, settings: { apiKey, hubUrl } });
}

function createTwitch(config: Config, parts: PushParts): PushAdapter {
  return createTwitchPush({
    ...parts,
    settings: { ...twitchSettings(config), conduitShards: config.TWITCH_CONDUIT_SHARDS },
  });
}

/** Each of its events costs money: only where somebody said so. */
function createTwitter(config: Config, parts: PushParts): PushAdapter | null {
  const { TWITTER_PUSH: wanted, TWITTER_CONSUMER_SECRET: consumerSecret } = config;
  if (wanted === 'off' || consumerSecret === null) return null;
  return createTwitterPush({ ...parts, settings: { ...twitterSettings(config), consumerSecret } });
}

function createTwitcasting(config: Config, parts: PushParts): PushAdapter | null {
  const { TWITCASTING_WEBHOOK_SIGNATURE: signature } = config;
  if (signature === null) return null;
  return createTwitcastingPush({ ...parts, settings: { ...twitcastingSettings(config), signature } });
}
