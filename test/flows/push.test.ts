import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import type { ListedKey } from '../../src/shared/store/listing-store.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import type { Tallylight } from '../support/processes.ts';
import { pushLooks } from '../support/push-looks.ts';
import { twitchDelivery } from '../support/twitch-delivery.ts';

let cluster: Cluster;
let database: Database;
let keeper: Tallylight;
let web: Tallylight;
let address: string;
let env: Record<string, string>;

beforeAll(async () => {
  cluster = await startCluster();
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  env = { PUBLIC_URL: address, POLL_INTERVAL_TWITCH: '24h', PLATFORMS: 'twitch' };
  database = openDatabase(cluster.database.url, 1);
  await Promise.all([cluster.run('listen flush poll', env), startKeeper(), startWeb(port)]);
});

afterAll(async () => {
  await database?.$disconnect();
  await cluster?.stop();
});

async function startKeeper(): Promise<void> {
  keeper = await cluster.run('sync', env);
}

async function startWeb(port = Number(new URL(address).port)): Promise<void> {
  web = await cluster.run('web', { ...env, HTTP_PORT: String(port) });
}

const twitch = (identifier: string) => ({ platform: 'twitch', identifier }) as const;
const streamer = (): string => cluster.sim.world.addStreamer({ platform: 'twitch' }).identifier;
const statuses = (identifier: string): string[] =>
  cluster.sim.eventsub
    .subscriptions()
    .filter((one) => one.userId === identifier)
    .map(({ status }) => status);
const BOTH = ['enabled', 'enabled'];

async function listed(identifier: string): Promise<ListedKey | undefined> {
  const keys = JSON.parse(await cluster.tell(['list', '--json'])) as ListedKey[];
  return keys.find((key) => key.identifier === identifier);
}

/** As another process of ours would that died before it wrote it down. */
function subscribeUnasked(identifier: string): void {
  const transport = { method: 'webhook', callback: `${address}/webhooks/twitch`, secret: 'ten characters' };
  const wish = { type: 'stream.online', version: '1', condition: { broadcaster_user_id: identifier }, transport };
  const request = { method: 'POST', path: '', params: [], query: new URLSearchParams(), headers: {} };
  expect(cluster.sim.eventsub.create({ ...request, body: JSON.stringify(wish) }).status).toBe(202);
}

async function followed(): Promise<string> {
  const identifier = streamer();
  await cluster.follow(twitch(identifier));
  await eventually(() => expect(statuses(identifier)).toEqual(BOTH));
  // It is written down a moment after Twitch got its answer.
  const where = { platform: 'twitch', identifier, state: 'active' };
  await eventually(async () => expect(await database.pushSubscription.count({ where })).toBe(2));
  return identifier;
}

/** Pushes have begun for all of them, and the look at each that this leads to is over. */
async function caughtUp(identifiers: readonly string[]): Promise<void> {
  await eventually(async () => {
    const keys = JSON.parse(await cluster.tell(['list', '--json'])) as ListedKey[];
    const since = new Map(keys.map(({ identifier, pushedAt }) => [identifier, pushedAt]));
    const waiting = identifiers.filter((identifier) => {
      const begun = since.get(identifier);
      const looks = cluster.sim.requests.recent('twitch', 'streams').filter(({ ids }) => ids.includes(identifier));
      return !begun || !looks.some(({ at }) => at >= new Date(begun));
    });
    expect(waiting).toEqual([]);
  });
}

async function pushed(identifier: string, expected: object): Promise<void> {
  await eventually(async () => expect(await listed(identifier)).toMatchObject(expected));
}

/** By a connection of its own: one that is kept may be closed at the other end just when it is used again. */
async function post(init: RequestInit, at = address): Promise<number> {
  const headers = { ...(init.headers as Record<string, string>), connection: 'close' };
  return (await fetch(`${at}/webhooks/twitch`, { ...init, headers })).status;
}

describe('a key of Twitch, polled once a day', () => {
  it('is subscribed for by its first follow, announced by push, and no more after the last unfollow', async () => {
    const identifier = await followed();
    await pushed(identifier, { pushedAt: expect.any(String), pace: 'net' });
    const { id } = cluster.sim.world.goLive('twitch', identifier);
    await eventually(() => expect(cluster.heardOf(twitch(identifier))).toEqual([`online ${id}`]));
    cluster.sim.world.end('twitch', id);
    await eventually(() => expect(cluster.heardOf(twitch(identifier))).toEqual([`online ${id}`, `offline ${id}`]));
    await cluster.unfollow(twitch(identifier));
    await eventually(() => expect(statuses(identifier)).toEqual([]));
  });

  it('is looked for patiently when Twitch pushes before Helix knows', async () => {
    const identifier = await followed();
    cluster.sim.setQuirks({ twitchAppearAfterMs: 8_000 });
    const { id } = cluster.sim.world.goLive('twitch', identifier);
    await eventually(() => expect(cluster.heardOf(twitch(identifier))).toEqual([`online ${id}`]));
    cluster.sim.setQuirks({ twitchAppearAfterMs: 0 });
  });

  it('is subscribed for anew when Twitch lost or revoked it, and what nobody wants is ended', async () => {
    const identifier = await followed();
    const unwanted = await followed();
    await cluster.unfollow(twitch(unwanted));
    await eventually(() => expect(statuses(unwanted)).toEqual([]));
    // It compares by itself, too: it could be first.
    await keeper.end('SIGTERM');
    cluster.sim.eventsub.forget(identifier);
    subscribeUnasked(unwanted);
    const shown = JSON.parse(await cluster.tell(['reconcile', '--dry-run', '--json'], env)) as {
      what: string;
      key: string;
    }[];
    expect(shown.filter(({ key }) => key.includes(' '))).toEqual([
      { what: 'subscribe again', key: `twitch/${identifier} stream.offline` },
      { what: 'subscribe again', key: `twitch/${identifier} stream.online` },
      { what: 'end subscription', key: `twitch/${unwanted} stream.online` },
    ]);
    expect([statuses(identifier).length, statuses(unwanted).length]).toEqual([0, 1]);
    await cluster.tell(['reconcile'], env);
    expect(statuses(unwanted)).toEqual([]);
    await startKeeper();
    await eventually(() => expect(statuses(identifier)).toEqual(BOTH));
    cluster.sim.eventsub.revoke({ identifier });
    await eventually(() => expect(statuses(identifier)).toEqual(BOTH));
  });

  it('is polled at its own pace again when nobody receives pushes any more, and pushed when somebody does', async () => {
    const identifier = await followed();
    await pushed(identifier, { pushedAt: expect.any(String), pace: 'net' });
    await web.end('SIGKILL');
    await pushed(identifier, { pushedAt: null, pace: 'normal' });
    await startWeb();
    await pushed(identifier, { pushedAt: expect.any(String), pace: 'net' });
  });
});

describe('five thousand pushes, most of them repeated or forged', () => {
  const KEYS = 40;
  const counted = async (at: string, outcome: string): Promise<number> => {
    const text = await (await fetch(`${at}/metrics`)).text();
    return Number(
      new RegExp(`^tallylight_pushes_total\\{platform="twitch",outcome="${outcome}"\\} (\\d+)`, 'm').exec(text)?.[1] ??
        0,
    );
  };

  it('at two processes: nothing forged leads anywhere, and each broadcast is announced once', async () => {
    const port = await freePort();
    await cluster.run('web', { ...env, HTTP_PORT: String(port) });
    const doors = [address, `http://127.0.0.1:${port}`];
    const total = async (outcome: string) =>
      (await counted(address, outcome)) + (await counted(doors[1] ?? '', outcome));
    const identifiers = Array.from({ length: KEYS }, streamer);
    for (const identifier of identifiers) await cluster.follow(twitch(identifier));
    await eventually(() => expect(identifiers.flatMap(statuses)).toEqual(identifiers.flatMap(() => BOTH)));
    await caughtUp(identifiers);
    const [acceptedBefore, refusedBefore] = [await total('accepted'), await total('refused')];
    const looks = async () => (await pushLooks(cluster.redis.url, 'twitch')).filter((one) => identifiers.includes(one));
    const old = new Date(Date.now() - 11 * 60_000);
    const wrong = (at: number) => {
      const identifier = identifiers[at % KEYS] ?? '';
      if (at % 3 === 0) return twitchDelivery({ identifier, secret: 'not the secret' });
      if (at % 3 === 1) return twitchDelivery({ identifier, at: old });
      const signed = twitchDelivery({ identifier });
      return { ...signed, body: `${signed.body} ` };
    };
    const sendAll = async (requests: readonly RequestInit[]): Promise<number[]> => {
      const left = requests.map((init, at) => ({ init, at }));
      const answers: number[] = [];
      const walk = async (): Promise<void> => {
        for (let one = left.shift(); one; one = left.shift()) answers.push(await post(one.init, doors[one.at % 2]));
      };
      await Promise.all(Array.from({ length: 40 }, walk));
      return answers;
    };

    const forged = await sendAll(Array.from({ length: 3_000 }, (_, at) => wrong(at)));
    expect(new Set(forged)).toEqual(new Set([403]));
    expect(await total('refused')).toBe(refusedBefore + 3_000);
    expect(await total('accepted')).toBe(acceptedBefore);
    expect(await looks()).toEqual([]);

    // The world says nothing by itself here: what comes is what this test sends.
    cluster.sim.setQuirks({ pushLossRate: 1 });
    const broadcasts = identifiers.map((identifier) => cluster.sim.world.goLive('twitch', identifier).id);

    // Of each key ten messages, each of them five times, with the same id; the ten are duplicates with other ids.
    const messages = identifiers.flatMap((identifier) =>
      Array.from({ length: 10 }, () => twitchDelivery({ identifier })),
    );
    const real = await sendAll(Array.from({ length: 5 }, () => messages).flat());
    expect(new Set(real)).toEqual(new Set([204]));
    expect(await total('accepted')).toBe(acceptedBefore + KEYS * 10);
    const online = broadcasts.map((id) => [`online ${id}`]);
    await eventually(() =>
      expect(identifiers.map((identifier) => cluster.heardOf(twitch(identifier)))).toEqual(online),
    );
    expect((await looks()).length).toBeGreaterThan(0);
  });
});
