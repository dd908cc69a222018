import type { Config } from '../config/config.ts';
import type { Platform } from '../domain/platform.ts';
import type { AdapterParts } from './parts.ts';
import type { PushAdapter } from './push/push-adapter.ts';

export type PushAdapters = ReadonlyMap<Platform, PushAdapter>;

/**
 * Builds the pushing side of each platform that is polled and can push. None without PUBLIC_URL: the platforms would not
 * know where to. Nothing is asked of anybody yet.
 */
export function createPushAdapters(config: Config, parts: AdapterParts): PushAdapters {
  const { PUBLIC_URL: publicUrl } = config;
  if (publicUrl === null) return new Map();
  const adapters = config.platforms.flatMap((platform) => {
    const adapter = createPushAdapter(platform, config, { ...parts, callback: `${publicUrl}/webhooks/${platform}` });
    return adapter === null ? [] : [[platform, adapter] as const];
  });
  return new Map(adapters);
}

/** What every pushing side is built from. */
export interface PushParts extends AdapterParts {
  /** Where the platform is to send to. */
  readonly callback: string;
}

/** @returns null where the platform does not push, or what it needs for that is not set */
function createPushAdapter(platform: Platform, _config: Config, _parts: PushParts): PushAdapter | null {
  switch (platform) {
    case 'youtube':
    case 'twitch':
    case 'twitter':
    case 'twitcasting':
      return null;
    default:
      return platform satisfies never;
  }
}
