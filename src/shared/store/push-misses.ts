import { Prisma } from '../../generated/tracking/client.ts';
import { PLATFORMS, type Platform } from '../domain/platform.ts';
import { PUSH_TELLS, type PushTells } from '../domain/push-tells.ts';

/** A delivery is heard a little before or after the platform says that it happened, in seconds. */
const SLACK = Prisma.sql`interval '60 seconds'`;

/**
 * Condition on row `c` of table `change`: the platform should have told us of it, and a poll found it. What pushes of the
 * platform do not tell of is no miss: an end, or a start that was expected.
 */
export function missedByPush(platform: Platform, tells: PushTells): Prisma.Sql {
  const all = Prisma.sql`c.platform = ${platform} AND c.pushed AND c.found_by = 'poll'`;
  if (tells === 'both') return all;
  if (tells === 'begin') return Prisma.sql`${all} AND c.direction = 'online'`;
  return Prisma.sql`${all} AND c.direction = 'online' AND EXISTS (
    SELECT 1 FROM broadcast b WHERE b.platform = c.platform AND b.broadcast_id = c.broadcast_id
      AND b.first_seen_at > c.recorded_at - interval '10 seconds')`;
}

/** The same for every platform, by what its pushes tell of. */
export const MISSED_BY_PUSH = Prisma.join(
  PLATFORMS.map((platform) => Prisma.sql`(${missedByPush(platform, PUSH_TELLS[platform])})`),
  ' OR ',
);

/** And nothing was heard of its key about then: a poll may also just have been quicker than the push. */
export const UNHEARD = Prisma.sql`NOT EXISTS (
  SELECT 1 FROM push_subscription h
  WHERE h.platform = c.platform AND h.identifier = c.identifier AND h.heard_at > c.happened_at - ${SLACK})`;
