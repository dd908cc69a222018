import type { Platform } from '../src/shared/domain/platform.ts';
import { isOnAir, type Streamer, type TrueBroadcast } from './broadcast.ts';

/** A transition that the world cannot make, such as ending what has ended. */
export class WorldError extends Error {
  override readonly name = 'WorldError';
}

/** What can be said of a broadcast when it is made; the rest is made up. */
export interface NewBroadcast {
  readonly id?: string;
  readonly title?: string;
  readonly membersOnly?: boolean;
  /** Into the past: a broadcast that began before anybody looked. */
  readonly startedAt?: Date;
  /** The broadcast that this one goes on with, under a new id. */
  readonly continues?: string;
}

/** Only here are broadcasts announced beforehand; the interfaces of Twitch and TwitCasting that are spoken have none. */
const SCHEDULING: readonly Platform[] = ['youtube', 'twitter'];

export function created(streamer: Streamer, id: string, given: NewBroadcast, at: Date): TrueBroadcast {
  return {
    platform: streamer.platform,
    identifier: streamer.identifier,
    id,
    title: given.title ?? `${streamer.name} is here`,
    state: 'scheduled',
    scheduledStart: null,
    startedAt: null,
    endedAt: null,
    continues: given.continues ?? null,
    cancelled: false,
    removed: false,
    membersOnly: given.membersOnly ?? false,
    pauses: [],
    createdAt: at,
    onAirSince: null,
    offAirSince: null,
  };
}

/** @throws WorldError when it is not to come, or its platform announces nothing */
export function scheduled(broadcast: TrueBroadcast, start: Date): TrueBroadcast {
  if (!SCHEDULING.includes(broadcast.platform)) {
    throw new WorldError(`${broadcast.platform} announces no broadcast beforehand`);
  }
  return { ...demand(broadcast, 'scheduled'), scheduledStart: start };
}

export function cancelled(broadcast: TrueBroadcast): TrueBroadcast {
  return { ...demand(broadcast, 'scheduled'), state: 'cancelled', cancelled: true };
}

export function started(broadcast: TrueBroadcast, at: Date, startedAt = at): TrueBroadcast {
  return { ...demand(broadcast, 'scheduled'), state: 'live', startedAt, onAirSince: at };
}

export function ended(broadcast: TrueBroadcast, at: Date, endedAt = at): TrueBroadcast {
  const live = demand(broadcast, 'live');
  return { ...live, state: 'ended', endedAt, offAirSince: live.offAirSince ?? at, pauses: closed(live, endedAt) };
}

/** The picture is lost, the broadcast is not over. */
export function paused(broadcast: TrueBroadcast, at: Date): TrueBroadcast {
  const live = demand(broadcast, 'live');
  if (!isOnAir(live)) throw new WorldError(`${live.platform} broadcast ${live.id} is already paused`);
  return { ...live, offAirSince: at, pauses: [...live.pauses, { from: at, to: null }] };
}

export function resumed(broadcast: TrueBroadcast, at: Date): TrueBroadcast {
  const live = demand(broadcast, 'live');
  if (isOnAir(live)) throw new WorldError(`${live.platform} broadcast ${live.id} is not paused`);
  return { ...live, offAirSince: null, onAirSince: at, pauses: closed(live, at) };
}

/** Deleted or made private, in whatever state: the platform forgets the id. A live one ends by it. */
export function removed(broadcast: TrueBroadcast, at: Date): TrueBroadcast {
  if (broadcast.state === 'live') return { ...ended(broadcast, at), removed: true };
  if (broadcast.state === 'scheduled') return { ...cancelled(broadcast), removed: true };
  return { ...broadcast, removed: true };
}

function demand(broadcast: TrueBroadcast, state: TrueBroadcast['state']): TrueBroadcast {
  if (broadcast.state === state) return broadcast;
  throw new WorldError(`${broadcast.platform} broadcast ${broadcast.id} is ${broadcast.state}, expected ${state}`);
}

function closed(broadcast: TrueBroadcast, at: Date): TrueBroadcast['pauses'] {
  return broadcast.pauses.map((pause) => ({ from: pause.from, to: pause.to ?? at }));
}
