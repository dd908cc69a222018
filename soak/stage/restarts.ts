import type { Random } from '../../simulator/random.ts';
import type { Actor } from './cast.ts';

export interface Restarts {
  /** Lets happen what happens in so many ms. */
  pass(ms: number): void;
  count(): number;
}

/** Ends a process every so often, in turns as an operator does it and as the kernel does; its supervisor starts it again. */
export function createRestarts(actors: readonly Actor[], everyMs: number, random: Random): Restarts {
  const victims = actors.filter(({ stays }) => !stays);
  let [since, count] = [0, 0];
  return {
    pass(ms) {
      since += ms;
      if (since < everyMs || victims.length === 0) return;
      since = 0;
      count += 1;
      const victim = victims[random.integer(0, victims.length - 1)];
      victim?.process.signal(random.chance(0.5) ? 'SIGTERM' : 'SIGKILL');
    },
    count: () => count,
  };
}
