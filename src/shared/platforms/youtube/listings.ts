import { eachOf } from '../batches.ts';
import { PlatformError } from '../errors.ts';
import type { YoutubeClient } from './client.ts';
import type { Feed } from './feed.ts';
import type { FeedHost } from './feed-host.ts';

/**
 * What is known of a channel's newest videos.
 * `listed`: these they are, newest first. `absent`: a 404, which proves nothing. `failed`: no answer. `gone`: no such channel.
 */
export type Listing =
  | ({ readonly kind: 'listed' } & Feed)
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'gone' };

const AT_ONCE = 8;

/** Reads the feeds of channels. Never throws a PlatformError: the API can still tell what is open. */
export async function readFeeds(
  { client, host }: { client: Pick<YoutubeClient, 'feed'>; host: FeedHost },
  channelIds: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Listing>> {
  const listings = new Map<string, Listing>();
  await eachOf(channelIds, AT_ONCE, async (channelId) => {
    listings.set(channelId, host.mayAsk() ? await readOne(channelId) : { kind: 'failed' });
  });
  return listings;

  async function readOne(channelId: string): Promise<Listing> {
    try {
      const feed = await client.feed(channelId, signal);
      if (feed === null) host.failed();
      else host.worked(channelId);
      return feed === null ? { kind: 'absent' } : { kind: 'listed', ...feed };
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      const refused = error.fault === 'rate-limited' || error.fault === 'unauthorized';
      if (refused) host.refused(error.fault === 'rate-limited' ? error.restUntil : null);
      else host.failed();
      return { kind: 'failed' };
    }
  }
}
