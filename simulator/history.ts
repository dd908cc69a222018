import { z } from 'zod';
import { PLATFORMS } from '../src/shared/domain/platform.ts';
import type { TrueBroadcast } from './broadcast.ts';

const time = z.iso.datetime().transform((text) => new Date(text));

const broadcast: z.ZodType<TrueBroadcast> = z.object({
  platform: z.enum(PLATFORMS),
  identifier: z.string(),
  id: z.string(),
  title: z.string(),
  state: z.enum(['scheduled', 'live', 'ended', 'cancelled']),
  scheduledStart: time.nullable(),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  continues: z.string().nullable(),
  cancelled: z.boolean(),
  removed: z.boolean(),
  membersOnly: z.boolean(),
  pauses: z.array(z.object({ from: time, to: time.nullable() })),
  createdAt: time,
  onAirSince: time.nullable(),
  offAirSince: time.nullable(),
});

const historySchema = z.object({
  broadcasts: z.array(broadcast),
  /** Broadcasts that are over and no longer listed: while it is 0 the history is complete. */
  forgotten: z.number().int(),
});

export type History = z.output<typeof historySchema>;

/**
 * Reads the truth from a simulator in another process.
 * @param url the simulator's root
 */
export async function readHistory(url: string): Promise<History> {
  const response = await fetch(`${url}/_sim/history`);
  if (!response.ok) throw new Error(`reading the history of the simulator at ${url} was answered ${response.status}`);
  return historySchema.parse(await response.json());
}
