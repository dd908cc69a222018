import { z } from 'zod';
import { type Answer, json, type WireRequest } from '../wire.ts';
import { helixError } from './helix-error.ts';
import type { Setting } from './setting.ts';
import type { TwitchConduits } from './twitch-conduits.ts';
import { sendTwitchMessage } from './twitch-messages.ts';
import { type SimulatedSubscription, type SubscriptionStatus, subscriptionRow } from './twitch-subscriptions.ts';

const TYPES = ['stream.online', 'stream.offline'];
const PAGE = 100;
/** Subscriptions of one type and condition, and failed notifications in a row. */
const MOST_ALIKE = 3;
const MOST_FAILURES = 3;

const wish = z.object({
  type: z.enum(TYPES),
  version: z.literal('1'),
  condition: z.object({ broadcaster_user_id: z.string().regex(/^\d+$/) }),
  transport: z.union([
    z.object({ method: z.literal('webhook'), callback: z.url(), secret: z.string().min(10).max(100) }),
    z.object({ method: z.literal('conduit'), conduit_id: z.string() }),
  ]),
});

/** Subscriptions of EventSub, and what is sent by them. */
export interface TwitchEventSub {
  create(request: WireRequest): Answer;
  list(request: WireRequest): Answer;
  remove(request: WireRequest): Answer;
  subscriptions(): readonly SimulatedSubscription[];
  /** Takes subscriptions of a channel, or all, away and says so to their callbacks. @returns how many */
  revoke(given: { identifier?: string | undefined; status?: SubscriptionStatus | undefined }): number;
  /** Loses subscriptions without a word. @returns how many */
  forget(identifier?: string): number;
}

export function createTwitchEventSub(setting: Setting, conduits: TwitchConduits): TwitchEventSub {
  const { world, clock, random } = setting;
  const all = new Map<string, SimulatedSubscription>();
  const of = (identifier?: string) => [...all.values()].filter((one) => !identifier || one.userId === identifier);

  world.subscribe(({ kind, streamer, broadcast }) => {
    if (streamer.platform !== 'twitch') return;
    const type = {
      online: 'stream.online',
      resumed: 'stream.online',
      offline: 'stream.offline',
      paused: 'stream.offline',
    };
    const told = type[kind as keyof typeof type];
    const user = { broadcaster_user_id: streamer.userId, broadcaster_user_login: streamer.login.toLowerCase() };
    const named = { ...user, broadcaster_user_name: streamer.name };
    const event =
      told === 'stream.online'
        ? { id: broadcast.id, ...named, type: 'live', started_at: broadcast.startedAt?.toISOString() }
        : named;
    for (const one of of(streamer.userId)) if (one.type === told && one.status === 'enabled') void notify(one, event);
  });

  async function notify(one: SimulatedSubscription, event: object): Promise<void> {
    const answer = await send(one, 'notification', { event });
    // What was lost on its way is nobody's failure.
    if (answer === null || (answer.status === null && setting.quirks().pushLossRate > 0)) return;
    one.failures = isTaken(answer.status) ? 0 : one.failures + 1;
    if (one.failures >= MOST_FAILURES) take(one, 'notification_failures_exceeded');
  }

  async function challenge(one: SimulatedSubscription): Promise<void> {
    const text = random.text(40, 'abcdefghijklmnopqrstuvwxyz0123456789');
    const answer = await send(one, 'webhook_callback_verification', { challenge: text });
    if (one.status !== 'webhook_callback_verification_pending') return;
    const passed = answer !== null && isTaken(answer.status) && answer.body === text;
    one.status = passed ? 'enabled' : 'webhook_callback_verification_failed';
  }

  async function send(one: SimulatedSubscription, type: Parameters<typeof sendTwitchMessage>[1]['type'], more: object) {
    const place = one.method === 'webhook' ? { callback: one.target, secret: one.secret } : conduits.place(one.target);
    if (place === null) return null;
    const body = { ...more, subscription: subscriptionRow(one) };
    return sendTwitchMessage(setting, { ...place, type, about: one.type, body });
  }

  function take(one: SimulatedSubscription, status: SubscriptionStatus): void {
    one.status = status;
    void send(one, 'revocation', {});
  }

  const figures = () => ({
    total: all.size,
    total_cost: costly(),
    max_total_cost: setting.limits().twitch.maxTotalCost,
  });
  const costly = (): number => of().filter((one) => one.status === 'enabled' || one.status.endsWith('pending')).length;

  function refusal({ type, condition, transport }: z.infer<typeof wish>): Answer | undefined {
    const userId = condition.broadcaster_user_id;
    if (!world.byUserId('twitch', userId)?.exists) return helixError(400, 'condition user does not exist');
    const target = transport.method === 'webhook' ? transport.callback : transport.conduit_id;
    if (transport.method === 'conduit' && !conduits.has(target)) return helixError(400, 'conduit does not exist');
    const alike = of(userId).filter((one) => one.type === type);
    if (alike.some((one) => one.target === target)) return helixError(409, 'subscription already exists');
    if (alike.length >= MOST_ALIKE) return helixError(429, 'number of websocket transports limit exceeded');
    return costly() < setting.limits().twitch.maxTotalCost ? undefined : helixError(429, 'cost exceeded');
  }

  return {
    create({ body }) {
      const given = wish.safeParse(parsed(body));
      if (!given.success)
        return helixError(400, `The parameter ${given.error.issues[0]?.path.join('.')} was malformed`);
      const refused = refusal(given.data);
      if (refused) return refused;
      const { type, condition, transport } = given.data;
      const one: SimulatedSubscription = {
        ...{ id: random.text(36, 'abcdef0123456789'), type, userId: condition.broadcaster_user_id, failures: 0 },
        ...{ method: transport.method, createdAt: clock.now() },
        target: transport.method === 'webhook' ? transport.callback : transport.conduit_id,
        secret: transport.method === 'webhook' ? transport.secret : '',
        status: transport.method === 'webhook' ? 'webhook_callback_verification_pending' : 'enabled',
      };
      all.set(one.id, one);
      if (one.method === 'webhook') void challenge(one);
      return json(202, { data: [subscriptionRow(one)], ...figures() });
    },
    list({ query }) {
      const [user, status, type] = ['user_id', 'status', 'type'].map((name) => query.get(name));
      if ([user, status, type].filter(Boolean).length > 1) return helixError(400, 'only one filter may be given');
      const found = of(user ?? undefined).filter(
        (one) => !(status && one.status !== status) && !(type && one.type !== type),
      );
      const from = Number(query.get('after') ?? 0);
      const pagination = from + PAGE < found.length ? { cursor: String(from + PAGE) } : {};
      return json(200, { data: found.slice(from, from + PAGE).map(subscriptionRow), ...figures(), pagination });
    },
    remove({ query }) {
      if (!all.delete(query.get('id') ?? '')) return helixError(404, 'subscription not found');
      return { status: 204, headers: {}, body: '' };
    },
    subscriptions: () => [...all.values()],
    revoke({ identifier, status = 'authorization_revoked' }) {
      const taken = of(identifier).filter((one) => one.status === 'enabled');
      for (const one of taken) take(one, status);
      return taken.length;
    },
    forget(identifier) {
      const gone = of(identifier);
      for (const one of gone) all.delete(one.id);
      return gone.length;
    },
  };
}

function isTaken(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
