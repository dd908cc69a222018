import type { Budget } from '../budget.ts';
import { PlatformError } from '../errors.ts';
import type { YoutubeClient } from './client.ts';

export interface UploadsFallbackParts {
  readonly client: Pick<YoutubeClient, 'uploads'>;
  /** What may be spent on it, out of the units. */
  readonly allowance: Budget;
}

/** Channels whose last turn is remembered; beyond that the longest ago is forgotten, and is first again. */
const REMEMBERED = 50_000;

/**
 * Lists the uploads of channels whose feed gives nothing, as far as the allowance goes: who waited longest comes first.
 * Never throws a PlatformError. Channels that had no turn are missing in the answer.
 */
export function createUploadsFallback({ client, allowance }: UploadsFallbackParts) {
  /** In order of their turns. */
  const turns = new Map<string, number>();
  let turn = 0;

  function hadTurn(channelId: string): void {
    turn += 1;
    turns.delete(channelId);
    turns.set(channelId, turn);
    const [oldest] = turns.keys();
    if (turns.size > REMEMBERED && oldest !== undefined) turns.delete(oldest);
  }

  return async function uploadsOf(
    channelIds: readonly string[],
    signal: AbortSignal,
  ): Promise<Map<string, readonly string[]>> {
    const covered = new Map<string, readonly string[]>();
    const longestAgoFirst = [...channelIds].sort((a, b) => (turns.get(a) ?? 0) - (turns.get(b) ?? 0));
    for (const channelId of longestAgoFirst) {
      if (!(await allowance.trySpend(signal))) return covered;
      try {
        const uploads = await client.uploads(channelId, signal);
        hadTurn(channelId);
        if (uploads !== null) covered.set(channelId, uploads);
      } catch (error) {
        if (error instanceof PlatformError) return covered;
        throw error;
      }
    }
    return covered;
  };
}
