import { z } from 'zod';
import { CREDENTIALS } from '../credentials.ts';
import { type Answer, json, listed, type WireRequest } from '../wire.ts';
import type { WorldEvent } from '../world.ts';
import type { Setting } from './setting.ts';
import { movieAnswer } from './twitcasting-objects.ts';
import { apiError, notFound } from './twitcasting-errors.ts';

const EVENTS = ['livestart', 'liveend'] as const;
type Event = (typeof EVENTS)[number];

const MOST_ROWS = 50;
const registration = z.object({ user_id: z.string().min(1), events: z.array(z.enum(EVENTS)).min(1) });

/** How often a delivery that nobody took is sent again. Nothing is known of it; once is the least that can surprise. */
const RETRIES = 1;

/** Who the application is told of, and the telling. */
export interface TwitcastingWebhooks {
  register(request: WireRequest): Answer;
  list(request: WireRequest): Answer;
  remove(request: WireRequest): Answer;
  /** What somebody entered at the developer page as the WebHook URL; null: nothing. */
  setCallback(url: string | null): void;
}

export function createTwitcastingWebhooks(setting: Setting): TwitcastingWebhooks {
  const { world } = setting;
  const rows: { user_id: string; event: Event }[] = [];
  let callback: string | null = null;
  const has = (userId: string, event: Event): boolean => rows.some((row) => isRow(row, userId, event));

  world.subscribe((event) => {
    const told = toldAs(event);
    if (callback === null || told === null || !has(event.streamer.userId, told)) return;
    void deliver(setting, { event, told, url: callback });
  });

  return {
    register({ body }) {
      const given = registration.safeParse(parsed(body));
      if (!given.success) return validationError('events');
      const { user_id: userId, events } = given.data;
      if (callback === null) return apiError(400, 1002, 'Invalid WebHook URL');
      if (!world.byUserId('twitcasting', userId)?.exists) return notFound();
      const added = [...new Set(events)].filter((event) => !has(userId, event));
      rows.push(...added.map((event) => ({ user_id: userId, event })));
      // Both statuses have been seen for a success.
      return json(added.length > 0 ? 201 : 200, { user_id: userId, added_events: added.toSorted() });
    },
    list({ query }) {
      const [limit, offset] = [Number(query.get('limit') ?? MOST_ROWS), Number(query.get('offset') ?? 0)];
      if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ROWS) return validationError('limit');
      if (!Number.isInteger(offset) || offset < 0) return validationError('offset');
      const userId = query.get('user_id');
      const found = rows.filter((row) => userId === null || row.user_id === userId);
      return json(200, { all_count: found.length, webhooks: found.slice(offset, offset + limit) });
    },
    remove({ query }) {
      const [userId, events] = [query.get('user_id') ?? '', listed(query, 'events[]')];
      if (!rows.some((row) => row.user_id === userId)) return notFound();
      const gone = EVENTS.filter((event) => events.includes(event) && has(userId, event));
      for (const event of gone) {
        rows.splice(
          rows.findIndex((row) => isRow(row, userId, event)),
          1,
        );
      }
      return json(200, { user_id: userId, deleted_events: gone });
    },
    setCallback(url) {
      callback = url;
    },
  };
}

function isRow(row: { user_id: string; event: Event }, userId: string, event: Event): boolean {
  return row.user_id === userId && row.event === event;
}

function toldAs({ kind, streamer }: WorldEvent): Event | null {
  if (streamer.platform !== 'twitcasting') return null;
  if (kind === 'online') return 'livestart';
  return kind === 'offline' ? 'liveend' : null;
}

interface Telling {
  readonly event: WorldEvent;
  readonly told: Event;
  readonly url: string;
}

/** The body does not name the event: whether it began or ended is in the movie. */
function deliver({ world, courier }: Setting, { event, told, url }: Telling) {
  const { movie, broadcaster } = movieAnswer(world, event.streamer, event.broadcast, event.at);
  return courier.send({
    platform: 'twitcasting',
    about: told,
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ signature: CREDENTIALS.twitcastingSignature, movie, broadcaster }),
    retries: RETRIES,
  });
}

function validationError(field: string): Answer {
  const error = { code: 1001, message: 'Validation error', details: { [field]: ['invalid'] } };
  return json(400, { error }, { 'content-type': 'application/json;charset=utf-8' });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
