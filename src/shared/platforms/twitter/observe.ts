import type { Observation, SeenBroadcast } from '../../domain/observation.ts';
import type { LookTarget } from '../adapter.ts';
import { isNotFound, type Problem, type SpaceRow, type SpacesAnswer, subjectOf } from './answers.ts';

const SPACE_ID = /^[a-zA-Z0-9]{1,13}$/;

/**
 * The Spaces that only a question by their own id tells of. Open ones that the creators' answer does not list for the
 * second time, or while their creator is live with another one: that means ended or called off, and an announced one may have
 * begun and ended unseen. And those that X named, be it that they are not listed yet or no longer.
 */
export function spacesToConfirm(targets: readonly LookTarget[], listed: SpacesAnswer): string[] {
  const known = new Set(listed.rows.map((row) => row.id));
  const ids = targets.flatMap((target) => {
    const succeeded = listed.rows.some((row) => row.state === 'live' && isOf(target, row) && !isLive(target, row));
    return [
      ...target.open.filter(({ misses }) => misses >= 1 || succeeded).map(({ id }) => id),
      ...target.hinted.filter((id) => SPACE_ID.test(id)),
    ];
  });
  return [...new Set(ids)].filter((id) => !known.has(id));
}

export interface SpaceAnswers {
  /** Live and scheduled Spaces of the creators. */
  readonly listed: SpacesAnswer;
  /** Spaces asked for by their own id; empty when they could not be asked for. */
  readonly confirmed: SpacesAnswer;
}

/** What both answers say of each creator. */
export function observeSpaces(targets: readonly LookTarget[], answers: SpaceAnswers): Map<string, Observation> {
  const stray = hasStrayRows(targets, answers.listed);
  return new Map(targets.map((target) => [target.identifier, observeCreator(target, answers, stray)]));
}

function observeCreator(target: LookTarget, { listed, confirmed }: SpaceAnswers, stray: boolean): Observation {
  const rows = listed.rows.filter((row) => isOf(target, row));
  if (listed.spoiled.includes(target.identifier))
    return { kind: 'unknown', reason: 'X gave a row that cannot be read' };
  const problems = listed.problems.filter((problem) => isAbout(problem, target.identifier));
  if (rows.some((row) => STATES[row.state] === undefined))
    return { kind: 'unknown', reason: 'X gave an unknown state' };
  if (rows.length === 0 && !problems.every(isNotFound)) return { kind: 'unknown', reason: 'X could not answer' };
  // Whoever is gone has no live Space either: what is still open must come to its end first.
  if (rows.length === 0 && problems.length > 0 && target.open.length === 0) return { kind: 'gone' };
  if (rows.length === 0 && stray) return { kind: 'unknown', reason: 'X listed a Space without its creator' };
  const missing = target.open.filter(({ id }) => !rows.some((row) => row.id === id));
  const verdicts = missing.map((open) => confirm(open.id, confirmed));
  const named = confirmed.rows.filter((row) => isNamed(target, row) && !rows.some(({ id }) => id === row.id));
  const broadcasts = [...[...rows, ...named].map(seenSpace), ...verdicts.filter((verdict) => verdict !== null)];
  // Without the confirmation the second miss is none.
  const unasked = missing.filter(({ misses }, at) => misses >= 1 && verdicts[at] === null).map(({ id }) => id);
  return { kind: 'seen', broadcasts, ...(unasked.length > 0 && { unasked }) };
}

function confirm(id: string, { rows, problems }: SpacesAnswer): SeenBroadcast | null {
  const row = rows.find((candidate) => candidate.id === id);
  if (row) return STATES[row.state] === undefined ? null : seenSpace(row);
  const notFound = problems.some((problem) => subjectOf(problem) === id && isNotFound(problem));
  if (!notFound) return null;
  // X forgets a Space some time after its end.
  return { id, state: 'ended', title: '', scheduledStart: null, startedAt: null, endedAt: null, details: {} };
}

function isOf(target: LookTarget, row: SpaceRow): boolean {
  return row.creator_id === target.identifier || (row.creator_id === null && isOpen(target, row));
}

/** Named by a hint, and truly of this creator. */
function isNamed({ identifier, hinted, open }: LookTarget, row: SpaceRow): boolean {
  if (row.creator_id !== identifier || STATES[row.state] === undefined) return false;
  return hinted.includes(row.id) && !open.some(({ id }) => id === row.id);
}

/** Known to be live already. */
function isLive(target: LookTarget, row: SpaceRow): boolean {
  return target.open.some(({ id, state }) => id === row.id && state === 'live');
}

function isOpen(target: LookTarget, row: SpaceRow): boolean {
  return target.open.some(({ id }) => id === row.id);
}

/** A Space that could be anybody's: whoever has none listed might be its creator. */
function hasStrayRows(targets: readonly LookTarget[], { rows, spoiled }: SpacesAnswer): boolean {
  if (spoiled.includes(null)) return true;
  return rows.some((row) => row.creator_id === null && !targets.some((target) => isOpen(target, row)));
}

/** A problem that names nobody is about everybody. */
function isAbout(problem: Problem, identifier: string): boolean {
  const subject = subjectOf(problem);
  return subject === null || subject === identifier;
}

const STATES: Readonly<Record<string, SeenBroadcast['state']>> = {
  live: 'live',
  scheduled: 'scheduled',
  ended: 'ended',
  canceled: 'cancelled',
  cancelled: 'cancelled',
};

function seenSpace(row: SpaceRow): SeenBroadcast {
  return {
    id: row.id,
    state: STATES[row.state] ?? 'scheduled',
    title: row.title ?? untitled(row),
    scheduledStart: row.scheduled_start,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    details: { url: `https://x.com/i/spaces/${row.id}` },
  };
}

/** X does not always hand out the title that its own page shows. */
function untitled({ scheduled_start, started_at, created_at }: SpaceRow): string {
  const date = scheduled_start ?? started_at ?? created_at;
  return date === null ? 'Space' : `Space (${date.toISOString().slice(0, 10)})`;
}
