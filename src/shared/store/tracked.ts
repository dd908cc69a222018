import { Prisma } from '../../generated/tracking/client.ts';

/** Whether the key of row `s` of table `stream` is tracked: a guild follows it, or a pin wants it. */
export const TRACKED = Prisma.sql`(s.guilds > 0 OR s.pins > 0)`;
