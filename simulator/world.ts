import type { Platform } from '../src/shared/domain/platform.ts';
import type { Clock } from '../src/shared/runtime/clock.ts';
import type { Streamer, TrueBroadcast, Upload } from './broadcast.ts';
import { broadcastIdOn, type Identity, identityOn } from './ids.ts';
import type { Random } from './random.ts';
import { createRegister, type Register } from './register.ts';
import * as become from './transitions.ts';
import { type NewBroadcast, WorldError } from './transitions.ts';

export type WorldEventKind =
  | 'scheduled'
  | 'rescheduled'
  | 'retitled'
  | 'cancelled'
  | 'online'
  | 'offline'
  | 'paused'
  | 'resumed'
  | 'removed';

export interface WorldEvent {
  readonly kind: WorldEventKind;
  readonly at: Date;
  readonly streamer: Streamer;
  readonly broadcast: TrueBroadcast;
}

export interface NewStreamer extends Partial<Identity> {
  readonly platform: Platform;
  readonly name?: string;
}

export interface WorldParts {
  readonly clock: Clock;
  /** Source of made-up ids. */
  readonly random: Random;
  /** How many broadcasts that are over are remembered; the oldest is forgotten first. */
  readonly historyLimit: number;
}

/** The truth, and the only way to change it. What cannot be done throws a WorldError. */
export interface World extends WorldView {
  /** Adds an account; what is not given is made up. */
  addStreamer(given: NewStreamer): Streamer;
  /** Deletes an account, or brings it back. Its broadcasts are not touched. */
  setExists(platform: Platform, identifier: string, exists: boolean): Streamer;
  /** A new login or display name under the same identifier. */
  rename(platform: Platform, identifier: string, names: { login?: string; name?: string }): Streamer;
  goLive(platform: Platform, identifier: string, given?: NewBroadcast): TrueBroadcast;
  schedule(platform: Platform, identifier: string, given: NewBroadcast & { at: Date }): TrueBroadcast;
  reschedule(platform: Platform, id: string, at: Date): TrueBroadcast;
  /** Its title is edited, in whatever state. */
  retitle(platform: Platform, id: string, title: string): TrueBroadcast;
  cancel(platform: Platform, id: string): TrueBroadcast;
  /** A scheduled broadcast goes on air. */
  start(platform: Platform, id: string, startedAt?: Date): TrueBroadcast;
  end(platform: Platform, id: string, endedAt?: Date): TrueBroadcast;
  /** The picture is lost, the broadcast is not over. */
  pause(platform: Platform, id: string): TrueBroadcast;
  resume(platform: Platform, id: string): TrueBroadcast;
  /** Deleted or made private: the platform forgets the id. */
  remove(platform: Platform, id: string): TrueBroadcast;
  /** A plain video, as most entries of a real feed are. */
  upload(identifier: string, given?: Partial<Upload>): Upload;
  /** Calls back on each transition, until the function that is returned is called. */
  subscribe(listener: (event: WorldEvent) => void): () => void;
}

/** What the wire formats see of the world. Lists are oldest first. */
export interface WorldView
  extends Pick<
    Register,
    'streamer' | 'byUserId' | 'byLogin' | 'streamers' | 'broadcast' | 'broadcastsOf' | 'uploadsOf' | 'uploader'
  > {
  /** Every broadcast that is remembered, running ones included. */
  history(): TrueBroadcast[];
  /** How many the history no longer holds. */
  forgotten(): number;
}

export function createWorld({ clock, random, historyLimit }: WorldParts): World {
  const register = createRegister(historyLimit);
  const listeners = new Set<(event: WorldEvent) => void>();

  function tell(kind: WorldEventKind, broadcast: TrueBroadcast): TrueBroadcast {
    const streamer = register.known(broadcast.platform, broadcast.identifier);
    register.keep(broadcast);
    for (const listener of listeners) listener({ kind, at: clock.now(), streamer, broadcast });
    return broadcast;
  }

  function make(platform: Platform, identifier: string, given: NewBroadcast): TrueBroadcast {
    const id = given.id ?? broadcastIdOn(platform, random);
    if (register.broadcast(platform, id)) throw new WorldError(`${platform} already has a broadcast ${id}`);
    return become.created(register.known(platform, identifier), id, given, clock.now());
  }

  function existing(platform: Platform, id: string): TrueBroadcast {
    const broadcast = register.broadcast(platform, id);
    if (!broadcast) throw new WorldError(`${platform} has no broadcast ${id}`);
    return broadcast;
  }

  function putOnAir(broadcast: TrueBroadcast, startedAt?: Date): TrueBroadcast {
    refuseSecond(register, broadcast);
    return tell('online', become.started(broadcast, clock.now(), startedAt));
  }

  return {
    ...register,
    history: register.broadcasts,
    addStreamer: (given) =>
      register.add(newStreamer(given, freeIdentity(register, given.platform, random), clock.now())),
    setExists: (platform, identifier, exists) => register.update({ ...register.known(platform, identifier), exists }),
    rename: (platform, identifier, names) => register.update({ ...register.known(platform, identifier), ...names }),
    goLive: (platform, identifier, given = {}) => putOnAir(make(platform, identifier, given), given.startedAt),
    schedule: (platform, identifier, given) =>
      tell('scheduled', become.scheduled(make(platform, identifier, given), given.at)),
    reschedule: (platform, id, at) => tell('rescheduled', become.scheduled(existing(platform, id), at)),
    retitle: (platform, id, title) => tell('retitled', { ...existing(platform, id), title }),
    cancel: (platform, id) => tell('cancelled', become.cancelled(existing(platform, id))),
    start: (platform, id, startedAt) => putOnAir(existing(platform, id), startedAt),
    end: (platform, id, endedAt) => tell('offline', become.ended(existing(platform, id), clock.now(), endedAt)),
    pause: (platform, id) => tell('paused', become.paused(existing(platform, id), clock.now())),
    resume: (platform, id) => tell('resumed', become.resumed(existing(platform, id), clock.now())),
    remove: (platform, id) => tell('removed', become.removed(existing(platform, id), clock.now())),
    upload: (identifier, given = {}) =>
      register.addUpload('youtube', identifier, newUpload(given, random, clock.now())),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** On YouTube a channel can have several live videos at once, elsewhere an account has one. */
function refuseSecond(register: Register, broadcast: TrueBroadcast): void {
  const { platform, identifier } = broadcast;
  if (platform === 'youtube') return;
  const streamer = register.known(platform, identifier);
  const live = register.broadcastsOf(streamer).find((other) => other.state === 'live');
  if (live) throw new WorldError(`${platform}/${identifier} is already live with ${live.id}`);
}

/** Made-up names are few enough to meet twice among thousands. */
export function freeIdentity(
  taken: Pick<WorldView, 'streamer' | 'byUserId' | 'byLogin'>,
  platform: Platform,
  random: Random,
): Identity {
  while (true) {
    const made = identityOn(platform, random);
    const { identifier, userId, login } = made;
    const known =
      taken.streamer(platform, identifier) ?? taken.byUserId(platform, userId) ?? taken.byLogin(platform, login);
    if (!known) return made;
  }
}

function newStreamer(given: NewStreamer, made: Identity, at: Date): Streamer {
  const identifier =
    given.identifier ?? (given.platform === 'twitcasting' ? given.login : given.userId) ?? made.identifier;
  // Elsewhere the identifier is the platform's own id; on TwitCasting it is the name.
  const isName = given.platform === 'twitcasting';
  const login = given.login ?? (isName ? identifier : made.login);
  const userId = given.userId ?? (isName ? made.userId : identifier);
  return {
    platform: given.platform,
    identifier,
    userId,
    login,
    name: given.name ?? login,
    createdAt: at,
    exists: true,
  };
}

function newUpload(given: Partial<Upload>, random: Random, at: Date): Upload {
  const id = given.id ?? broadcastIdOn('youtube', random);
  return { id, title: given.title ?? 'A plain video', publishedAt: given.publishedAt ?? at };
}
