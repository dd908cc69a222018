import type { Platform } from '../src/shared/domain/platform.ts';
import { sleep } from '../src/shared/runtime/clock.ts';
import type { TrueBroadcast } from './broadcast.ts';
import { WorldError } from './transitions.ts';
import type { World } from './world.ts';

export interface Flap {
  readonly platform: Platform;
  readonly id: string;
  /** How long the picture is away. */
  readonly gapMs: number;
  /** It comes back as another broadcast, as after a longer drop on Twitch. */
  readonly newId: boolean;
}

/**
 * The connection of a broadcast breaks and returns.
 * @param signal ends the gap early; the broadcast returns at once
 * @returns the broadcast that is on air afterwards
 * @throws WorldError when it is not on air, before or after the gap
 */
export async function flap(
  world: World,
  { platform, id, gapMs, newId }: Flap,
  signal?: AbortSignal,
): Promise<TrueBroadcast> {
  const before = world.broadcast(platform, id);
  if (!before) throw new WorldError(`${platform} has no broadcast ${id}`);
  if (newId) world.end(platform, id);
  else world.pause(platform, id);
  await sleep(gapMs, signal);
  if (!newId) return world.resume(platform, id);
  return world.goLive(platform, before.identifier, { title: before.title, continues: id });
}
