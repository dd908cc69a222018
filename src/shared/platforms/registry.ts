import type { Config } from '../config/config.ts';
import type { Platform } from '../domain/platform.ts';
import type { Budget } from './budget.ts';
import type { AdapterParts, BudgetedAdapter } from './parts.ts';
import { twitcastingSettings, twitchSettings, twitterSettings, youtubeSettings } from './platform-settings.ts';
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
      return createYoutubeAdapter({ ...parts, settings: youtubeSettings(config) });
    case 'twitch':
      return createTwitchAdapter({ ...parts, settings: twitchSettings(config) });
    case 'twitter':
      return createTwitterAdapter({ ...parts, settings: twitterSettings(config) });
    case 'twitcasting':
      return createTwitcastingAdapter({ ...parts, settings: twitcastingSettings(config) });
    default:
      return platform satisfies never;
  }
}
