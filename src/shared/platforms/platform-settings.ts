import type { Config } from '../config/config.ts';
import type { TwitcastingSettings } from './twitcasting/client.ts';
import type { TwitchSettings } from './twitch/access.ts';
import type { TwitterSettings } from './twitter/client.ts';
import type { YoutubeSettings } from './youtube/client.ts';

/** What each platform is asked with: where, and as whom. For platforms of `config.platforms` only. */
export function youtubeSettings(config: Config): YoutubeSettings {
  return {
    apiKey: given(config, 'YOUTUBE_API_KEY'),
    apiUrl: config.YOUTUBE_API_URL,
    feedUrl: config.YOUTUBE_FEED_URL,
    dailyUnits: () => config.YOUTUBE_DAILY_UNITS,
  };
}

export function twitchSettings(config: Config): TwitchSettings {
  return {
    clientId: given(config, 'TWITCH_CLIENT_ID'),
    clientSecret: given(config, 'TWITCH_CLIENT_SECRET'),
    apiUrl: config.TWITCH_API_URL,
    authUrl: config.TWITCH_AUTH_URL,
  };
}

export function twitterSettings(config: Config): TwitterSettings {
  return { bearerToken: given(config, 'TWITTER_BEARER_TOKEN'), apiUrl: config.TWITTER_API_URL };
}

export function twitcastingSettings(config: Config): TwitcastingSettings {
  return {
    clientId: given(config, 'TWITCASTING_CLIENT_ID'),
    clientSecret: given(config, 'TWITCASTING_CLIENT_SECRET'),
    apiUrl: config.TWITCASTING_API_URL,
  };
}

type CredentialName =
  | 'YOUTUBE_API_KEY'
  | 'TWITCH_CLIENT_ID'
  | 'TWITCH_CLIENT_SECRET'
  | 'TWITTER_BEARER_TOKEN'
  | 'TWITCASTING_CLIENT_ID'
  | 'TWITCASTING_CLIENT_SECRET';

/** `loadConfig` lets no platform through without its credentials. */
function given(config: Config, name: CredentialName): string {
  const value = config[name];
  if (value === null) throw new Error(`${name} is not set, though its platform is polled`);
  return value;
}
