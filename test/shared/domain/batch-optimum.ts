export const DIRECTIONS = ['online', 'offline'] as const;

type Chain = readonly (typeof DIRECTIONS)[number][];

/** The fewest batches by which all chains can leave, found by trying everything: only for small cases. */
export function fewestPossible(chains: readonly Chain[], maxStreams: number): number {
  let reached = new Map([['', chains]]);
  for (let batches = 0; ; batches += 1) {
    const positions = [...reached.values()];
    if (positions.some((position) => position.every((chain) => chain.length === 0))) return batches;
    const next = positions.flatMap((position) => DIRECTIONS.flatMap((each) => steps(position, each, maxStreams)));
    reached = new Map(next.map((position) => [position.map((chain) => chain.length).join(), position]));
  }
}

/** Every position that one batch of this direction can lead to. */
function steps(position: readonly Chain[], direction: Chain[number], room: number): (readonly Chain[])[] {
  const [chain, ...others] = position;
  if (chain === undefined) return [[]];
  const kept = steps(others, direction, room).map((rest) => [chain, ...rest]);
  if (room === 0 || chain[0] !== direction) return kept;
  return [...kept, ...steps(others, direction, room - 1).map((rest) => [chain.slice(1), ...rest])];
}
