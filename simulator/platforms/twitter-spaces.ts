import type { Streamer, TrueBroadcast } from '../broadcast.ts';
import { hash } from '../random.ts';
import { type Answer, json, listed, type WireRequest } from '../wire.ts';
import type { Setting } from './setting.ts';
import { invalidRequest, resourceNotFound } from './twitter-problem.ts';
import { userObject } from './twitter-users.ts';

const MOST_IDS = 100;

/** `GET /2/spaces/by/creator_ids`: live and scheduled Spaces of the users, and nothing else. */
export function spacesByCreators(setting: Setting) {
  return (request: WireRequest): Answer => {
    const ids = listed(request.query, 'user_ids', ',');
    const refused = refusedIds(ids, { name: 'user_ids', form: /^[0-9]{1,19}$/ }) ?? refusedFields(setting, request);
    if (refused) return refused;
    const { world } = setting;
    const spaces = [...new Set(ids)].flatMap((id) => {
      const creator = world.byUserId('twitter', id);
      return creator?.exists ? world.broadcastsOf(creator).filter(isOpen) : [];
    });
    return spacesAnswer(setting, request, { spaces, missing: [] });
  };
}

/** `GET /2/spaces?ids=`: whatever is known of each, with an error beside for each that is not. */
export function spacesByIds(setting: Setting) {
  return (request: WireRequest): Answer => {
    const ids = listed(request.query, 'ids', ',');
    const refused = refusedIds(ids, { name: 'ids', form: /^[a-zA-Z0-9]{1,13}$/ }) ?? refusedFields(setting, request);
    if (refused) return refused;
    const asked = [...new Set(ids)].map((id) => ({ id, space: visibleSpace(setting, id) }));
    const spaces = asked.flatMap(({ space }) => space ?? []);
    const missing = asked.filter(({ space }) => !space).map(({ id }) => id);
    return spacesAnswer(setting, request, { spaces, missing });
  };
}

/** `GET /2/spaces/:id`. */
export function spaceById(setting: Setting) {
  return (request: WireRequest): Answer => {
    const [id = ''] = request.params;
    const space = visibleSpace(setting, id);
    if (!space) return json(200, { errors: [resourceNotFound({ type: 'space', parameter: 'id', id })] });
    return json(200, {
      data: spaceObject(space, setting.world.streamer('twitter', space.identifier), fieldsOf(request)),
    });
  };
}

function isOpen(space: TrueBroadcast): boolean {
  return space.state === 'live' || space.state === 'scheduled';
}

function visibleSpace({ world, quirks }: Setting, id: string): TrueBroadcast | undefined {
  const space = world.broadcast('twitter', id);
  if (!space || space.removed) return undefined;
  return isOpen(space) || quirks().twitterEndedSpaces === 'ended' ? space : undefined;
}

function refusedIds(ids: readonly string[], rule: { name: string; form: RegExp }): Answer | undefined {
  const { name, form } = rule;
  if (ids.length === 0 || ids.length > MOST_IDS) {
    return invalidRequest(
      name,
      `The number of values in the \`${name}\` query parameter list [${ids.length}] is not between 1 and 100`,
    );
  }
  const bad = ids.find((id) => !form.test(id));
  return bad === undefined
    ? undefined
    : invalidRequest(name, `The \`${name}\` query parameter value [${bad}] does not match ${form.source}`);
}

function refusedFields({ quirks }: Setting, { query }: WireRequest): Answer | undefined {
  const fields = listed(query, 'space.fields', ',');
  if (!quirks().twitterRejectsCreatorId || !fields.includes('creator_id')) return undefined;
  return invalidRequest(
    'space.fields',
    'The `space.fields` query parameter value [creator_id] is not one of [id,state,title]',
  );
}

/** `id` and `state` come by themselves; an expansion brings the field that it follows. */
function fieldsOf({ query }: WireRequest): Set<string> {
  return new Set(['id', 'state', ...listed(query, 'space.fields', ','), ...listed(query, 'expansions', ',')]);
}

function spacesAnswer(
  setting: Setting,
  request: WireRequest,
  found: { spaces: TrueBroadcast[]; missing: string[] },
): Answer {
  const { world } = setting;
  const creators = found.spaces.map((space) => world.streamer('twitter', space.identifier));
  const data = found.spaces.map((space, index) => spaceObject(space, creators[index], fieldsOf(request)));
  const errors = found.missing.map((id) => resourceNotFound({ type: 'space', parameter: 'ids', id }));
  const expanded = listed(request.query, 'expansions', ',').includes('creator_id') && data.length > 0;
  const users = [...new Set(creators)].flatMap((creator) => (creator ? [userObject(creator, new Set())] : []));
  return json(200, {
    ...(data.length > 0 && { data }),
    ...(expanded && { includes: { users } }),
    ...(errors.length > 0 && { errors }),
    meta: { result_count: data.length },
  });
}

function spaceObject(space: TrueBroadcast, creator: Streamer | undefined, fields: ReadonlySet<string>) {
  const all: Record<string, unknown> = {
    id: space.id,
    state: space.state === 'cancelled' ? 'canceled' : space.state,
    title: space.title === '' ? undefined : space.title,
    creator_id: creator?.userId,
    host_ids: creator && [creator.userId],
    created_at: space.createdAt.toISOString(),
    updated_at: (space.offAirSince ?? space.onAirSince ?? space.createdAt).toISOString(),
    scheduled_start: space.scheduledStart?.toISOString(),
    started_at: space.startedAt?.toISOString(),
    ended_at: space.endedAt?.toISOString(),
    is_ticketed: false,
    lang: 'en',
    participant_count: hash(space.id) % 900,
    subscriber_count: 0,
  };
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => fields.has(name) && value !== undefined));
}
