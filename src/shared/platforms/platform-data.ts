/** What a publisher knows of the channel besides its key: it spares us asking the platform who a name is. */
export interface PlatformData {
  /** The platform's lasting id. */
  readonly userId: string | null;
  /** Twitch login or X screen name, without `@`. */
  readonly login: string | null;
}
