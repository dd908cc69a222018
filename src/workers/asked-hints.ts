import type { Observation } from '../shared/domain/observation.ts';
import type { LookTarget } from '../shared/platforms/adapter.ts';
import type { AskedHint } from '../shared/queues/hinted-ids.ts';

/** Which of the broadcasts that hints named a look has found out about. Pure. */
export function askedHints(
  targets: readonly LookTarget[],
  observations: ReadonlyMap<string, Observation>,
): AskedHint[] {
  return targets.flatMap(({ identifier, hinted, settled }) => {
    if (hinted.length === 0) return [];
    const known = new Set([...settled, ...knownBy(observations.get(identifier))]);
    return hinted.map((id) => ({ identifier, id, found: known.has(id) }));
  });
}

function knownBy(observation: Observation | undefined): string[] {
  if (observation?.kind !== 'seen') return [];
  return [...observation.broadcasts.map(({ id }) => id), ...(observation.settled ?? [])];
}
