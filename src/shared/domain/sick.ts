/** Broadcasts that must vanish together before anybody calls it strange. */
const LEAST = 5;
/** The share of what was live that must vanish. */
const SHARE = 0.8;

/**
 * After this long without one live broadcast the platform is believed: then they are all over.
 * Longer than any grace, shorter than an evening.
 */
export const BELIEVED_AFTER_MS = 30 * 60_000;

/**
 * A platform that loses nearly everything at once is sick, not silent: caches answer "nobody is live" for minutes.
 * @param vanished distinct live broadcasts that looks of the last intervals asked for and did not find
 * @param found distinct live broadcasts that they did find
 */
export function looksSick(vanished: number, found: number): boolean {
  return vanished >= LEAST && vanished >= SHARE * (vanished + found);
}
