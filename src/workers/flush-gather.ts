/** Thrown to a caller whose change was not settled before the process had to end. Nothing is lost: it still waits. */
export class HandedBack extends Error {
  override readonly name = 'HandedBack';
}

export interface GatherParts<R> {
  /** Those of the changes that are over, and how. */
  readonly settled: (ids: readonly bigint[]) => Promise<Map<bigint, R>>;
  /** Resolves when the next flush may begin; what arrives meanwhile takes part in it. */
  readonly nextSlot: () => Promise<void>;
  /** Publishes what waits, at least these. Calls `afterPass` whenever some of it is out. */
  readonly flush: (ids: readonly bigint[], afterPass: () => Promise<void>) => Promise<void>;
}

interface Waiter<R> {
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Lets the jobs of one platform share flushes: each waits until its change is over, one flush at a time does the work. */
export function createGather<R>({ settled, nextSlot, flush }: GatherParts<R>) {
  const inHand = new Map<bigint, Waiter<R>[]>();
  let running = false;

  function settle(id: bigint): Promise<R> {
    return new Promise((resolve, reject) => {
      inHand.set(id, [...(inHand.get(id) ?? []), { resolve, reject }]);
      if (!running) void run();
    });
  }

  async function run(): Promise<void> {
    running = true;
    try {
      while (inHand.size > 0) await round();
    } catch (error) {
      rejectAll(error);
    }
    running = false;
  }

  async function round(): Promise<void> {
    await release();
    if (inHand.size === 0) return;
    await nextSlot();
    const wanted = [...inHand.keys()];
    // A job that is done makes room for another, which may be an urgent one of another platform.
    await flush(wanted, release);
    await release();
    if (wanted.length > 0 && wanted.every((id) => inHand.has(id))) {
      throw new Error(`a flush settled none of the ${wanted.length} changes it was for, such as ${wanted[0]}`);
    }
  }

  async function release(): Promise<void> {
    for (const [id, result] of await settled([...inHand.keys()])) {
      for (const waiter of inHand.get(id) ?? []) waiter.resolve(result);
      inHand.delete(id);
    }
  }

  function rejectAll(error: unknown): void {
    const waiters = [...inHand.values()].flat();
    inHand.clear();
    for (const waiter of waiters) waiter.reject(error);
  }

  /** Gives up on all that is in hand. */
  const handBack = (): void => rejectAll(new HandedBack('the process ends; the change still waits'));

  return { settle, handBack };
}

export type Gather<R> = ReturnType<typeof createGather<R>>;
