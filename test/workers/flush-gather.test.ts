import { describe, expect, it } from 'vitest';
import { createGather, HandedBack } from '../../src/workers/flush-gather.ts';

/** A table of changes, and a flush that settles what it is told to. */
function table({ settles = () => true }: { settles?: (id: bigint) => boolean } = {}) {
  const over = new Set<bigint>();
  const flushes: (readonly bigint[])[] = [];
  return {
    over,
    flushes,
    settled: async (ids: readonly bigint[]) => new Map(ids.filter((id) => over.has(id)).map((id) => [id, 'published'])),
    flush: async (ids: readonly bigint[]) => {
      flushes.push(ids);
      for (const id of ids) if (settles(id)) over.add(id);
    },
  };
}

describe('createGather', () => {
  it('lets everything that arrives while a flush waits for its slot take part in it', async () => {
    const { settled, flush, flushes } = table();
    let open = (): void => undefined;
    const slot = new Promise<void>((resolve) => {
      open = resolve;
    });
    const gather = createGather({ settled, flush, nextSlot: () => slot });
    const done = [1n, 2n, 2n, 3n].map((id) => gather.settle(id));
    open();
    expect(await Promise.all(done)).toEqual(['published', 'published', 'published', 'published']);
    expect(flushes).toEqual([[1n, 2n, 3n]]);
  });

  it('needs no slot for a change that is over already', async () => {
    const { settled, flush, over } = table();
    over.add(1n);
    const nextSlot = (): Promise<void> => Promise.reject(new Error('asked for a slot'));
    expect(await createGather({ settled, flush, nextSlot }).settle(1n)).toBe('published');
  });

  it('flushes again for what one flush left', async () => {
    let refusals = 1;
    const { settled, flush, flushes } = table({ settles: (id) => id !== 2n || refusals-- <= 0 });
    const gather = createGather({ settled, flush, nextSlot: () => Promise.resolve() });
    await Promise.all([gather.settle(1n), gather.settle(2n)]);
    expect(flushes).toEqual([[1n, 2n], [2n]]);
  });

  it('fails what waits when the flush fails, and works on for what comes later', async () => {
    const { settled, flush } = table();
    let fault: Error | null = new Error('no database');
    const gather = createGather({
      settled,
      flush: (ids) => (fault ? Promise.reject(fault) : flush(ids)),
      nextSlot: () => Promise.resolve(),
    });
    const [one, other] = [gather.settle(1n), gather.settle(2n)];
    await expect(one).rejects.toThrow('no database');
    await expect(other).rejects.toThrow('no database');
    fault = null;
    expect(await gather.settle(1n)).toBe('published');
  });

  it('fails instead of turning for ever when flushes settle nothing', async () => {
    const { settled, flush } = table({ settles: () => false });
    const gather = createGather({ settled, flush, nextSlot: () => Promise.resolve() });
    await expect(gather.settle(7n)).rejects.toThrow('settled none of the 1 changes it was for, such as 7');
  });

  it('gives back what is in hand when told to', async () => {
    const { settled, flush } = table();
    const gather = createGather({ settled, flush, nextSlot: () => new Promise(() => undefined) });
    const waiting = gather.settle(1n);
    gather.handBack();
    await expect(waiting).rejects.toBeInstanceOf(HandedBack);
  });
});
