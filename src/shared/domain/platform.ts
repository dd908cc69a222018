export const PLATFORMS = ['youtube', 'twitch', 'twitter', 'twitcasting'] as const;

export type Platform = (typeof PLATFORMS)[number];

export function isPlatform(text: string): text is Platform {
  return (PLATFORMS as readonly string[]).includes(text);
}

/** One value for each platform. */
export type PerPlatform<T> = Record<Platform, T>;

export function perPlatform<T>(make: (platform: Platform) => T): PerPlatform<T> {
  return {
    youtube: make('youtube'),
    twitch: make('twitch'),
    twitter: make('twitter'),
    twitcasting: make('twitcasting'),
  };
}
