import type { OpenBroadcast } from '../adapter.ts';
import type { VideoRow } from './answers.ts';
import { stateOf, type VideoAnswers } from './observe.ts';
import { scheduledRest } from './video-choice.ts';

/** Until when scheduled videos are left alone, in this process. Forgetting one costs a look, nothing else. */
export interface ScheduledRests {
  isDue(broadcast: OpenBroadcast, now: Date): boolean;
  note(videos: VideoAnswers, now: Date): void;
}

const SWEEP_AT = 20_000;

export function createScheduledRests(): ScheduledRests {
  const restUntil = new Map<string, number>();
  return {
    isDue: ({ id, state }, now) => state === 'live' || now.getTime() >= (restUntil.get(id) ?? 0),
    note(videos, now) {
      for (const [id, row] of videos) {
        const rest = restOf(row, now);
        if (rest > 0) restUntil.set(id, now.getTime() + rest);
        else restUntil.delete(id);
      }
      if (restUntil.size < SWEEP_AT) return;
      for (const [id, until] of restUntil) if (until <= now.getTime()) restUntil.delete(id);
    },
  };
}

function restOf(row: VideoRow | null, now: Date): number {
  if (row === null || stateOf(row) !== 'scheduled') return 0;
  return scheduledRest(row.liveStreamingDetails?.scheduledStartTime ?? null, now);
}
