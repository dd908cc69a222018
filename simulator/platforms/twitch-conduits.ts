import { z } from 'zod';
import { type Answer, json, type WireRequest } from '../wire.ts';
import { helixError } from './helix-error.ts';
import type { Setting } from './setting.ts';
import { sendTwitchMessage } from './twitch-messages.ts';
import { shardRow, type SimulatedConduit, type SimulatedShard } from './twitch-subscriptions.ts';

const MOST_CONDUITS = 5;
const MOST_SHARDS = 20_000;

const size = z.object({ shard_count: z.number().int().min(1).max(MOST_SHARDS) });
const resize = size.extend({ id: z.string() });
const update = z.object({
  conduit_id: z.string(),
  shards: z
    .array(
      z.object({
        id: z.string(),
        transport: z.object({ method: z.literal('webhook'), callback: z.url(), secret: z.string().min(10).max(100) }),
      }),
    )
    .max(20),
});

/** Conduits: subscriptions go to one, and it to whichever of its shards is there. */
export interface TwitchConduits {
  create(request: WireRequest): Answer;
  list(): Answer;
  resize(request: WireRequest): Answer;
  shards(request: WireRequest): Answer;
  updateShards(request: WireRequest): Answer;
  has(id: string): boolean;
  /** Where one of its shards delivers; null when none is there. */
  place(id: string): { callback: string; secret: string } | null;
  all(): readonly SimulatedConduit[];
}

export function createTwitchConduits(setting: Setting): TwitchConduits {
  const { random } = setting;
  const all = new Map<string, SimulatedConduit>();
  const row = ({ id, shardCount }: SimulatedConduit) => ({ id, shard_count: shardCount });

  async function challenge(shard: SimulatedShard): Promise<void> {
    const text = random.text(40, 'abcdefghijklmnopqrstuvwxyz0123456789');
    const type = 'webhook_callback_verification';
    const answer = await sendTwitchMessage(setting, { ...shard, type, about: 'shard', body: { challenge: text } });
    shard.status = answer.body === text ? 'enabled' : 'webhook_callback_verification_failed';
  }

  return {
    create({ body }) {
      const given = size.safeParse(parsed(body));
      if (!given.success) return helixError(400, 'shard_count was malformed');
      if (all.size >= MOST_CONDUITS) return helixError(429, 'maximum number of conduits');
      const conduit: SimulatedConduit = {
        id: random.text(36, 'abcdef0123456789'),
        shardCount: given.data.shard_count,
        shards: new Map(),
      };
      all.set(conduit.id, conduit);
      return json(200, { data: [row(conduit)] });
    },
    list: () => json(200, { data: [...all.values()].map(row) }),
    resize({ body }) {
      const given = resize.safeParse(parsed(body));
      const conduit = given.success ? all.get(given.data.id) : undefined;
      if (!given.success || !conduit) return helixError(404, 'conduit not found');
      conduit.shardCount = given.data.shard_count;
      for (const id of conduit.shards.keys()) if (Number(id) >= conduit.shardCount) conduit.shards.delete(id);
      return json(200, { data: [row(conduit)] });
    },
    shards({ query }) {
      const conduit = all.get(query.get('conduit_id') ?? '');
      if (!conduit) return helixError(404, 'conduit not found');
      return json(200, { data: [...conduit.shards.values()].map(shardRow), pagination: {} });
    },
    updateShards({ body }) {
      const given = update.safeParse(parsed(body));
      if (!given.success) return helixError(400, 'shards were malformed');
      const conduit = all.get(given.data.conduit_id);
      if (!conduit) return helixError(404, 'conduit not found');
      const known = given.data.shards.filter(({ id }) => Number(id) < conduit.shardCount);
      for (const { id, transport } of known) {
        const { callback, secret } = transport;
        const shard: SimulatedShard = { id, callback, secret, status: 'webhook_callback_verification_pending' };
        conduit.shards.set(id, shard);
        void challenge(shard);
      }
      return json(202, { data: known.map(({ id }) => ({ id })), errors: [] });
    },
    has: (id) => all.has(id),
    place(id) {
      const there = [...(all.get(id)?.shards.values() ?? [])].filter((shard) => shard.status === 'enabled');
      return there[random.integer(0, there.length - 1)] ?? null;
    },
    all: () => [...all.values()],
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
