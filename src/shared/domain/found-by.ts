/**
 * What led to a look. `poll`: its time had come. `push`: the platform said that something changed.
 * `hint`: the bot's backend or the recorder said so. A look may have several causes: the most telling one counts.
 */
export type FoundBy = 'poll' | 'push' | 'hint';

const ORDER: readonly FoundBy[] = ['poll', 'hint', 'push'];

export function mostTelling(one: FoundBy, other: FoundBy): FoundBy {
  return ORDER.indexOf(one) >= ORDER.indexOf(other) ? one : other;
}
