import type { Verdict } from '../domain/verdict.ts';

interface Judged {
  readonly verdicts: readonly Verdict[];
}

/** Undoes what was written: only this much of it may count. */
export class OutOfStep<R extends Judged> extends Error {
  readonly left: readonly R[];

  constructor(left: readonly R[]) {
    super('another look was quicker: what comes after it has to wait for the next look');
    this.left = left;
  }
}

/**
 * A key's changes are told in the order in which its channel lived them. Where a change lost against another look, it may
 * be recorded by a later one only; so what comes after it in this look is not recorded either, but seen again by then.
 * @throws OutOfStep with what may be recorded
 */
export function stayInStep<R extends Judged>(records: readonly R[], accepted: ReadonlySet<string>): void {
  let isInStep = true;
  const left = records.map((record) => {
    const lost = record.verdicts.findIndex(({ next, changes }) => changes.length > 0 && !accepted.has(next.id));
    const after = lost < 0 ? [] : record.verdicts.slice(lost + 1);
    if (!after.some(({ next }) => accepted.has(next.id))) return record;
    isInStep = false;
    return { ...record, verdicts: record.verdicts.slice(0, lost) };
  });
  if (!isInStep) throw new OutOfStep(left);
}
