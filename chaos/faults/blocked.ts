import { sleep } from '../../src/shared/runtime/clock.ts';
import { type Fault, role } from '../stage.ts';

/** Longer than the lock of a job, 30 s, after which another worker takes the job over. */
const BLOCKED_MS = 40_000;

export const BLOCKED: Fault = {
  name: 'a process that polls stands still for 40 s',
  platforms: null,
  async strike(stage) {
    const victim = role(stage, 'poll-2');
    victim.signal('SIGSTOP');
    await sleep(BLOCKED_MS);
    victim.signal('SIGCONT');
  },
};
