/** What a push said of a key. `something`: that something changed, but not what. */
export type PushSays = 'online' | 'offline' | 'something';

/** How long after the push (ms) a look is taken again: Twitch pushes before its own API knows. */
const AFTER_MS = [5_000, 15_000, 30_000, 60_000];

/**
 * When to look again after a push whose look did not see yet what the push said.
 * @param looks taken so far because of this push
 * @returns milliseconds from that look; null when it was seen, or was looked for long enough
 */
export function lookAgainAfter(says: PushSays, saw: string, looks: number): number | null {
  if (says === 'something' || hasCome(says, saw)) return null;
  const next = AFTER_MS[looks - 1];
  return next === undefined ? null : next - (AFTER_MS[looks - 2] ?? 0);
}

/** Whether there is nothing more to wait for: it was seen, or the key is nobody's or nowhere. */
function hasCome(says: PushSays, saw: string): boolean {
  if (saw === 'untracked' || saw === 'gone') return true;
  return says === 'online' ? saw === 'live' : saw === 'idle' || saw === 'scheduled';
}
