import type { z } from 'zod';
import { duration, integer, lanes, oneOf, platforms, redisUrl, text, url, userName } from './fields.ts';

/** One variable of the environment: what it means, how it is read, and what holds when it is not set. */
export interface Variable<T = unknown> {
  readonly schema: z.ZodType<T, string>;
  /** As it would be written in the environment. Absent: unset is null. */
  readonly default?: string;
  readonly meaning: string;
  /** Masked wherever settings are shown, and scrubbed from logs by value. */
  readonly secret?: true;
  /** May be changed while the cluster runs. Then it has a default, and whoever uses it reads it each time. */
  readonly live?: true;
}

const http = ['http:', 'https:'];
const pollInterval = duration('1s', '24h');
const grace = duration('0s', '24h');

/** Every variable that Tallylight reads. `.env.example` and `tallylight config` are checked against this table. */
export const VARIABLES = {
  DATABASE_URL: { schema: url('postgres:', 'postgresql:'), secret: true, meaning: 'Postgres; unset: an embedded one' },
  REDIS_URL: {
    schema: redisUrl,
    secret: true,
    meaning: 'Redis, or redis+sentinel:// or redis+cluster:// with several hosts; unset: an embedded one',
  },
  NOTICE_DATABASE_URL: {
    schema: url('mysql:', 'mariadb:'),
    secret: true,
    meaning: "the bot's own database, only read; unset: follows come by events alone",
  },
  PLATFORMS: { schema: platforms, meaning: 'platforms to poll; unset: those with credentials' },
  HTTP_HOST: { schema: text, default: '127.0.0.1', meaning: 'address of probes, metrics and board' },
  HTTP_PORT: { schema: integer(0, 65_535), default: '6111', meaning: 'port of probes, metrics and board; 0: any' },
  BOARD_USER: { schema: userName, default: 'operator', meaning: 'account of the board and the status page' },
  BOARD_PASSWORD: { schema: text, secret: true, meaning: 'its password; unset: loopback only' },
  BOARD_READ_USER: { schema: userName, default: 'viewer', meaning: 'account that sees the same and changes nothing' },
  BOARD_READ_PASSWORD: { schema: text, secret: true, meaning: 'its password; unset: no such account' },
  PUBLIC_URL: { schema: url(...http), meaning: 'where the platforms reach role web, for pushes; unset: no pushes' },
  POLL_INTERVAL_YOUTUBE: {
    schema: pollInterval,
    default: '120s',
    live: true,
    meaning: 'how often a YouTube key is looked at',
  },
  POLL_INTERVAL_TWITCH: {
    schema: pollInterval,
    default: '60s',
    live: true,
    meaning: 'how often a Twitch key is looked at',
  },
  POLL_INTERVAL_TWITTER: {
    schema: pollInterval,
    default: '120s',
    live: true,
    meaning: 'how often a Twitter key is looked at',
  },
  POLL_INTERVAL_TWITCASTING: {
    schema: pollInterval,
    default: '60s',
    live: true,
    meaning: 'how often a TwitCasting key is looked at',
  },
  OFFLINE_GRACE_YOUTUBE: { schema: grace, default: '0s', live: true, meaning: 'a return within it is silence' },
  OFFLINE_GRACE_TWITCH: { schema: grace, default: '180s', live: true, meaning: 'a return within it is silence' },
  OFFLINE_GRACE_TWITTER: { schema: grace, default: '0s', live: true, meaning: 'a return within it is silence' },
  OFFLINE_GRACE_TWITCASTING: { schema: grace, default: '90s', live: true, meaning: 'a return within it is silence' },
  BATCH_INTERVAL: {
    schema: duration('100ms', '1h'),
    default: '30s',
    live: true,
    meaning: 'longest wait of the normal lane',
  },
  URGENT_INTERVAL: {
    schema: duration('10ms', '1m'),
    default: '1s',
    live: true,
    meaning: 'longest wait of the urgent lane',
  },
  BATCH_MAX_STREAMS: { schema: integer(1, 1_000), default: '100', live: true, meaning: 'most streams in one event' },
  PUBLISH_RATE: { schema: integer(1, 10_000), default: '20', live: true, meaning: 'most events a second' },
  LANE_ONLINE: { schema: lanes, default: 'urgent', live: true, meaning: 'lane of online changes' },
  LANE_OFFLINE: { schema: lanes, default: 'normal', live: true, meaning: 'lane of offline changes' },
  STATE_SYNC_INTERVAL: {
    schema: duration('1s', '24h'),
    default: '10m',
    live: true,
    meaning: 'how often everything is reconciled',
  },
  ANNOUNCE_MAX_AGE: {
    schema: duration('1s', '168h'),
    default: '6h',
    live: true,
    meaning: 'a start older than this is recorded silently',
  },
  FOLLOWS_PER_GUILD: {
    schema: integer(1, 1_000_000),
    default: '2000',
    live: true,
    meaning: 'most follows of one guild; what it has already stays',
  },
  MAX_FOLLOWS: {
    schema: integer(1, 100_000_000),
    default: '1000000',
    live: true,
    meaning: 'most follows of all guilds',
  },
  MAX_KEYS: { schema: integer(1, 10_000_000), default: '200000', live: true, meaning: 'most keys that are polled' },
  GUILD_RATE: {
    schema: integer(1, 10_000),
    default: '10',
    live: true,
    meaning: 'follows a guild may say a second, and unfollows; after FOLLOWS_PER_GUILD of each at once',
  },
  YOUTUBE_API_KEY: { schema: text, secret: true, meaning: 'YouTube Data API key' },
  YOUTUBE_DAILY_UNITS: {
    schema: integer(1, 1_000_000_000),
    default: '10000',
    live: true,
    meaning: 'quota of the key, in units a day',
  },
  YOUTUBE_API_URL: { schema: url(...http), default: 'https://www.googleapis.com/youtube/v3', meaning: 'base URL' },
  YOUTUBE_FEED_URL: { schema: url(...http), default: 'https://www.youtube.com', meaning: 'base URL of the feeds' },
  YOUTUBE_HUB_URL: {
    schema: url(...http),
    default: 'https://pubsubhubbub.appspot.com',
    meaning: 'base URL of the hub',
  },
  TWITCH_CLIENT_ID: { schema: text, meaning: 'Twitch application' },
  TWITCH_CLIENT_SECRET: { schema: text, secret: true, meaning: 'its secret' },
  TWITCH_API_URL: { schema: url(...http), default: 'https://api.twitch.tv/helix', meaning: 'base URL' },
  TWITCH_AUTH_URL: {
    schema: url(...http),
    default: 'https://id.twitch.tv/oauth2',
    meaning: 'base URL of the token endpoint',
  },
  TWITCH_CONDUIT_SHARDS: {
    schema: integer(0, 20_000),
    default: '0',
    meaning: 'shards of an EventSub conduit; 0: plain webhooks',
  },
  TWITTER_BEARER_TOKEN: { schema: text, secret: true, meaning: 'app-only bearer token of X' },
  TWITTER_API_URL: { schema: url(...http), default: 'https://api.x.com/2', meaning: 'base URL' },
  TWITTER_PUSH: {
    schema: oneOf('on', 'off'),
    default: 'off',
    meaning: 'whether X pushes Spaces (X Activity); it costs money for each event',
  },
  TWITTER_CONSUMER_SECRET: { schema: text, secret: true, meaning: 'signs what X pushes; needed for TWITTER_PUSH=on' },
  TWITCASTING_CLIENT_ID: { schema: text, meaning: 'TwitCasting application' },
  TWITCASTING_CLIENT_SECRET: { schema: text, secret: true, meaning: 'its secret' },
  TWITCASTING_API_URL: { schema: url(...http), default: 'https://apiv2.twitcasting.tv', meaning: 'base URL' },
  TWITCASTING_WEBHOOK_SIGNATURE: {
    schema: text,
    secret: true,
    meaning: 'signature of its webhooks, from the developer page; unset: no pushes',
  },
  LOG_LEVEL: {
    schema: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    default: 'info',
    live: true,
    meaning: 'how much is logged',
  },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;

/** What may be changed while the cluster runs: `tallylight settings`. */
export type LiveName = {
  [N in VariableName]: (typeof VARIABLES)[N] extends { live: true } ? N : never;
}[VariableName];

export const LIVE_NAMES: readonly LiveName[] = (Object.keys(VARIABLES) as VariableName[]).filter(isLive);

export function isVariable(name: string): name is VariableName {
  return Object.hasOwn(VARIABLES, name);
}

export function isLive(name: string): name is LiveName {
  return isVariable(name) && (VARIABLES[name] as Variable).live === true;
}

/** What is in force for one variable: its type, or null where it has no default and is not set. */
export type ValueOf<N extends VariableName> =
  | z.output<(typeof VARIABLES)[N]['schema']>
  | ((typeof VARIABLES)[N] extends { default: string } ? never : null);

export type Values = { readonly [N in VariableName]: ValueOf<N> };
