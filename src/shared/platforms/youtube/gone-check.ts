import type { Budget } from '../budget.ts';
import { PlatformError } from '../errors.ts';
import { YOUTUBE_BATCH, type YoutubeClient } from './client.ts';

export interface GoneCheckParts {
  readonly client: Pick<YoutubeClient, 'channels'>;
  /** What may be spent on it, out of the units. */
  readonly allowance: Budget;
}

/**
 * Which of the channels do not exist. The answer is believed only if it names a channel that surely does, asked for
 * along with them. None, when it cannot be known now.
 * @param control a channel whose feed works
 */
export async function goneAmong(
  { client, allowance }: GoneCheckParts,
  { suspects, control }: { suspects: readonly string[]; control: string },
  signal: AbortSignal,
): Promise<Set<string>> {
  const asked = suspects.filter((id) => id !== control).slice(0, YOUTUBE_BATCH - 1);
  if (asked.length === 0 || !(await allowance.trySpend(signal))) return new Set();
  try {
    const found = new Set((await client.channels([...asked, control], signal)).map((channel) => channel.id));
    return new Set(found.has(control) ? asked.filter((id) => !found.has(id)) : []);
  } catch (error) {
    if (error instanceof PlatformError) return new Set();
    throw error;
  }
}
