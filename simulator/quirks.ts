import { z } from 'zod';

const ms = z.number().int().nonnegative();
const rate = z.number().min(0).max(1);

/** Behaviour that is no fault but still surprises. */
export const quirksSchema = z.strictObject({
  /** Helix is cached: a live row appears late, and one that ended lingers. Zero: at once. */
  twitchAppearAfterMs: ms,
  twitchLingerMs: ms,
  twitchTokenSeconds: z.number().int().positive(),
  /** How late a new video is in the Atom feed; really some ten minutes. */
  youtubeFeedDelayMs: ms,
  /** The longest lease that the hub grants, whatever is asked for. */
  youtubeMostLeaseSeconds: z.number().int().positive(),
  /** X: answer 400 when `creator_id` is asked for in `space.fields` rather than as an expansion. */
  twitterRejectsCreatorId: z.boolean(),
  /** X: what `spaces?ids=` says of a Space that ended; the documentation supports both. */
  twitterEndedSpaces: z.enum(['ended', 'not-found']),
  /** X: how the answer to a new activity subscription is wrapped; the documentation shows all three. */
  twitterSubscriptionShape: z.enum(['list', 'object', 'nested']),
  /** How long after the fact a push leaves, and after how long an unanswered one is sent again (doubled each time). */
  pushDelayMs: ms,
  pushRetryMs: ms,
  /** Shares of the pushes that never arrive, and that arrive twice. */
  pushLossRate: rate,
  pushDuplicateRate: rate,
});

export type Quirks = z.infer<typeof quirksSchema>;

export const NO_QUIRKS: Quirks = {
  twitchAppearAfterMs: 0,
  twitchLingerMs: 0,
  twitchTokenSeconds: 5_011_271,
  youtubeFeedDelayMs: 0,
  youtubeMostLeaseSeconds: 864_000,
  twitterRejectsCreatorId: false,
  twitterEndedSpaces: 'ended',
  twitterSubscriptionShape: 'list',
  pushDelayMs: 0,
  pushRetryMs: 1_000,
  pushLossRate: 0,
  pushDuplicateRate: 0,
};
