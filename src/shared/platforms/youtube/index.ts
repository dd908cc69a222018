import type { Observation } from '../../domain/observation.ts';
import type { LookTarget } from '../adapter.ts';
import { type Budget, type BudgetRule, createBudget } from '../budget.ts';
import { createHttpClient } from '../http-client.ts';
import type { AdapterParts, BudgetedAdapter } from '../parts.ts';
import { readYoutubeFault } from './answers.ts';
import { createAskVideos } from './ask-videos.ts';
import { createYoutubeClient, YOUTUBE_BATCH, type YoutubeSettings } from './client.ts';
import { createFeedHost } from './feed-host.ts';
import { goneAmong } from './gone-check.ts';
import { type Listing, readFeeds } from './listings.ts';
import { observeChannel } from './observe.ts';
import { CHANNEL_ID } from './push-topic.ts';
import { resolveNames } from './resolve.ts';
import { createScheduledRests } from './scheduled-rests.ts';
import { createUploadsFallback } from './uploads-fallback.ts';
import { chooseVideos } from './video-choice.ts';

export interface YoutubeParts extends AdapterParts {
  readonly settings: YoutubeSettings;
}

const FEED_TIMEOUT_MS = 5_000;

/**
 * YouTube: the free feeds tell which videos there are, `videos.list` what is on air. While the feeds are sick, the API
 * lists uploads as far as its allowance goes, and what is open is looked at as ever.
 */
export function createYoutubeAdapter(parts: YoutubeParts): BudgetedAdapter {
  const { settings, clock } = parts;
  const platform = 'youtube';
  const api = createHttpClient({ ...parts, platform, readFault: readYoutubeFault });
  const timeoutMs = Math.min(parts.timeoutMs ?? FEED_TIMEOUT_MS, FEED_TIMEOUT_MS);
  const feeds = createHttpClient({ ...parts, platform, readFault: () => undefined, timeoutMs });
  const budgets = createBudgets(parts);
  const client = createYoutubeClient({ settings, api, feeds, units: budgets.units });
  const host = createFeedHost(clock);
  const uploadsOf = createUploadsFallback({ client, allowance: budgets.fallback });
  const rests = createScheduledRests();
  const askVideos = createAskVideos({ client, clock });

  async function listingsOf(channelIds: readonly string[], signal: AbortSignal): Promise<Map<string, Listing>> {
    const listings = await readFeeds({ client, host }, channelIds, signal);
    const idsOf = (kind: Listing['kind']) => channelIds.filter((id) => listings.get(id)?.kind === kind);
    const control = host.working();
    if (control !== null) {
      const check = { client, allowance: budgets.gone };
      const gone = await goneAmong(check, { suspects: idsOf('absent'), control }, signal);
      for (const id of gone) listings.set(id, { kind: 'gone' });
    }
    const uploads = await uploadsOf([...idsOf('absent'), ...idsOf('failed')], signal);
    for (const [id, videoIds] of uploads) listings.set(id, { kind: 'listed', title: null, videoIds });
    return listings;
  }

  async function observe(targets: readonly LookTarget[], signal: AbortSignal): Promise<Map<string, Observation>> {
    const askable = targets.filter((target) => CHANNEL_ID.test(target.identifier));
    const ids = askable.map((target) => target.identifier);
    const listings = await listingsOf(ids, signal);
    const choice = chooseVideos(askable, listings, (broadcast) => rests.isDue(broadcast, clock.now()));
    const videos = await askVideos(choice, signal);
    const now = clock.now();
    rests.note(videos, now);
    return new Map(
      askable.map((target) => {
        const listing = listings.get(target.identifier) ?? { kind: 'failed' };
        return [target.identifier, observeChannel(target, { listing, videos, now })];
      }),
    );
  }

  return {
    platform,
    batchSize: YOUTUBE_BATCH,
    budgets: Object.values(budgets),
    observe,
    resolve: (names, signal) => resolveNames({ client, allowance: budgets.names }, names, signal),
  };
}

const TEN_MINUTES = 10 * 60_000;

const PERIODS = (24 * 60 * 60_000) / TEN_MINUTES;

/** Shares of the units that one purpose may not exceed, so that looking at what is open always has the rest. */
function createBudgets({ settings, redis, clock }: YoutubeParts) {
  const share = (name: string, part: number, window: BudgetRule['window']): Budget => {
    const periods = window === 'pacific-day' ? 1 : PERIODS;
    return createBudget(
      { redis, platform: 'youtube', clock },
      {
        ...{ name, window },
        get limit() {
          return Math.max(1, Math.floor((settings.dailyUnits() * part) / periods));
        },
      },
    );
  };
  return {
    units: share('units', 1, 'pacific-day'),
    // Evenly over the day: an outage of hours must not use it up in its first minutes.
    fallback: share('fallback', 0.2, TEN_MINUTES),
    gone: share('gone', 0.02, TEN_MINUTES),
    names: share('names', 0.2, 'pacific-day'),
  };
}
