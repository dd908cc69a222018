import type { Context } from '../../context.ts';
import type { Standing } from '../../shared/queues/standing.ts';

/** `fault`: something does not work until somebody acts. `warning`: it works, and will bite. */
export type Level = 'ok' | 'warning' | 'fault';

/** What a check saw. */
export interface Judged {
  readonly level: Level;
  /** One sentence, with the numbers. */
  readonly what: string;
  /** What to do about it; null where there is nothing to do. */
  readonly todo: string | null;
}

export interface Finding extends Judged {
  readonly check: string;
}

/** What every check may look at. */
export interface Patient {
  readonly context: Context;
  readonly standing: Standing;
}

export interface Check {
  readonly name: string;
  /** @returns at least one thing seen, in good health too. @throws when it could not look */
  run(patient: Patient): readonly Judged[] | Promise<readonly Judged[]>;
}

export const ok = (what: string): Judged => ({ level: 'ok', what, todo: null });
export const warning = (what: string, todo: string): Judged => ({ level: 'warning', what, todo });
export const fault = (what: string, todo: string): Judged => ({ level: 'fault', what, todo });

/** What is wrong, or else that nothing is. */
export function orFine(wrong: readonly Judged[], what: string): readonly Judged[] {
  return wrong.length > 0 ? wrong : [ok(what)];
}

export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
