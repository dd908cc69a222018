import type { WorldEvent, WorldEventKind } from '../../simulator/world.ts';
import { colors, printable } from './output.ts';

const WORDS: Record<WorldEventKind, { readonly text: string; readonly paint: (text: string) => string }> = {
  online: { text: 'live', paint: colors.red },
  offline: { text: 'ended', paint: colors.dim },
  scheduled: { text: 'announced', paint: colors.cyan },
  rescheduled: { text: 'moved', paint: colors.cyan },
  retitled: { text: 'renamed', paint: colors.cyan },
  cancelled: { text: 'called off', paint: colors.cyan },
  paused: { text: 'lost', paint: colors.yellow },
  resumed: { text: 'back', paint: colors.yellow },
  removed: { text: 'deleted', paint: colors.yellow },
};

/** One line for people: when, what, who, under which id. */
export function describeSimulated({ kind, at, streamer, broadcast }: WorldEvent): string {
  const { text, paint } = WORDS[kind];
  const time = at.toISOString().slice(11, 19);
  const key = `${streamer.platform}/${streamer.identifier}`.padEnd(36);
  const words = [key, streamer.name.padEnd(14), broadcast.id, aside(kind, broadcast)].filter((word) => word !== '');
  return `${time}  ${paint(text.padEnd(10))}  ${printable(words.join('  '))}`;
}

/** The same for machines: one flat object. */
export function simulatedJson({ kind, at, streamer, broadcast }: WorldEvent): string {
  const { platform, identifier, login, name } = streamer;
  const { id, title, scheduledStart, startedAt, endedAt, continues } = broadcast;
  return JSON.stringify({
    kind,
    at,
    platform,
    identifier,
    login,
    name,
    id,
    title,
    scheduledStart,
    startedAt,
    endedAt,
    continues,
  });
}

function aside(kind: WorldEventKind, { title, scheduledStart, continues }: WorldEvent['broadcast']): string {
  if (kind === 'online' && continues !== null) return `goes on from ${continues}`;
  if (kind === 'online') return `“${title}”`;
  const planned = kind === 'scheduled' || kind === 'rescheduled';
  return planned ? `for ${scheduledStart?.toISOString().slice(11, 19)}` : '';
}
