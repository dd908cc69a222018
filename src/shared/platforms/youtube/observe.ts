import type { Observation, SeenBroadcast } from '../../domain/observation.ts';
import type { LookTarget } from '../adapter.ts';
import type { VideoRow } from './answers.ts';
import type { Listing } from './listings.ts';
import { namedIds } from './video-choice.ts';

/** What `videos.list` said of each id asked for: its row, or null where there was none. Ids not asked for are missing. */
export type VideoAnswers = ReadonlyMap<string, VideoRow | null>;

/** More than a feed or one page of uploads ever lists. */
const SETTLED_KEPT = 60;

/** How long ago a broadcast that nobody saw running may have ended to be told of at all. */
const NEWS_MS = 24 * 60 * 60_000;

/** What the listing of a channel and the answers for its videos say of it. */
export function observeChannel(target: LookTarget, evidence: ChannelEvidence): Observation {
  const { listing, videos } = evidence;
  const open = new Set(target.open.map(({ id }) => id));
  const named = namedIds(target);
  // With something open, or a named video of its own that is there, the videos themselves tell of the channel.
  const own = named.some((id) => videos.get(id)?.snippet.channelId === target.identifier);
  const sighted = open.size > 0 || own;
  // Whoever is gone is not live either: what is still open must come to its end first.
  if (listing.kind === 'gone' && !sighted) return { kind: 'gone' };
  const blind = listing.kind !== 'listed';
  if (blind && !sighted) return { kind: 'unknown', reason: 'its feed gave no answer' };

  const listed = blind ? [] : listing.videoIds;
  const rows = [...new Set([...listed, ...open, ...named])].flatMap((id) => videos.get(id) ?? []);
  const broadcasts = rows.flatMap((row) => seenOf(row, { ...evidence, target, isOpen: open.has(row.id) }) ?? []);
  const title = rows.find((row) => row.snippet.channelId === target.identifier)?.snippet.channelTitle;
  const channelTitle = title ?? (blind ? null : listing.title);
  const unasked = [...open].filter((id) => !videos.has(id));
  const settled = settledAfter(target, { rows, listed, now: evidence.now });
  return {
    kind: 'seen',
    broadcasts,
    ...(channelTitle !== null && { channel: { title: channelTitle } }),
    ...(settled !== null && { settled }),
    ...(unasked.length > 0 && { unasked }),
  };
}

export interface ChannelEvidence {
  readonly listing: Listing;
  readonly videos: VideoAnswers;
  readonly now: Date;
}

/** `upload`: a plain video. `ending`: over, but YouTube does not say since when yet. */
export type VideoState = 'scheduled' | 'live' | 'ended' | 'ending' | 'upload';

/** A premiere counts as live, as the bot always had it. */
export function stateOf({ snippet, liveStreamingDetails: details }: VideoRow): VideoState {
  const content = snippet.liveBroadcastContent;
  if (details?.actualEndTime) return 'ended';
  if (content === 'live' || (content === 'upcoming' && details?.actualStartTime)) return 'live';
  if (content === 'upcoming') return 'scheduled';
  return details ? 'ending' : 'upload';
}

interface RowContext extends ChannelEvidence {
  readonly target: LookTarget;
  readonly isOpen: boolean;
}

/** @returns null where the video is no broadcast of this channel, or none that is news */
function seenOf(row: VideoRow, { target, isOpen, now }: RowContext): SeenBroadcast | null {
  const state = stateOf(row);
  // Not listed means not found: an open broadcast that turned into a plain video is a miss.
  if (state === 'upload') return null;
  if (isOpen) return seenVideo(row, state === 'ending' ? 'ended' : state);
  if (row.snippet.channelId !== target.identifier || state === 'ending') return null;
  const endedAt = row.liveStreamingDetails?.actualEndTime ?? null;
  if (state === 'ended' && endedAt !== null && now.getTime() - endedAt.getTime() > NEWS_MS) return null;
  return seenVideo(row, state);
}

function seenVideo(row: VideoRow, state: SeenBroadcast['state']): SeenBroadcast {
  const { id, snippet, liveStreamingDetails: details, statistics } = row;
  const { maxres, standard, high, medium, default: smallest } = snippet.thumbnails ?? {};
  const thumbnailUrl = [maxres, standard, high, medium, smallest].find((one) => one?.url)?.url;
  return {
    id,
    state,
    title: snippet.title ?? '',
    scheduledStart: details?.scheduledStartTime ?? null,
    startedAt: details?.actualStartTime ?? null,
    endedAt: state === 'ended' ? (details?.actualEndTime ?? null) : null,
    details: {
      url: `https://www.youtube.com/watch?v=${id}`,
      ...(thumbnailUrl && { thumbnailUrl }),
      // There is no flag for it: views of members-only videos are not shown.
      ...(statistics && statistics.viewCount === null && { membersOnly: true }),
    },
  };
}

interface SettledEvidence {
  readonly rows: readonly VideoRow[];
  readonly listed: readonly string[];
  readonly now: Date;
}

/** Newest first. @returns null when it stays as it was */
function settledAfter({ identifier, settled }: LookTarget, evidence: SettledEvidence): string[] | null {
  const { rows, listed, now } = evidence;
  const fresh = rows.filter((row) => needsNoMoreLooks(row, identifier, now)).map((row) => row.id);
  const known = new Set([...settled, ...fresh]);
  const after = [...new Set([...listed.filter((id) => known.has(id)), ...fresh, ...settled])].slice(0, SETTLED_KEPT);
  const unchanged = after.length === settled.length && after.every((id, at) => id === settled[at]);
  return unchanged ? null : after;
}

function needsNoMoreLooks(row: VideoRow, identifier: string, now: Date): boolean {
  if (row.snippet.channelId !== identifier) return true;
  const state = stateOf(row);
  if (state !== 'ending') return state === 'upload' || state === 'ended';
  const since = row.liveStreamingDetails?.actualStartTime ?? row.liveStreamingDetails?.scheduledStartTime;
  return !since || now.getTime() - since.getTime() > NEWS_MS;
}
