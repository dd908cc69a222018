import { rm, writeFile } from 'node:fs/promises';
import { sleep } from '../../src/shared/runtime/clock.ts';
import { type Fault, killAndAwait, type Stage } from '../stage.ts';
import { clockFile } from '../servers.ts';

const HOUR_MS = 3_600_000;
const WRONG_MS = 8_000;

const VICTIMS = ['listen', 'sync', 'flush', 'poll-2'] as const;

/** First the clock of a process that runs is set, then one starts with it. */
export const WRONG_CLOCKS: readonly Fault[] = VICTIMS.flatMap((victim) =>
  Object.entries({ 'an hour ahead': HOUR_MS, 'an hour behind': -HOUR_MS }).map(([how, aheadMs]) => ({
    name: `clock of ${victim} ${how}`,
    platforms: null,
    strike: (stage: Stage) => setClock(stage, victim, aheadMs),
  })),
);

async function setClock(stage: Stage, victim: string, aheadMs: number): Promise<void> {
  const file = clockFile(stage.servers, victim);
  await writeFile(file, String(aheadMs));
  await sleep(WRONG_MS);
  await killAndAwait(stage, [victim]);
  await sleep(WRONG_MS);
  await rm(file);
}
