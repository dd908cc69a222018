import { z } from 'zod';
import { PLATFORMS, type Platform } from '../src/shared/domain/platform.ts';
import { call, type ControlRoute } from './control.ts';
import type { Flap } from './flap.ts';
import { type NewBroadcast, WorldError } from './transitions.ts';
import type { World } from './world.ts';

export interface WorldControlParts {
  readonly world: World;
  flap(flap: Flap): Promise<unknown>;
}

const platform = z.enum(PLATFORMS);
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const word = z.string().min(1);

const streamer = { platform, identifier: word };
const named = { login: word.optional(), name: word.optional() };
const fresh = {
  ...streamer,
  id: word.optional(),
  title: z.string().optional(),
  membersOnly: z.boolean().optional(),
  startedAt: time.optional(),
  continues: word.optional(),
};
/** A broadcast by its id, or the one that its streamer has going. */
const broadcast = z.strictObject({ platform, id: word.optional(), identifier: word.optional() });

/** Calls that change the world, one for each transition. */
export function worldControl({ world, flap }: WorldControlParts): ControlRoute[] {
  return [...streamerCalls(world), ...beginnings(world), ...transitions(world), flapCall(world, flap)];
}

function streamerCalls(world: World): ControlRoute[] {
  return [
    call({
      method: 'GET',
      path: '/_sim/streamers',
      meaning: 'who there is, with their broadcasts; ?platform= for one platform',
      input: z.strictObject({ platform: platform.optional() }),
      run: ({ platform: only }) =>
        (only ? [only] : PLATFORMS)
          .flatMap((one) => world.streamers(one))
          .map((one) => ({ ...one, broadcasts: world.broadcastsOf(one) })),
    }),
    call({
      method: 'POST',
      path: '/_sim/streamers',
      meaning: 'a new account: platform; what is not given is made up',
      input: z.strictObject({ platform, identifier: word.optional(), userId: word.optional(), ...named }),
      run: (given) => world.addStreamer(defined(given)),
    }),
    call({
      method: 'PATCH',
      path: '/_sim/streamers',
      meaning: 'platform, identifier and a new login or name, or exists: false to delete the account',
      input: z.strictObject({ ...streamer, ...named, exists: z.boolean().optional() }),
      run({ platform: on, identifier, exists, ...names }) {
        if (exists !== undefined) world.setExists(on, identifier, exists);
        return world.rename(on, identifier, defined(names));
      },
    }),
  ];
}

function beginnings(world: World): ControlRoute[] {
  return [
    call({
      method: 'POST',
      path: '/_sim/live',
      meaning: 'goes live: platform, identifier; id, title, membersOnly, startedAt, continues if wished',
      input: z.strictObject(fresh),
      run: ({ platform: on, identifier, ...given }) => world.goLive(on, identifier, broadcastFrom(given)),
    }),
    call({
      method: 'POST',
      path: '/_sim/schedule',
      meaning: 'announces a broadcast: platform, identifier, at (YouTube, X)',
      input: z.strictObject({ ...fresh, at: time }),
      run: ({ platform: on, identifier, at, ...given }) =>
        world.schedule(on, identifier, { ...broadcastFrom(given), at }),
    }),
    call({
      method: 'POST',
      path: '/_sim/reschedule',
      meaning: 'moves an announced broadcast: platform, id, at',
      input: z.strictObject({ platform, id: word, at: time }),
      run: ({ platform: on, id, at }) => world.reschedule(on, id, at),
    }),
    call({
      method: 'POST',
      path: '/_sim/retitle',
      meaning: 'edits the title of a broadcast: platform, id, title',
      input: z.strictObject({ platform, id: word, title: z.string() }),
      run: ({ platform: on, id, title }) => world.retitle(on, id, title),
    }),
    call({
      method: 'POST',
      path: '/_sim/upload',
      meaning: 'a plain YouTube video: identifier',
      input: z.strictObject({ identifier: word, id: word.optional(), title: z.string().optional() }),
      run: ({ identifier, ...given }) => world.upload(identifier, defined(given)),
    }),
  ];
}

function transitions(world: World): ControlRoute[] {
  const transition = (name: 'start' | 'end' | 'cancel' | 'pause' | 'resume' | 'remove', meaning: string) =>
    call({
      method: 'POST',
      path: `/_sim/${name}`,
      meaning: `${meaning}: platform and id (or identifier)`,
      input: broadcast,
      run: (given) => world[name](given.platform, idOf(world, given)),
    });
  return [
    transition('start', 'an announced broadcast goes live'),
    transition('end', 'a broadcast ends'),
    transition('cancel', 'an announced broadcast is called off'),
    transition('pause', 'the connection of a broadcast breaks, its id stays'),
    transition('resume', 'the connection is back'),
    transition('remove', 'a broadcast is deleted or made private'),
  ];
}

function flapCall(world: World, flap: WorldControlParts['flap']): ControlRoute {
  return call({
    method: 'POST',
    path: '/_sim/flap',
    meaning: 'a broadcast is away for gapMs (2000) and returns, newId: true under another id; answers when it is back',
    input: broadcast.extend({
      gapMs: z.number().int().nonnegative().default(2_000),
      newId: z.boolean().default(false),
    }),
    run: ({ gapMs, newId, ...given }) => flap({ platform: given.platform, id: idOf(world, given), gapMs, newId }),
  });
}

function idOf(
  world: World,
  given: { platform: Platform; id?: string | undefined; identifier?: string | undefined },
): string {
  if (given.id !== undefined) return given.id;
  const known = world.streamer(given.platform, given.identifier ?? '');
  const open = known && world.broadcastsOf(known).findLast(({ state }) => state === 'live' || state === 'scheduled');
  if (open) return open.id;
  throw new WorldError(`${given.platform}/${given.identifier ?? '(no identifier)'} has no broadcast that is not over`);
}

function broadcastFrom(given: { [K in keyof NewBroadcast]: NewBroadcast[K] | undefined }): NewBroadcast {
  return defined(given);
}

/** Without the keys that are undefined: here an absent one means "as you like". */
function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
