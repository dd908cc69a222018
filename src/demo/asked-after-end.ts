import type { Session } from '../../simulator/sessions.ts';
import type { SeenRequest } from './check-requests.ts';

/**
 * When a key was asked for first after a session of it had ended: where the platform does not tell the end, that is when
 * it could be known, and on a machine that is busy with other things it may be late.
 * @param requests oldest first; the oldest of all may be gone, and then they say nothing of a session before them
 */
export function askedAfterEnd(session: Session, requests: readonly SeenRequest[]): Date | null {
  const { platform, identifier, endedAt } = session;
  const [oldest] = requests;
  if (endedAt === null || oldest === undefined || oldest.at > endedAt) return null;
  const names = new Set([identifier, ...session.ids]);
  const first = requests.find(
    (one) => one.platform === platform && one.at >= endedAt && one.ids.some((id) => names.has(id)),
  );
  return first?.at ?? null;
}
