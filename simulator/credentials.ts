/** What the simulator accepts. Nothing here opens any real door. */
export const CREDENTIALS = {
  youtubeKey: 'simulated-youtube-key',
  twitchClientId: 'simulatedtwitchclient',
  twitchClientSecret: 'simulatedtwitchsecret',
  twitterBearer: 'simulated-twitter-bearer',
  twitterConsumerSecret: 'simulated-twitter-consumer-secret',
  twitcastingClientId: 'simulated-twitcasting-client',
  twitcastingClientSecret: 'simulated-twitcasting-secret',
  twitcastingSignature: 'simulatedtwitcastingsignature00',
} as const;

/** Where each interface lies below the simulator's root. */
export const PATHS = {
  youtubeApi: '/youtube/v3',
  youtubeFeed: '/youtube',
  youtubeHub: '/youtube/hub',
  twitchApi: '/twitch/helix',
  twitchAuth: '/twitch/oauth2',
  twitterApi: '/twitter/2',
  twitcastingApi: '/twitcasting',
} as const;

/** The environment that points Tallylight at a simulator. */
export function environmentFor(url: string): Record<string, string> {
  return {
    YOUTUBE_API_KEY: CREDENTIALS.youtubeKey,
    YOUTUBE_API_URL: `${url}${PATHS.youtubeApi}`,
    YOUTUBE_FEED_URL: `${url}${PATHS.youtubeFeed}`,
    YOUTUBE_HUB_URL: `${url}${PATHS.youtubeHub}`,
    TWITCH_CLIENT_ID: CREDENTIALS.twitchClientId,
    TWITCH_CLIENT_SECRET: CREDENTIALS.twitchClientSecret,
    TWITCH_API_URL: `${url}${PATHS.twitchApi}`,
    TWITCH_AUTH_URL: `${url}${PATHS.twitchAuth}`,
    TWITTER_BEARER_TOKEN: CREDENTIALS.twitterBearer,
    TWITTER_CONSUMER_SECRET: CREDENTIALS.twitterConsumerSecret,
    TWITTER_API_URL: `${url}${PATHS.twitterApi}`,
    TWITCASTING_CLIENT_ID: CREDENTIALS.twitcastingClientId,
    TWITCASTING_CLIENT_SECRET: CREDENTIALS.twitcastingClientSecret,
    TWITCASTING_WEBHOOK_SIGNATURE: CREDENTIALS.twitcastingSignature,
    TWITCASTING_API_URL: `${url}${PATHS.twitcastingApi}`,
  };
}
