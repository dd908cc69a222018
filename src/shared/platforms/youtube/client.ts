import type { Budget } from '../budget.ts';
import { PlatformError } from '../errors.ts';
import type { HttpClient } from '../http-client.ts';
import type { HttpAnswer } from '../http-fault.ts';
import {
  type ChannelRow,
  channelsAnswer,
  ownersAnswer,
  playlistAnswer,
  type VideoRows,
  videosAnswer,
} from './answers.ts';
import { type Feed, MOST_LISTED, readFeed } from './feed.ts';

export interface YoutubeSettings {
  readonly apiKey: string;
  readonly apiUrl: string;
  readonly feedUrl: string;
  /** Units a day, as it is set now. */
  readonly dailyUnits: () => number;
}

type Ids = readonly string[];

/** The requests to YouTube. Feeds are free, everything else costs one unit. */
export interface YoutubeClient {
  /** @returns null for a 404, which feeds also answer when nothing is wrong with the channel */
  feed(channelId: string, signal: AbortSignal): Promise<Feed | null>;
  /** At most 50 ids. */
  videos(ids: Ids, signal: AbortSignal): Promise<VideoRows>;
  /** Which channel each video belongs to; at most 50 ids. */
  ownersOf(videoIds: Ids, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** At most 50 ids. */
  channels(ids: Ids, signal: AbortSignal): Promise<readonly ChannelRow[]>;
  channelBy(parameter: 'forHandle' | 'forUsername', name: string, signal: AbortSignal): Promise<ChannelRow | null>;
  /** Newest uploads of a channel. @returns null when it has no such list */
  uploads(channelId: string, signal: AbortSignal): Promise<Ids | null>;
}

export interface YoutubeClientParts {
  readonly settings: YoutubeSettings;
  readonly api: HttpClient;
  readonly feeds: HttpClient;
  readonly units: Budget;
}

/** Most ids of one request. Source: YouTube Data API, as other clients found it. */
export const YOUTUBE_BATCH = 50;

export function createYoutubeClient({ settings, api, feeds, units }: YoutubeClientParts): YoutubeClient {
  async function list(request: ListRequest): Promise<HttpAnswer> {
    const { endpoint, parameters, signal, expects = () => false } = request;
    await units.spend(signal);
    const query = [...Object.entries(parameters), ['key', settings.apiKey] as const];
    return api.ask({ endpoint, url: `${settings.apiUrl}/${endpoint}`, query, signal, expects });
  }

  return {
    async feed(channelId, signal) {
      const answer = await feeds.ask({
        endpoint: 'feed',
        url: `${settings.feedUrl}/feeds/videos.xml`,
        query: [['channel_id', channelId]],
        headers: { accept: 'application/atom+xml, text/xml' },
        signal,
        expects: isNotFound,
      });
      if (isNotFound(answer)) return null;
      const feed = readFeed(answer.text);
      if (feed === null) throw new PlatformError('youtube', 'unavailable', 'youtube answered feed unreadably');
      return feed;
    },
    async videos(ids, signal) {
      const parameters = { part: 'id,snippet,liveStreamingDetails,statistics', id: ids.join(',') };
      return api.read(await list({ endpoint: 'videos', parameters, signal }), videosAnswer).items;
    },
    async ownersOf(videoIds, signal) {
      const parameters = { part: 'snippet', id: videoIds.join(',') };
      const { items } = api.read(await list({ endpoint: 'videos', parameters, signal }), ownersAnswer);
      return new Map(items.map(({ id, snippet }) => [id, snippet.channelId]));
    },
    async channels(ids, signal) {
      const parameters = { part: 'id', id: ids.join(','), maxResults: String(YOUTUBE_BATCH) };
      return api.read(await list({ endpoint: 'channels', parameters, signal }), channelsAnswer).items;
    },
    async channelBy(parameter, name, signal) {
      const parameters = { part: 'id,snippet', [parameter]: name };
      const { items } = api.read(await list({ endpoint: 'channels', parameters, signal }), channelsAnswer);
      return items[0] ?? null;
    },
    async uploads(channelId, signal) {
      const parameters = { part: 'contentDetails', playlistId: uploadsOf(channelId), maxResults: '30' };
      const answer = await list({ endpoint: 'playlistItems', parameters, signal, expects: isNotFound });
      if (isNotFound(answer)) return null;
      const { items } = api.read(answer, playlistAnswer);
      return items.slice(0, MOST_LISTED).map((item) => item.contentDetails.videoId);
    },
  };
}

interface ListRequest {
  readonly endpoint: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly expects?: (answer: HttpAnswer) => boolean;
}

/** The uploads playlist has the channel's id, with `UU` for `UC`. */
function uploadsOf(channelId: string): string {
  return `UU${channelId.slice(2)}`;
}

function isNotFound({ status }: HttpAnswer): boolean {
  return status === 404;
}
