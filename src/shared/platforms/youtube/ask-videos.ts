import { batchesOf, gathered } from '../batches.ts';
import type { VideoRow } from './answers.ts';
import { YOUTUBE_BATCH, type YoutubeClient } from './client.ts';
import type { VideoAnswers } from './observe.ts';
import type { VideoChoice } from './video-choice.ts';

/**
 * Asks for the videos chosen, 50 a unit. The last request is filled up with spare ones, which then cost nothing.
 * @returns ids of requests that failed after the first are missing
 * @throws PlatformError when the first request failed
 */
export function askVideos(
  client: Pick<YoutubeClient, 'videos'>,
  { needed, spare }: VideoChoice,
  signal: AbortSignal,
): Promise<VideoAnswers> {
  const room = (YOUTUBE_BATCH - (needed.length % YOUTUBE_BATCH)) % YOUTUBE_BATCH;
  const batches = batchesOf([...needed, ...spare.slice(0, room)], YOUTUBE_BATCH);
  return gathered<string, string, VideoRow | null>(batches, async (ids) => {
    const rows = new Map((await client.videos(ids, signal)).map((row) => [row.id, row]));
    return ids.map((id) => [id, rows.get(id) ?? null]);
  });
}
