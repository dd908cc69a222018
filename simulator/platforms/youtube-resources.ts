import type { Streamer, TrueBroadcast, Upload } from '../broadcast.ts';
import { hash } from '../random.ts';
import { seconds } from '../wire.ts';

/** A video of a channel: a broadcast, or a plain upload. */
export interface Video {
  readonly id: string;
  readonly title: string;
  readonly publishedAt: Date;
  readonly channel: Streamer;
  /** Null for an upload. */
  readonly broadcast: TrueBroadcast | null;
}

export function videoOfBroadcast(channel: Streamer, broadcast: TrueBroadcast): Video {
  return { id: broadcast.id, title: broadcast.title, publishedAt: broadcast.createdAt, channel, broadcast };
}

export function videoOfUpload(channel: Streamer, upload: Upload): Video {
  return { ...upload, channel, broadcast: null };
}

export function uploadsPlaylist(channelId: string): string {
  return `UU${channelId.slice(2)}`;
}

/** An item of `videos.list`, with the parts that were asked for. */
export function videoItem(video: Video, parts: ReadonlySet<string>) {
  const { id, broadcast } = video;
  const live = liveStreamingDetails(broadcast);
  return {
    kind: 'youtube#video',
    etag: etagOf(video),
    id,
    ...(parts.has('snippet') && { snippet: videoSnippet(video) }),
    ...(parts.has('contentDetails') && { contentDetails: contentDetails(video) }),
    ...(parts.has('status') && {
      status: { uploadStatus: isRunning(broadcast) ? 'uploaded' : 'processed', ...STATUS },
    }),
    ...(parts.has('statistics') && { statistics: statistics(video) }),
    ...(parts.has('liveStreamingDetails') && live && { liveStreamingDetails: live }),
  };
}

/** An item of `channels.list`. */
export function channelItem(channel: Streamer, parts: ReadonlySet<string>) {
  const uploads = uploadsPlaylist(channel.identifier);
  const snippet = {
    title: channel.name,
    description: '',
    customUrl: `@${channel.login.toLowerCase()}`,
    publishedAt: seconds(channel.createdAt),
    thumbnails: { default: { url: `https://yt3.ggpht.com/${channel.identifier}`, width: 88, height: 88 } },
    localized: { title: channel.name, description: '' },
  };
  return {
    kind: 'youtube#channel',
    etag: quoteless(`${channel.identifier}${channel.name}`),
    id: channel.identifier,
    ...(parts.has('snippet') && { snippet }),
    ...(parts.has('contentDetails') && { contentDetails: { relatedPlaylists: { likes: '', uploads } } }),
  };
}

/** An item of `playlistItems.list`. */
export function playlistItem(video: Video, parts: ReadonlySet<string>, position: number) {
  const { channel } = video;
  const playlistId = uploadsPlaylist(channel.identifier);
  const snippet = {
    publishedAt: seconds(video.publishedAt),
    channelId: channel.identifier,
    title: video.title,
    description: '',
    channelTitle: channel.name,
    playlistId,
    position,
    resourceId: { kind: 'youtube#video', videoId: video.id },
  };
  const details = { videoId: video.id, videoPublishedAt: seconds(video.publishedAt) };
  return {
    kind: 'youtube#playlistItem',
    etag: etagOf(video),
    id: Buffer.from(`${playlistId}.${video.id}`).toString('base64url'),
    ...(parts.has('snippet') && { snippet }),
    ...(parts.has('contentDetails') && { contentDetails: details }),
    ...(parts.has('status') && { status: { privacyStatus: 'public' } }),
  };
}

const STATUS = { privacyStatus: 'public', license: 'youtube', embeddable: true, madeForKids: false };

function videoSnippet({ id, title, publishedAt, channel, broadcast }: Video) {
  const suffix = broadcast?.state === 'live' ? '_live' : '';
  const thumbnail = (name: string, width: number, height: number) => ({
    url: `https://i.ytimg.com/vi/${id}/${name}${suffix}.jpg`,
    width,
    height,
  });
  return {
    publishedAt: seconds(publishedAt),
    channelId: channel.identifier,
    title,
    description: '',
    thumbnails: { default: thumbnail('default', 120, 90), high: thumbnail('hqdefault', 480, 360) },
    channelTitle: channel.name,
    categoryId: '20',
    liveBroadcastContent: liveBroadcastContent(broadcast),
    localized: { title, description: '' },
  };
}

function isRunning(broadcast: TrueBroadcast | null): boolean {
  return broadcast?.state === 'live' || broadcast?.state === 'scheduled';
}

function liveBroadcastContent(broadcast: TrueBroadcast | null): 'live' | 'upcoming' | 'none' {
  if (broadcast?.state === 'live') return 'live';
  return broadcast?.state === 'scheduled' ? 'upcoming' : 'none';
}

function contentDetails({ broadcast }: Video) {
  const rest = { dimension: '2d', definition: 'hd', caption: 'false', licensedContent: true };
  if (isRunning(broadcast)) return { duration: 'P0D', ...rest };
  const start = broadcast?.startedAt?.getTime() ?? 0;
  const length = Math.round(((broadcast?.endedAt?.getTime() ?? start + 61_000) - start) / 1_000);
  return { duration: `PT${Math.floor(length / 60)}M${length % 60}S`, ...rest };
}

/** Counts are strings. Members-only videos have none for the public: there is no other sign of it. */
function statistics({ id, broadcast }: Video) {
  const views = String(hash(id) % 100_000);
  return broadcast?.membersOnly ? { likeCount: '0' } : { viewCount: views, likeCount: '5', commentCount: '0' };
}

function liveStreamingDetails(broadcast: TrueBroadcast | null) {
  if (!broadcast) return undefined;
  const { id, state, scheduledStart, startedAt, endedAt } = broadcast;
  const live = { concurrentViewers: String(hash(id) % 3_000), activeLiveChatId: `Cg0KC${id}` };
  return {
    ...(startedAt && { actualStartTime: seconds(startedAt) }),
    ...(endedAt && { actualEndTime: seconds(endedAt) }),
    ...(scheduledStart && { scheduledStartTime: seconds(scheduledStart) }),
    ...(state === 'live' && live),
  };
}

function etagOf({ id, title, broadcast }: Video): string {
  return quoteless(`${id}${title}${broadcast?.state}${broadcast?.scheduledStart?.getTime()}`);
}

export function quoteless(text: string): string {
  return Buffer.from(`${hash(text)}-${hash(`${text}.`)}`).toString('base64url');
}
