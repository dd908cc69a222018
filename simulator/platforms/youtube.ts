import { CREDENTIALS, PATHS } from '../credentials.ts';
import type { Fault } from '../faults.ts';
import { type Answer, json, listed, type Route, type WirePlatform, type WireRequest } from '../wire.ts';
import type { Setting } from './setting.ts';
import { channelsList, partsOf, playlistItemsList, videosList } from './youtube-api.ts';
import { keyInvalid, keyMissing, quotaExceeded, youtubeError } from './youtube-error.ts';
import { emptyFeed, youtubeFeed } from './youtube-feed.ts';
import { createYoutubeHub, hubRefusal, type YoutubeHub } from './youtube-hub.ts';
import { createYoutubeUnits, type YoutubeUnits } from './youtube-units.ts';

/** What of YouTube is not on the wire. */
export interface YoutubeInside {
  readonly units: YoutubeUnits;
  readonly hub: YoutubeHub;
}

/** YouTube: three lists of the Data API, the channel feeds, and the WebSub hub. */
export function createYoutube(setting: Setting): WirePlatform & YoutubeInside {
  const units = createYoutubeUnits(setting);
  const hub = createYoutubeHub(setting);

  function api(endpoint: string, find: (request: WireRequest) => Answer): Route {
    return {
      endpoint,
      method: 'GET',
      pattern: new RegExp(`^${PATHS.youtubeApi}/${endpoint}$`),
      ids: ({ query }) => ['id', 'playlistId', 'forHandle', 'forUsername'].flatMap((name) => listed(query, name, ',')),
      empty: emptyList(endpoint),
      answer: (request) => refused(request) ?? find(request),
    };
  }

  function refused(request: WireRequest): Answer | undefined {
    const key = request.query.get('key') ?? request.headers['x-goog-api-key'];
    if (!key) return keyMissing();
    if (key !== CREDENTIALS.youtubeKey) return keyInvalid();
    // Every request costs a unit, whatever its parts and even if it is malformed.
    if (!units.take(1)) return quotaExceeded();
    if (partsOf(request).size > 0) return undefined;
    return youtubeError(400, 'missingRequiredParameter', 'No part selected.', 'youtube.parameter');
  }

  return {
    platform: 'youtube',
    units,
    hub,
    routes: [
      api('videos', videosList(setting)),
      api('channels', channelsList(setting)),
      api('playlistItems', playlistItemsList(setting)),
      {
        endpoint: 'feed',
        method: 'GET',
        pattern: new RegExp(`^${PATHS.youtubeFeed}/feeds/videos\\.xml$`),
        ids: ({ query }) => [...listed(query, 'channel_id'), ...listed(query, 'playlist_id')],
        empty: emptyFeed(),
        answer: youtubeFeed(setting),
      },
      {
        endpoint: 'hub',
        method: 'POST',
        pattern: new RegExp(`^${PATHS.youtubeHub}(?:/subscribe)?/?$`),
        ids: ({ body }) => [new URLSearchParams(body).get('hub.topic')?.replace(/^.*channel_id=/, '') ?? ''],
        empty: { status: 202, headers: {}, body: '' },
        answer: hub.subscribe,
      },
    ],
    refusal(fault, endpoint) {
      if (endpoint === 'hub') return hubRefusal(fault);
      return endpoint === 'feed' ? feedRefusal(fault) : apiRefusal(fault);
    },
  };
}

/** As the real API has it: an empty list of channels has no `items`, the others have an empty one. */
function emptyList(endpoint: string): Answer {
  const items = endpoint === 'channels' ? {} : { items: [] };
  return json(200, {
    kind: 'youtube#listResponse',
    etag: 'e',
    pageInfo: { totalResults: 0, resultsPerPage: 0 },
    ...items,
  });
}

function apiRefusal({ kind, retryAfterSeconds }: Fault): Answer | undefined {
  const retry: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  const words = (code: number, reason: string, message: string): Answer => {
    const answer = youtubeError(code, reason, message);
    return { ...answer, headers: { ...answer.headers, ...retry } };
  };
  if (kind === 'unauthorized') return keyInvalid();
  if (kind === 'forbidden')
    return words(403, 'accessNotConfigured', 'YouTube Data API v3 has not been used in this project.');
  if (kind === 'quota') return quotaExceeded();
  if (kind === 'not-found') return words(404, 'notFound', 'Not found.');
  if (kind === 'bad-request') return words(400, 'badRequest', 'Bad request.');
  if (kind === 'rate-limited') return words(403, 'rateLimitExceeded', 'Rate limit exceeded.');
  if (kind === 'bare-rate-limited') return youtubeError(429, 'rateLimitExceeded', 'Too many requests.');
  if (kind === 'server-error') return words(500, 'backendError', 'Backend error.');
  if (kind === 'unavailable') return words(503, 'backendError', 'The service is currently unavailable.');
  return undefined;
}

const FEED_STATUS: Partial<Record<Fault['kind'], number>> = {
  unauthorized: 403,
  forbidden: 403,
  quota: 429,
  'not-found': 404,
  'bad-request': 400,
  'rate-limited': 429,
  'bare-rate-limited': 429,
  'server-error': 500,
  unavailable: 503,
};

/** The feeds have no error format: every refusal is a page for people. */
function feedRefusal({ kind, retryAfterSeconds }: Fault): Answer | undefined {
  const status = FEED_STATUS[kind];
  if (status === undefined) return undefined;
  const retry: Record<string, string> =
    retryAfterSeconds === undefined || kind === 'bare-rate-limited' ? {} : { 'retry-after': String(retryAfterSeconds) };
  const title = status === 404 ? 'Error 404 (Not Found)!!1' : `Error ${status}`;
  const body = `<!DOCTYPE html><html lang=en><title>${title}</title><p><b>${status}.</b> That’s an error.`;
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8', ...retry }, body };
}
