import type { Clock } from '../../runtime/clock.ts';
import { batchesOf, gathered } from '../batches.ts';
import { PlatformError } from '../errors.ts';
import type { VideoRow } from './answers.ts';
import { YOUTUBE_BATCH, type YoutubeClient } from './client.ts';
import type { VideoAnswers } from './observe.ts';
import type { VideoChoice } from './video-choice.ts';

export interface AskVideosParts {
  readonly client: Pick<YoutubeClient, 'videos'>;
  readonly clock: Clock;
}

/** A whole channel can vanish, and then nothing is what there is to see. */
const BELIEVED_AFTER_MS = 30 * 60_000;

/**
 * Asks for the videos chosen, 50 a unit. The last request is filled up with witnesses and spare ones, which then cost
 * nothing. An answer that shows nothing, not even the witnesses, is an error at first.
 */
export function createAskVideos({ client, clock }: AskVideosParts) {
  let doubtedSince: number | null = null;

  async function ask(ids: readonly string[], witnesses: ReadonlySet<string>, signal: AbortSignal) {
    const { rows: list, spoiled } = await client.videos(ids, signal);
    const rows = new Map(list.map((row) => [row.id, row]));
    if (rows.size === 0) doubt(ids.some((id) => witnesses.has(id)));
    else doubtedSince = null;
    // What stands in a row that cannot be read counts as not asked for; where it is nobody's, so does all without a row.
    const told = ids.filter((id) => rows.has(id) || !(spoiled.includes(id) || spoiled.includes(null)));
    return told.map((id): [string, VideoRow | null] => [id, rows.get(id) ?? null]);
  }

  function doubt(witnessed: boolean): void {
    const now = clock.now().getTime();
    if (!witnessed) return;
    doubtedSince ??= now;
    if (now - doubtedSince >= BELIEVED_AFTER_MS) return;
    throw new PlatformError('youtube', 'unavailable', 'youtube answered videos with nothing, not even what was there');
  }

  /**
   * @returns ids of requests that failed after the first are missing
   * @throws PlatformError when the first request failed
   */
  return function askVideos(choice: VideoChoice, signal: AbortSignal): Promise<VideoAnswers> {
    const { needed, spare, witnesses } = choice;
    const room = (YOUTUBE_BATCH - (needed.length % YOUTUBE_BATCH)) % YOUTUBE_BATCH;
    const batches = batchesOf([...needed, ...[...witnesses, ...spare].slice(0, room)], YOUTUBE_BATCH);
    const trusted = new Set(witnesses);
    return gathered<string, string, VideoRow | null>(batches, (ids) => ask(ids, trusted, signal));
  };
}
