import type { Setting } from './setting.ts';

/** App access tokens that were given out, with their expiry. */
export interface TwitchTokens {
  issue(): { token: string; expiresInSeconds: number };
  isValid(token: string): boolean;
  /** Seconds that it stays valid; zero when it is not. */
  secondsLeft(token: string): number;
  /** One token, or all of them: the next request with it gets 401. */
  revoke(token?: string): void;
}

/** Beyond this the oldest is forgotten, and so revoked: a client that asks for so many has lost its way. */
const TOKENS_KEPT = 10_000;

export function createTwitchTokens({ clock, random, quirks }: Setting): TwitchTokens {
  const expiries = new Map<string, number>();
  const secondsLeft = (token: string): number =>
    Math.max(0, Math.ceil(((expiries.get(token) ?? 0) - clock.now().getTime()) / 1_000));
  return {
    issue() {
      const token = random.text(30, 'abcdefghijklmnopqrstuvwxyz0123456789');
      const expiresInSeconds = quirks().twitchTokenSeconds;
      expiries.set(token, clock.now().getTime() + expiresInSeconds * 1_000);
      const [oldest] = expiries.keys();
      if (expiries.size > TOKENS_KEPT && oldest !== undefined) expiries.delete(oldest);
      return { token, expiresInSeconds };
    },
    isValid: (token) => secondsLeft(token) > 0,
    secondsLeft,
    revoke(token) {
      if (token === undefined) expiries.clear();
      else expiries.delete(token);
    },
  };
}
