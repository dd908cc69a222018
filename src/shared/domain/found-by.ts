/**
 * What led to a look. `poll`: its time had come. `plan`: an announced start, or the end of a grace, had come.
 * `hint`: the bot's backend or the recorder said that something changed. `push`: the platform said so.
 * A look may have several causes: the most telling one counts.
 */
export type FoundBy = 'poll' | 'plan' | 'hint' | 'push';

const ORDER: readonly FoundBy[] = ['poll', 'plan', 'hint', 'push'];

export function mostTelling(one: FoundBy, other: FoundBy): FoundBy {
  return ORDER.indexOf(one) >= ORDER.indexOf(other) ? one : other;
}

/** How many were found in all, whatever led to it. */
export function foundInAll({ poll, plan, hint, push }: Readonly<Record<FoundBy, number>>): number {
  return poll + plan + hint + push;
}
