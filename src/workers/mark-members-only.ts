import type { Observation } from '../shared/domain/observation.ts';

/**
 * Adds to what looks saw which broadcasts are for members only, as the recorder said: a broadcast that a look finds only
 * now could not be marked in the table before.
 */
export function createMarkMembersOnly(among: (broadcastIds: readonly string[]) => Promise<ReadonlySet<string>>) {
  return async function markMembersOnly(
    observations: ReadonlyMap<string, Observation>,
  ): Promise<ReadonlyMap<string, Observation>> {
    const ids = [...observations.values()].flatMap((each) =>
      each.kind === 'seen' ? each.broadcasts.map(({ id }) => id) : [],
    );
    const marked = await among(ids);
    if (marked.size === 0) return observations;
    return new Map([...observations].map(([identifier, observation]) => [identifier, withMarks(observation, marked)]));
  };
}

function withMarks(observation: Observation, marked: ReadonlySet<string>): Observation {
  if (observation.kind !== 'seen') return observation;
  const broadcasts = observation.broadcasts.map((seen) =>
    marked.has(seen.id) ? { ...seen, details: { ...seen.details, membersOnly: true } } : seen,
  );
  return { ...observation, broadcasts };
}
