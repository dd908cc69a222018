/** Confirmed "does not exist" answers in a row after which a key is quarantined. */
const CONFIRMATIONS = 3;

export interface GoneFacts {
  readonly goneCount: number;
  readonly quarantinedAt: Date | null;
}

/** One more confirmed "does not exist". Nobody's follow is deleted for it; the key is only looked at rarely. */
export function afterGone(facts: GoneFacts, now: Date): GoneFacts {
  const goneCount = facts.goneCount + 1;
  return { goneCount, quarantinedAt: facts.quarantinedAt ?? (goneCount >= CONFIRMATIONS ? now : null) };
}
