import { type Answer, json, listed, type WireRequest } from '../wire.ts';
import type { Setting } from './setting.ts';
import { youtubeError } from './youtube-error.ts';
import { channelItem, playlistItem, quoteless, videoItem } from './youtube-resources.ts';
import { videoById, videosOf } from './youtube-videos.ts';

const MOST_IDS = 50;

/** `videos.list`: what cannot be seen is absent, with 200. */
export function videosList({ world }: Setting) {
  return (request: WireRequest): Answer => {
    const ids = listed(request.query, 'id', ',');
    if (ids.length === 0) return noFilter('id, chart, myRating');
    if (ids.length > MOST_IDS) return tooMany('id');
    if (request.query.has('maxResults') || request.query.has('pageToken')) return incompatible();
    const parts = partsOf(request);
    const videos = [...new Set(ids)].flatMap((id) => videoById(world, id) ?? []);
    return list(
      request,
      'youtube#videoListResponse',
      videos.map((video) => videoItem(video, parts)),
    );
  };
}

/** `channels.list` by `id`, `forHandle` or `forUsername`. Without a match there is no `items` at all. */
export function channelsList({ world }: Setting) {
  return (request: WireRequest): Answer => {
    const ids = listed(request.query, 'id', ',');
    const login = request.query.get('forHandle')?.replace(/^@/, '') ?? request.query.get('forUsername');
    if (ids.length === 0 && !login) return noFilter('id, forHandle, forUsername, managedByMe, mine');
    if (ids.length > MOST_IDS) return tooMany('id');
    const parts = partsOf(request);
    const byLogin = login ? [world.byLogin('youtube', login)] : [];
    const found = [...new Set([...ids.map((id) => world.streamer('youtube', id)), ...byLogin])];
    const items = found.flatMap((channel) => (channel?.exists ? [channelItem(channel, parts)] : []));
    return list(request, 'youtube#channelListResponse', items.length > 0 ? items : undefined);
  };
}

/** `playlistItems.list` of an uploads playlist (`UU…`), in pages of at most 50, five by default. */
export function playlistItemsList({ world }: Setting) {
  return (request: WireRequest): Answer => {
    const playlistId = request.query.get('playlistId');
    if (!playlistId) return noFilter('playlistId, id');
    const channel = world.streamer('youtube', `UC${playlistId.slice(2)}`);
    if (!playlistId.startsWith('UU') || !channel?.exists) return playlistNotFound(playlistId);
    const size = Number(request.query.get('maxResults') ?? 5);
    if (!Number.isInteger(size) || size < 0 || size > MOST_IDS) return tooMany('maxResults');
    const parts = partsOf(request);
    const from = Number(/^P(\d+)$/.exec(request.query.get('pageToken') ?? '')?.[1] ?? 0);
    const videos = videosOf(world, channel);
    const items = videos.slice(from, from + size).map((video, index) => playlistItem(video, parts, from + index));
    const next = from + size < videos.length ? { nextPageToken: `P${from + size}` } : {};
    const pageInfo = { totalResults: videos.length, resultsPerPage: size };
    return list(request, 'youtube#playlistItemListResponse', items, { ...next, pageInfo });
  };
}

export function partsOf({ query }: WireRequest): Set<string> {
  return new Set(listed(query, 'part', ','));
}

/** A list answer with its etag; 304 when the client has it. It costs its unit all the same. */
function list(request: WireRequest, kind: string, items?: readonly { etag: string }[], more: object = {}): Answer {
  const etag = quoteless(`${kind}${items?.map((item) => item.etag).join()}`);
  if (request.headers['if-none-match']?.replaceAll('"', '') === etag) {
    return { status: 304, headers: { etag: `"${etag}"` }, body: '' };
  }
  const count = items?.length ?? 0;
  const pageInfo = { totalResults: count, resultsPerPage: count };
  return json(200, { kind, etag, pageInfo, ...(items && { items }), ...more }, { etag: `"${etag}"` });
}

function noFilter(expected: string): Answer {
  return youtubeError(
    400,
    'missingRequiredParameter',
    `No filter selected. Expected one of: ${expected}`,
    'youtube.parameter',
  );
}

function tooMany(parameter: string): Answer {
  const message = `Invalid value for parameter ${parameter}: at most ${MOST_IDS}`;
  return youtubeError(400, 'invalidParameter', message, 'youtube.parameter');
}

function incompatible(): Answer {
  const message = 'Incompatible parameters specified in the request: id, maxResults';
  return youtubeError(400, 'incompatibleParameters', message, 'youtube.parameter');
}

function playlistNotFound(playlistId: string): Answer {
  const message = `The playlist identified with the request's <code>playlistId</code> parameter cannot be found: ${playlistId}`;
  return youtubeError(404, 'playlistNotFound', message, 'youtube.playlistItem');
}
