import { parseSnowflake } from '../shared/contracts/snowflake.ts';
import type { Snowflake, StreamName } from '../shared/domain/follow.ts';
import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { nameText } from '../shared/platforms/adapter.ts';
import type { Context } from '../context.ts';
import type { AnyWish, HandedOn } from '../producers/hand-on.ts';
import { createUpkeepSchedules, openUpkeepQueue } from '../workers/upkeep.ts';
import { wireIntake } from '../wiring/intake.ts';
import { wireTracking } from '../wiring/tracking.ts';
import { InvalidArgumentError } from 'commander';

/** Reads a Discord id from the command line. */
export function snowflakeFrom(text: string): Snowflake {
  const id = parseSnowflake(text);
  if (id === undefined) throw new InvalidArgumentError('expected a Discord id, a whole number from 1 to 2^64-1');
  return id;
}

/** Brings an operator's wish to the table by the way that a shard's takes, without the wire. */
export async function sayWish(context: Context, wish: AnyWish): Promise<HandedOn> {
  const tracking = wireTracking(context);
  const upkeep = openUpkeepQueue(context.redis);
  const { runSoon } = createUpkeepSchedules(upkeep);
  try {
    return await wireIntake(context, { tracking, runSoon, adapters: new Map() }).handOn([wish]);
  } finally {
    await Promise.all([tracking.close(), upkeep.close()]);
  }
}

/** `twitch/141981764`, or `twitch/someone` for a name still to be resolved. */
export function targetText(target: StreamKey | StreamName): string {
  return 'identifier' in target ? keyText(target) : nameText(target);
}
