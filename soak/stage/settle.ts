import { sleep } from '../../src/shared/runtime/clock.ts';
import type { Tally } from '../account.ts';
import { seconds } from '../judge/finding.ts';
import type { Plan } from '../plan.ts';
import type { Stage } from './stage.ts';

const EVERY_MS = 100;
const TELL_EVERY_MS = 15_000;
/** A machine that is busy with other things gets so much longer. */
const MORE_MS = 300_000;

/**
 * So many follows at once: whoever listens has room for some tens of thousands, drops the rest, and has it said again. A bot's
 * guilds do not all wake up in one moment either.
 */
const TOGETHER = 2_000;
/** The next ones are said while so many are still on their way. */
const AHEAD = 500;

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
  onProgress('following every key');
  await followInTurns(stage, plan);
  const telling = setInterval(() => {
    const { heard, due } = stage.account.tally();
    onProgress(`what is on the air already: told ${heard} of ${due}`);
  }, TELL_EVERY_MS);
  const { heard, due } = await settle(stage, patience(plan)).finally(() => clearInterval(telling));
  if (heard < due) throw new Error(`only ${heard} of ${due} first tellings came in ${seconds(Date.now() - since)}`);
  onProgress(`everything is followed, and what is on the air told, after ${seconds(Date.now() - since)}`);
}

async function followInTurns({ wishes, database }: Stage, plan: Plan): Promise<void> {
  const count = async (): Promise<number> => {
    const { rows } = await database.query<{ count: string }>('SELECT count(*) FROM follow');
    return Number(rows[0]?.count);
  };
  for (let [said, before] = [wishes.followMore(TOGETHER), 0]; said > before; ) {
    const until = Date.now() + patience(plan);
    while ((await count()) < said - AHEAD) {
      if (Date.now() > until) throw new Error(`only ${await count()} of ${said} follows came into the table`);
      await sleep(EVERY_MS);
    }
    [before, said] = [said, wishes.followMore(TOGETHER)];
  }
}
