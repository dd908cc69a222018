import type { FollowWish, StreamName } from '../shared/domain/follow.ts';
import { chunk } from '../shared/domain/group.ts';
import type { NoticeFollow, NoticeReading } from '../shared/domain/notice.ts';
import { type NoticePlan, noticeText } from '../shared/domain/notice-plan.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';

/** Most follows applied in one transaction. */
const BATCH = 500;

type Target = StreamKey | StreamName;

/** Applies follows, and keeps those whose name has to be resolved. */
export type HandOnNotices = (
  wishes: readonly (FollowWish & { readonly target: Target })[],
) => Promise<{ readonly refused: readonly { readonly wish: unknown; readonly reason: string }[] }>;

/** A follow of the bot's tables that a limit keeps out. */
export interface KeptOut extends NoticeFollow<Target> {
  readonly reason: string;
}

export interface Cut {
  /** When it counts as said. */
  readonly readAt: string;
  /** Aborted when what is left must be left to the next time. */
  readonly signal: AbortSignal | undefined;
}

/** Follows what was found. @returns what a limit keeps out */
export async function followNotices(
  handOn: HandOnNotices,
  follows: readonly NoticeFollow<Target>[],
  { readAt, signal }: Cut,
): Promise<KeptOut[]> {
  const keptOut: KeptOut[] = [];
  for (const batch of chunk(follows, BATCH)) {
    if (signal?.aborted) break;
    const wishes = new Map(batch.map((each) => [toWish(each, readAt), each]));
    const { refused } = await handOn([...wishes.keys()]);
    const reasons = new Map(refused.map(({ wish, reason }) => [wish, reason]));
    for (const [wish, { target, guildId, channelId }] of wishes) {
      const reason = reasons.get(wish);
      if (reason !== undefined) keptOut.push({ target, guildId, channelId, reason });
    }
  }
  return keptOut;
}

/** What was read, as if those did not stand there: a category that nobody follows after all contains nothing. */
export function without(keptOut: readonly KeptOut[], reading: NoticeReading): NoticeReading {
  const out = new Set(keptOut.map(noticeText));
  return { ...reading, follows: reading.follows.filter((each) => !out.has(noticeText(each))) };
}

/** Names that are kept out are not waited for either. */
export function planWithout(keptOut: readonly KeptOut[], plan: NoticePlan): NoticePlan {
  const out = new Set(keptOut.map(noticeText));
  return { ...plan, resolve: plan.resolve.filter((each) => !out.has(noticeText(each))) };
}

function toWish({ target, guildId, channelId }: NoticeFollow<Target>, saidAt: string) {
  const plain = { userId: null, priority: null, metadata: null } as const;
  return { action: 'follow', source: 'notice', target, guildId, channelId, saidAt, ...plain } as const;
}
