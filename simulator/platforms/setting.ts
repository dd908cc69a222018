import type { Clock } from '../../src/shared/runtime/clock.ts';
import type { Limits } from '../limits.ts';
import type { Quirks } from '../quirks.ts';
import type { Random } from '../random.ts';
import type { Courier } from '../push/courier.ts';
import type { World, WorldView } from '../world.ts';

/** What every platform's side of the wire is built from. */
export interface Setting {
  readonly world: WorldView & Pick<World, 'subscribe'>;
  /** Brings what the platform pushes to whoever asked for it. */
  readonly courier: Courier;
  readonly clock: Clock;
  readonly random: Random;
  /** Read at each request: they can be changed while it runs. */
  limits(): Limits;
  quirks(): Quirks;
}
