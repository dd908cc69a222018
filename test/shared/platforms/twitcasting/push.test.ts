import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CREDENTIALS } from '../../../../simulator/credentials.ts';
import type { Simulator, SimulatorOptions } from '../../../../simulator/simulator.ts';
import { PlatformError } from '../../../../src/shared/platforms/errors.ts';
import type { PushAdapter, RemoteSubscription } from '../../../../src/shared/platforms/push/push-adapter.ts';
import { createTwitcastingPush } from '../../../../src/shared/platforms/twitcasting/push.ts';
import { type Database, openDatabase } from '../../../../src/shared/runtime/database.ts';
import { systemClock } from '../../../../src/shared/runtime/clock.ts';
import { budgetKey } from '../../../../src/shared/queues/keys.ts';
import { createUserIdStore } from '../../../../src/shared/store/user-id-store.ts';
import { openSimulator, settingOf } from '../../../simulator/opened.ts';
import { createDatabase, type TestDatabase } from '../../../support/database.ts';
import { eventually } from '../../../support/eventually.ts';
import { never, partsWith, serve, useRedis } from '../opened.ts';
import { posted, receiveWith } from '../received.ts';

const redis = useRedis();
const SIGNATURE = CREDENTIALS.twitcastingSignature;
const FREE: SimulatorOptions = { limits: { twitcasting: { perWindow: 100_000 } } };

let tables: TestDatabase;
let database: Database;

beforeAll(async () => {
  tables = await createDatabase();
  database = openDatabase(tables.url);
});

afterAll(async () => {
  await database.$disconnect();
  await tables.drop();
});

async function opened(options: SimulatorOptions = {}) {
  const simulator = await openSimulator({ twitcastingCallback: 'http://127.0.0.1:1/', ...options });
  await database.resolvedName.deleteMany();
  return { simulator, world: simulator.world, adapter: adapterFor(simulator) };
}

function adapterFor(simulator: Simulator, signature: string = SIGNATURE): PushAdapter {
  return adapterAt(settingOf(simulator, 'TWITCASTING_API_URL'), signature);
}

function adapterAt(apiUrl: string, signature: string = SIGNATURE): PushAdapter {
  const { twitcastingClientId: clientId, twitcastingClientSecret: clientSecret } = CREDENTIALS;
  const settings = { clientId, clientSecret, apiUrl, signature };
  const userIds = createUserIdStore(database, { platform: 'twitcasting', clock: systemClock });
  return createTwitcastingPush({ ...partsWith(redis()), settings, userIds });
}

const wish = (identifier: string, topic: string) => ({ identifier, topic, remoteId: null, leaseUntil: null });

/** For many requests at once: each holds on to its signal. */
const fresh = (): AbortSignal => new AbortController().signal;

async function subscribeBoth(adapter: PushAdapter, identifier: string): Promise<void> {
  for (const topic of adapter.topics) await adapter.subscribe(wish(identifier, topic), never);
}

async function listed(adapter: PushAdapter): Promise<RemoteSubscription[]> {
  const rows: RemoteSubscription[] = [];
  for await (const page of adapter.list?.(never) ?? []) rows.push(...page);
  return rows;
}

const texts = (rows: readonly RemoteSubscription[]) => rows.map((row) => `${row.identifier} ${row.topic}`).toSorted();

async function refusal(asked: Promise<unknown>): Promise<PlatformError> {
  const error = await asked.catch((thrown: unknown) => thrown);
  if (error instanceof PlatformError) return error;
  throw new Error(`expected a PlatformError, got ${String(error)}`);
}

describe('webhooks of TwitCasting', () => {
  test('are registered by the user id and listed by the screen id, which one request for both finds out', async () => {
    const { simulator, world, adapter } = await opened();
    const { userId } = world.addStreamer({
      platform: 'twitcasting',
      identifier: 'twitcasting_jp',
      userId: '182224938',
    });
    world.addStreamer({ platform: 'twitcasting', identifier: 'c:amam_frfr_' });
    const made = await adapter.subscribe(wish('twitcasting_jp', 'livestart'), never);
    expect(made).toEqual({ state: 'active', remoteId: userId, leaseUntil: null });
    await adapter.subscribe(wish('twitcasting_jp', 'liveend'), never);
    expect(simulator.requests.count('twitcasting', 'users')).toBe(1);
    await subscribeBoth(adapter, 'c:amam_frfr_');
    const restarted = adapterFor(simulator);
    expect(texts(await listed(restarted))).toEqual([
      'c:amam_frfr_ liveend',
      'c:amam_frfr_ livestart',
      'twitcasting_jp liveend',
      'twitcasting_jp livestart',
    ]);
    expect((await listed(restarted)).every((row) => row.ours && row.state === 'active')).toBe(true);
    expect(simulator.requests.count('twitcasting', 'users')).toBe(2);
  });

  test('may be asked for again', async () => {
    const { world, adapter } = await opened();
    world.addStreamer({ platform: 'twitcasting', identifier: 'twice' });
    await subscribeBoth(adapter, 'twice');
    await subscribeBoth(adapter, 'twice');
    expect(await listed(adapter)).toHaveLength(2);
  });

  test('are removed one by one, also after a restart, and what is not there counts as removed', async () => {
    const { simulator, world, adapter } = await opened();
    world.addStreamer({ platform: 'twitcasting', identifier: 'leaver' });
    await subscribeBoth(adapter, 'leaver');
    const restarted = adapterFor(simulator);
    await restarted.unsubscribe(wish('leaver', 'livestart'), never);
    expect(texts(await listed(restarted))).toEqual(['leaver liveend']);
    const [left] = await listed(restarted);
    await restarted.unsubscribe({ ...wish('leaver', 'liveend'), remoteId: left?.remoteId ?? null }, never);
    await restarted.unsubscribe(wish('leaver', 'liveend'), never);
    await restarted.unsubscribe(wish('nobody', 'liveend'), never);
    expect(await listed(restarted)).toEqual([]);
  });

  test('are listed in pages of 50, all of them', async () => {
    const { simulator, world, adapter } = await opened(FREE);
    const url = `${settingOf(simulator, 'TWITCASTING_API_URL')}/webhooks`;
    const basic = Buffer.from(`${CREDENTIALS.twitcastingClientId}:${CREDENTIALS.twitcastingClientSecret}`);
    const headers = { authorization: `Basic ${basic.toString('base64')}` };
    for (let n = 0; n < 64; n += 1) {
      const { userId } = world.addStreamer({ platform: 'twitcasting' });
      const body = JSON.stringify({ user_id: userId, events: ['livestart', 'liveend'] });
      await fetch(url, { method: 'POST', headers, body });
    }
    const before = simulator.requests.count('twitcasting', 'webhooks');
    const rows = await listed(adapter);
    expect(new Set(texts(rows)).size).toBe(128);
    expect(simulator.requests.count('twitcasting', 'webhooks') - before).toBe(3);
    // Who they are nobody has told us: they are listed by what removes them.
    expect(rows.every((row) => row.identifier === row.remoteId)).toBe(true);
  });

  test.each(['empty', 'half', 'garbage', 'truncated', 'no-body'] as const)(
    'are not listed by an answer that is %s',
    async (kind) => {
      const { simulator, world, adapter } = await opened();
      world.addStreamer({ platform: 'twitcasting', identifier: 'kept' });
      await subscribeBoth(adapter, 'kept');
      simulator.faults.add({ platform: 'twitcasting', endpoint: 'webhooks', kind });
      expect(await refusal(listed(adapter))).toMatchObject({ fault: 'unavailable' });
    },
  );

  test('are not listed by pages that end too early', async () => {
    const page = { all_count: 3, webhooks: [{ user_id: '1', event: 'liveend' }] };
    const api = await serve((request, response) => {
      const first = request.url?.includes('offset=0');
      response.end(JSON.stringify(first ? page : { ...page, webhooks: [] }));
    });
    expect(await refusal(listed(adapterAt(api)))).toMatchObject({
      ...{ fault: 'unavailable', message: 'twitcasting listed 1 of 3 webhooks' },
    });
  });

  test('are not asked for more often than the limit allows', async () => {
    const { simulator, world, adapter } = await opened();
    world.addStreamer({ platform: 'twitcasting', identifier: 'often' });
    await adapter.subscribe(wish('often', 'livestart'), never);
    const asked = Array.from({ length: 80 }, () => adapter.subscribe(wish('often', 'livestart'), fresh()));
    const refused = (await Promise.allSettled(asked)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused).toHaveLength(21);
    for (const error of refused) expect(error).toMatchObject({ fault: 'budget-spent', restUntil: expect.any(Date) });
    expect(Object.keys(simulator.requests.counts()['twitcasting.webhooks']?.byStatus ?? {})).toEqual(['200', '201']);
    // A list that is longer than the window waits for the next one instead of failing each time at the same page.
    await redis().pexpire(budgetKey('twitcasting', 'webhooks'), 500);
    simulator.setLimits({ twitcasting: { perWindow: 1_000 } });
    expect(await listed(adapter)).toHaveLength(1);
  });

  test('rest when the limit was reached behind our back', async () => {
    const { world, adapter } = await opened({ limits: { twitcasting: { perWindow: 1 } } });
    world.addStreamer({ platform: 'twitcasting', identifier: 'often' });
    const asked = Date.now();
    await adapter.subscribe(wish('often', 'livestart'), never);
    const error = await refusal(adapter.subscribe(wish('often', 'liveend'), never));
    expect(error.fault).toBe('rate-limited');
    expect(error.restUntil?.getTime()).toBeGreaterThan(asked + 50_000);
  });

  test('leave the polls most of what may be asked of users', async () => {
    const { simulator, world, adapter } = await opened(FREE);
    const names = Array.from({ length: 40 }, () => world.addStreamer({ platform: 'twitcasting' }).identifier);
    const outcomes = await Promise.allSettled(names.map((name) => adapter.subscribe(wish(name, 'livestart'), fresh())));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    expect(simulator.requests.count('twitcasting', 'users')).toBe(20);
  });

  test('say what to do while no address is entered at the developer page', async () => {
    const { simulator, world, adapter } = await opened();
    world.addStreamer({ platform: 'twitcasting', identifier: 'early' });
    simulator.setTwitcastingCallback(null);
    const asked = Date.now();
    const error = await refusal(adapter.subscribe(wish('early', 'livestart'), never));
    expect(error).toMatchObject({ fault: 'unauthorized', message: expect.stringContaining('developer page') });
    expect(error.restUntil?.getTime()).toBeGreaterThan(asked + 60_000);
  });
});

describe('what TwitCasting sends', () => {
  test('tells of the start and the end of a movie, by the key that is followed', async () => {
    const { simulator, world, adapter } = await opened();
    const here = await receiveWith(() => adapter);
    simulator.setTwitcastingCallback(here.url);
    world.addStreamer({ platform: 'twitcasting', identifier: 'live_one', userId: '12345678901' });
    await subscribeBoth(adapter, 'live_one');
    const { id } = world.goLive('twitcasting', 'live_one');
    await eventually(() => expect(here.receipts).toHaveLength(1));
    world.end('twitcasting', id);
    await eventually(() => expect(here.receipts).toHaveLength(2));
    expect(here.receipts).toEqual([
      {
        ...{ kind: 'delivery', answer: { status: 200 }, messageId: `${id}/true` },
        topics: [{ identifier: 'live_one', topic: 'livestart' }],
        pushed: [{ identifier: 'live_one', broadcastId: id, says: 'online' }],
      },
      {
        ...{ kind: 'delivery', answer: { status: 200 }, messageId: `${id}/false` },
        topics: [{ identifier: 'live_one', topic: 'liveend' }],
        pushed: [{ identifier: 'live_one', broadcastId: id, says: 'offline' }],
      },
    ]);
  });

  test('a repeat is known as one', async () => {
    const { simulator, world, adapter } = await opened({ quirks: { pushDuplicateRate: 1 } });
    const here = await receiveWith(() => adapter);
    simulator.setTwitcastingCallback(here.url);
    const { identifier } = world.addStreamer({ platform: 'twitcasting' });
    await subscribeBoth(adapter, identifier);
    const { id } = world.goLive('twitcasting', identifier);
    await eventually(() => expect(here.receipts).toHaveLength(2));
    const ids = here.receipts.map((receipt) => (receipt.kind === 'delivery' ? receipt.messageId : receipt.kind));
    expect(ids).toEqual([`${id}/true`, `${id}/true`]);
  });

  test('is refused with a signature that is not the whole one, cut short, or without any', async () => {
    const { simulator, world, adapter } = await opened();
    const here = await receiveWith(() => adapter);
    simulator.setTwitcastingCallback(here.url);
    const { identifier } = world.addStreamer({ platform: 'twitcasting' });
    await subscribeBoth(adapter, identifier);
    world.goLive('twitcasting', identifier);
    const { incoming } = await eventually(() => {
      expect(here.incoming).toHaveLength(1);
      return { incoming: here.incoming[0] };
    });
    const body = incoming?.body.toString() ?? '';
    const receive = async (text: string) => (await adapter.receive(posted(text), async () => true)).kind;
    expect(await receive(body)).toBe('delivery');
    const forged = ['', SIGNATURE.slice(0, -1), `${SIGNATURE}0`, SIGNATURE.toUpperCase(), 'x'.repeat(10_000)];
    for (const signature of forged) expect(await receive(body.replace(SIGNATURE, signature))).toBe('refused');
    for (const [name, value] of [
      ['signature', null],
      ['signature', 0],
      ['signature', [SIGNATURE]],
    ] as const) {
      expect(await receive(JSON.stringify({ ...JSON.parse(body), [name]: value }))).toBe('refused');
    }
    for (let length = 0; length < body.length; length += 7)
      expect(await receive(body.slice(0, length))).toBe('refused');
    const other = adapterFor(simulator, 'another');
    expect((await other.receive(posted(body), async () => true)).kind).toBe('refused');
  });

  test('is taken and forgotten when it is about no movie', async () => {
    const { adapter } = await opened();
    const schedule = JSON.stringify({ signature: SIGNATURE, schedule: { id: '1' } });
    expect(await adapter.receive(posted(schedule), async () => true)).toEqual({
      ...{ kind: 'delivery', answer: { status: 200 }, messageId: null, topics: [], pushed: [] },
    });
  });

  test('signed but senseless, it is refused for good, and never throws', async () => {
    const { adapter } = await opened();
    const movies = [null, 1, 'x', [], {}, { id: 1 }, { id: '1' }, { id: '1', user_id: '2', is_live: 'yes' }];
    for (const movie of movies) {
      const receipt = await adapter.receive(posted(JSON.stringify({ signature: SIGNATURE, movie })), async () => true);
      expect(receipt).toMatchObject({ kind: 'refused', answer: { status: 200 } });
    }
    for (let n = 0; n < 2_000; n += 1) {
      const receipt = await adapter.receive(posted(randomBytes(n % 200)), async () => true);
      expect(receipt.kind).toBe('refused');
    }
    expect((await adapter.receive({ ...posted(''), method: 'GET' }, async () => true)).kind).toBe('refused');
    expect((await adapter.receive({ ...posted(''), place: 'x' }, async () => true)).kind).toBe('refused');
  });
});
