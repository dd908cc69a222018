import { sleep } from '../../src/shared/runtime/clock.ts';
import type { Tally } from '../account.ts';
import { seconds } from '../judge/finding.ts';
import type { Plan } from '../plan.ts';
import type { Stage } from './stage.ts';

const EVERY_MS = 500;
const TELL_EVERY_MS = 15_000;
/** A machine that is busy with other things gets so much longer. */
const MORE_MS = 300_000;

/** How long (ms) nothing may be told while something is still to be told. */
export function patience({ intervalMs, graceMs, batchMs }: Plan): number {
  return 3 * intervalMs + graceMs + batchMs + MORE_MS;
}

/**
 * Waits until everybody has heard everything that was, or nobody has heard anything for so long: what comes late is late,
 * and only what does not come at all is missing.
 * @returns how things stand then
 */
export async function settle({ account }: Pick<Stage, 'account'>, patienceMs: number): Promise<Tally> {
  let [heard, since] = [-1, Date.now()];
  while (true) {
    const tally = account.tally();
    if (tally.heard === tally.due) return tally;
    if (tally.heard !== heard) [heard, since] = [tally.heard, Date.now()];
    else if (Date.now() - since > patienceMs) return tally;
    await sleep(EVERY_MS);
  }
}

/**
 * Has every key followed, and waits for the first look at it: then whatever is on the air already has been told.
 * @throws when that does not come to an end
 */
export async function followAll(stage: Stage, plan: Plan, onProgress: (line: string) => void): Promise<void> {
  const since = Date.now();
  stage.wishes.followAll();
  onProgress('following every key');
  const telling = setInterval(() => {
    const { heard, due } = stage.account.tally();
    onProgress(`what is on the air already: told ${heard} of ${due}`);
  }, TELL_EVERY_MS);
  const { heard, due } = await settle(stage, patience(plan)).finally(() => clearInterval(telling));
  if (heard < due) throw new Error(`only ${heard} of ${due} first tellings came in ${seconds(Date.now() - since)}`);
  onProgress(`everything is followed, and what is on the air told, after ${seconds(Date.now() - since)}`);
}
