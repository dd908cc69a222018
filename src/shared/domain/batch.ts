import { groupBy } from './group.ts';
import type { Platform } from './platform.ts';
import type { Direction } from './verdict.ts';

/** What of a change decides with which others it can travel. */
export interface BatchableChange {
  readonly platform: Platform;
  readonly identifier: string;
  readonly direction: Direction;
}

/** Changes of one platform and direction, to be published together. */
export interface FormedBatch<T> {
  readonly platform: Platform;
  readonly direction: Direction;
  readonly changes: readonly T[];
}

type Drained<T> = Omit<FormedBatch<T>, 'platform'>;

/** What waits of one key, oldest first. */
type Chain<T> = readonly T[];

/**
 * Puts changes into as few batches as their order allows. They are published in the order they are returned:
 * a key's later change is always in a later batch. Every change is in exactly one batch, none holds more than `maxStreams`.
 * @param changes each key's own oldest first
 */
export function formBatches<T extends BatchableChange>(changes: readonly T[], maxStreams: number): FormedBatch<T>[] {
  const platforms = groupBy(changes, (change) => change.platform);
  return [...platforms].flatMap(([platform, ofPlatform]) => {
    const chains = [...groupBy(ofPlatform, (change) => change.identifier).values()];
    return fewest(chains, maxStreams).map((batch) => ({ platform, ...batch }));
  });
}

/** Which direction leaves first decides what can still travel together later: both are tried. */
function fewest<T extends BatchableChange>(chains: readonly Chain<T>[], maxStreams: number): Drained<T>[] {
  const onlineFirst = drain(chains, maxStreams, 'online');
  const offlineFirst = drain(chains, maxStreams, 'offline');
  return offlineFirst.length < onlineFirst.length ? offlineFirst : onlineFirst;
}

/** Longest chains first: they decide how many batches are needed, the short ones fill what is left of each. */
function drain<T extends BatchableChange>(
  chains: readonly Chain<T>[],
  maxStreams: number,
  tie: Direction,
): Drained<T>[] {
  const batches: Drained<T>[] = [];
  let open = chains;
  while (open.length > 0) {
    const direction = nextDirection(open, tie);
    const leaving = new Set(
      open
        .filter((chain) => chain[0]?.direction === direction)
        .sort((a, b) => b.length - a.length)
        .slice(0, maxStreams),
    );
    batches.push({ direction, changes: [...leaving].flatMap((chain) => chain.slice(0, 1)) });
    open = open.map((chain) => (leaving.has(chain) ? chain.slice(1) : chain)).filter((chain) => chain.length > 0);
  }
  return batches;
}

function nextDirection<T extends BatchableChange>(open: readonly Chain<T>[], tie: Direction): Direction {
  const longest = { online: 0, offline: 0 };
  for (const chain of open) {
    const direction = chain[0]?.direction ?? tie;
    longest[direction] = Math.max(longest[direction], chain.length);
  }
  if (longest.online === longest.offline) return tie;
  return longest.online > longest.offline ? 'online' : 'offline';
}
