/**
 * Which lasting id TwitCasting gave to whom: webhooks know users by it, we know them by their screen id. Remembered, so
 * that comparing what is registered costs no request for each user.
 */
export interface UserIds {
  /** @param notBefore what was learned earlier is not believed: a screen id can pass to somebody else */
  of(screenId: string, notBefore?: Date): Promise<string | null>;
  /** @returns screen ids by user id; without an entry for those never met */
  screenIdsOf(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  remember(userId: string, screenId: string): Promise<void>;
}
