import type { StreamName } from './follow.ts';
import type { NoticeFollow, NoticeReading, NoticeState, NoticeTable } from './notice.ts';
import { channelsOf } from './notice-categories.ts';
import type { Beliefs } from './notice-doubt.ts';
import type { Pin } from './pin.ts';
import type { PerPlatform } from './platform.ts';
import { isCategory, keyText, type StreamKey } from './stream-key.ts';

/** What has to change so that our tables agree with the bot's. */
export interface NoticePlan {
  /** Rows found there and not followed here. */
  readonly follow: readonly NoticeFollow[];
  /** The same, by names that have to be resolved first. */
  readonly resolve: readonly NoticeFollow<StreamName>[];
  /** Follows that came from there and are gone there. */
  readonly end: readonly NoticeFollow[];
  /** Names that nobody there asks for any more. */
  readonly forget: readonly NoticeFollow<StreamName>[];
  readonly pin: readonly Pin[];
  readonly unpin: readonly Pin[];
}

/** The tables whose rows a follow of the platform comes from. */
export const NOTICES_OF: PerPlatform<NoticeTable> = {
  youtube: 'notice_youtube_stream_channel',
  twitch: 'notice_twitch_stream_channels',
  twitter: 'notice_twitter_space_channel',
  twitcasting: 'notice_twitcasting_stream_channels',
};

/** The tables that decide which keys are marked to record. */
const MARKS_OF: PerPlatform<readonly NoticeTable[]> = {
  youtube: ['record_youtube_channel'],
  twitch: ['twitch_spider'],
  twitter: [],
  twitcasting: ['twitcasting_spider'],
};

/** The tables that decide what a category contains. */
const OWNERSHIP: readonly NoticeTable[] = ['youtube_channel_owned_type', 'youtube_channel_spider'];

/** Compares what was read with what we hold. What was read is always added; only what is believed may end anything. */
export function planNotices(reading: NoticeReading, state: NoticeState, beliefs: Beliefs): NoticePlan {
  const follows = planFollows(reading, state, beliefs);
  const pins = planPins(reading, { state, beliefs, categories: followedCategories(state, follows) });
  return { ...follows, ...pins };
}

type FollowPlan = Pick<NoticePlan, 'follow' | 'resolve' | 'end' | 'forget'>;

function planFollows(reading: NoticeReading, state: NoticeState, beliefs: Beliefs): FollowPlan {
  const isBelieved = ({ target }: NoticeFollow<StreamKey | StreamName>): boolean =>
    isSure(beliefs, [NOTICES_OF[target.platform]]);
  const wanted = new Set(reading.follows.map(noticeText));
  const held = new Set(state.follows.map(noticeText));
  const asked = new Set(reading.names.map(noticeText));
  const waiting = new Set(state.pending.map(noticeText));
  // Whom a name means is not known yet: it may be whom the guild follows in that channel already.
  const unclear = new Set(reading.names.map(placeOf));
  return {
    follow: unique(reading.follows).filter((each) => !held.has(noticeText(each))),
    resolve: unique(reading.names).filter((each) => !waiting.has(noticeText(each))),
    end: state.follows
      .filter((each) => each.source === 'notice' && isBelieved(each) && !wanted.has(noticeText(each)))
      .filter((each) => !unclear.has(placeOf(each))),
    forget: state.pending.filter(
      (each) => each.source === 'notice' && isBelieved(each) && !asked.has(noticeText(each)),
    ),
  };
}

/** The categories that are followed once the plan has been carried out, whoever said so. */
function followedCategories(state: NoticeState, { follow, end }: FollowPlan): Set<string> {
  const ending = new Set(end.map(noticeText));
  const staying = state.follows.filter((each) => !ending.has(noticeText(each)));
  return new Set(
    [...staying, ...follow]
      .map(({ target }) => target)
      .filter(isCategory)
      .map((key) => key.identifier),
  );
}

interface PinGrounds {
  readonly state: NoticeState;
  readonly beliefs: Beliefs;
  readonly categories: ReadonlySet<string>;
}

function planPins(reading: NoticeReading, { state, beliefs, categories }: PinGrounds) {
  const contained = [...channelsOf(categories, reading)].map(
    (identifier): Pin => ({ platform: 'youtube', identifier, reason: 'category', source: 'notice' }),
  );
  const marked = reading.marked.map(
    ({ platform, identifier }): Pin => ({ platform, identifier, reason: 'record', source: 'notice' }),
  );
  const wanted = new Map([...contained, ...marked].map((pin) => [pinText(pin), pin]));
  const held = new Set(state.pins.map(pinText));
  return {
    pin: [...wanted].filter(([text]) => !held.has(text)).map(([, pin]) => pin),
    unpin: state.pins.filter((pin) => !wanted.has(pinText(pin)) && mayUnpin(pin, { beliefs, categories })),
  };
}

/** With no category followed none contains anything, whatever the tables of ownership say. */
function mayUnpin({ platform, reason }: Pin, { beliefs, categories }: Omit<PinGrounds, 'state'>): boolean {
  if (reason === 'record') return isSure(beliefs, MARKS_OF[platform]);
  return categories.size === 0 || isSure(beliefs, OWNERSHIP);
}

/** Nothing is doubted; a table that never was there has nothing to say. */
function isSure(beliefs: Beliefs, tables: readonly NoticeTable[]): boolean {
  return tables.every((table) => beliefs[table].kind !== 'doubted');
}

function unique<T extends StreamKey | StreamName>(follows: readonly NoticeFollow<T>[]): NoticeFollow<T>[] {
  return [...new Map(follows.map((each) => [noticeText(each), each])).values()];
}

/** Which follow it is. */
export function noticeText(follow: NoticeFollow<StreamKey | StreamName>): string {
  const { target } = follow;
  const what = 'identifier' in target ? keyText(target) : `${target.platform}/${target.kind}/${target.name}`;
  return `${what} ${follow.guildId} ${follow.channelId}`;
}

function placeOf({ target, guildId, channelId }: NoticeFollow<StreamKey | StreamName>): string {
  return `${target.platform} ${guildId} ${channelId}`;
}

function pinText({ platform, identifier, reason }: Pin): string {
  return `${reason} ${platform}/${identifier}`;
}
