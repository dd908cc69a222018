import { CHANGE_QUEUE, UPKEEP_QUEUE } from '../../shared/queues/names.ts';
import { spanText } from '../../shared/queues/span-text.ts';
import type { Standing } from '../../shared/queues/standing.ts';
import { counted, fault, type Judged, orFine, type Patient, warning } from './finding.ts';

/** Longer than any lane lets a change wait, by default. */
const LONG_WAIT_MS = 2 * 60_000;

export function checkStuckQueues({ standing }: Patient): readonly Judged[] {
  return judgeQueues(standing);
}

export function judgeQueues({ at, queues, oldestChangeAt }: Pick<Standing, 'at' | 'queues' | 'oldestChangeAt'>) {
  const failed = (name: string): number => queues.find(({ queue }) => queue === name)?.failed ?? 0;
  const waitedMs = oldestChangeAt === null ? 0 : at.getTime() - oldestChangeAt.getTime();
  const [changes, upkeep] = [failed(CHANGE_QUEUE), failed(UPKEEP_QUEUE)];
  const wrong: Judged[] = [];
  if (changes > 0) {
    const todo = 'see why in the board, and retry the jobs there';
    wrong.push(fault(`${counted(changes, 'change')} could not be published in ten attempts`, todo));
  }
  if (waitedMs > LONG_WAIT_MS) {
    const todo = 'see whether role flush runs, and what its log says';
    wrong.push(fault(`a change has waited ${spanText(waitedMs)} to be published`, todo));
  }
  if (upkeep > 0) {
    const todo = 'see why in the board; each of these tasks comes again by itself';
    wrong.push(warning(`${counted(upkeep, 'upkeep job')} failed`, todo));
  }
  return orFine(wrong, 'no queue is stuck');
}
