import type { Config } from '../config/config.ts';
import type { Platform } from '../domain/platform.ts';
import type { Budget } from './budget.ts';
import type { AdapterParts, BudgetedAdapter } from './parts.ts';
import { createTwitcastingAdapter } from './twitcasting/index.ts';
import { createTwitchAdapter } from './twitch/index.ts';
import { createTwitterAdapter } from './twitter/index.ts';
import { createYoutubeAdapter } from './youtube/index.ts';

/** The platforms that are polled, and what each may spend. */
export interface Platforms {
  readonly adapters: ReadonlyMap<Platform, BudgetedAdapter>;
  readonly budgets: ReadonlyMap<Platform, readonly Budget[]>;
}

/** Builds an adapter for each platform in `config.platforms`. Nothing is asked of anybody yet. */
export function createAdapters(config: Config, parts: AdapterParts): Platforms {
  const adapters = new Map(config.platforms.map((platform) => [platform, createAdapter(platform, config, parts)]));
  const budgets = new Map([...adapters].map(([platform, adapter]) => [platform, adapter.budgets]));
  return { adapters, budgets };
}

function createAdapter(platform: Platform, config: Config, parts: AdapterParts): BudgetedAdapter {
  switch (platform) {
    case 'youtube':
      return createYoutubeAdapter({
        ...parts,
        settings: {
          apiKey: given(config, 'YOUTUBE_API_KEY'),
          apiUrl: config.YOUTUBE_API_URL,
          feedUrl: config.YOUTUBE_FEED_URL,
          dailyUnits: () => config.YOUTUBE_DAILY_UNITS,
        },
      });
    case 'twitch':
      return createTwitchAdapter({
        ...parts,
        settings: {
          clientId: given(config, 'TWITCH_CLIENT_ID'),
          clientSecret: given(config, 'TWITCH_CLIENT_SECRET'),
          apiUrl: config.TWITCH_API_URL,
          authUrl: config.TWITCH_AUTH_URL,
        },
      });
    case 'twitter':
      return createTwitterAdapter({
        ...parts,
        settings: { bearerToken: given(config, 'TWITTER_BEARER_TOKEN'), apiUrl: config.TWITTER_API_URL },
      });
    case 'twitcasting':
      return createTwitcastingAdapter({
        ...parts,
        settings: {
          clientId: given(config, 'TWITCASTING_CLIENT_ID'),
          clientSecret: given(config, 'TWITCASTING_CLIENT_SECRET'),
          apiUrl: config.TWITCASTING_API_URL,
        },
      });
    default:
      return platform satisfies never;
  }
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
