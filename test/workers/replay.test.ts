import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStreamListener, type Position, type StreamListener } from '../../src/client/index.ts';
import { LIVE_KEY, LOG_KEY, SEQUENCE_KEY } from '../../src/shared/contracts/channels.ts';
import { type PublishedSpan, readPublished } from '../../src/shared/store/published-store.ts';
import { createReplay, type ReplayOptions } from '../../src/workers/replay.ts';
import { eventually } from '../support/eventually.ts';
import { gist, type Outbox, openOutbox } from '../support/outbox.ts';
import { spawnTallylight } from '../support/processes.ts';

let outbox: Outbox;
let shards: StreamListener[];
beforeEach(async () => {
  [outbox, shards] = [await openOutbox({ maxStreams: 3 }), []];
  await outbox.flusher().restore(); // as role sync does at its start: without an epoch no shard knows where it is
});
afterEach(async () => {
  await Promise.all(shards.map((shard) => shard.stop()));
  await outbox.close();
});

const EVER: PublishedSpan = { from: new Date(0), to: new Date('2100-01-01'), platform: null };

function replay(options: Partial<ReplayOptions> = {}, pace: Parameters<typeof createReplay>[0]['pace'] = outbox.pace) {
  const readAll = (span: PublishedSpan) => readPublished(outbox.database, span);
  const parts = { ...outbox.parts, pace, readPublished: readAll, publishRate: () => 10_000 };
  return createReplay(parts)({ ...EVER, dryRun: false, ...options });
}

async function publish(...specs: Parameters<Outbox['record']>[0]): Promise<void> {
  await outbox.record(specs);
  for (const platform of new Set(specs.map(({ platform = 'twitch' }) => platform))) {
    await outbox.flusher().flush(platform, []);
  }
}

async function listen() {
  const told: string[] = [];
  let saved: Position | null = null;
  const save = async (position: Position): Promise<void> => {
    saved = position;
  };
  const positions = { load: async () => saved, save };
  const start = async (): Promise<StreamListener> => {
    const shard = createStreamListener({
      ...{ redisUrl: outbox.server.url, positions, checkMs: 60_000, onProblem: () => undefined },
      onChange: ({ direction, streams, repeat }) =>
        void told.push(`${direction} ${streams.map(({ VideoId }) => VideoId)}${repeat ? ' again' : ''}`),
    });
    shards.push(shard);
    await shard.start();
    await eventually(() => expect([shard.isSubscribed(), shard.position()]).toEqual([true, expect.anything()]));
    return shard;
  };
  return { told, start };
}

describe('replay', () => {
  it('publishes the same events in the same order, marked, and leaves log, snapshot and count alone', async () => {
    await publish({ identifier: '1' }, { identifier: '2', title: '"],"Sequence":"9" \\ 配信' });
    await publish({ identifier: '1', direction: 'offline' });
    const state = async () =>
      Promise.all([outbox.redis.xlen(LOG_KEY), outbox.redis.hgetall(LIVE_KEY), outbox.redis.get(SEQUENCE_KEY)]);
    await eventually(() => expect(outbox.heard).toHaveLength(2));
    const [before, originals] = [await state(), outbox.heard.slice()];
    expect(await replay()).toEqual({ events: 2, streams: 3, heardBy: 1 });
    await eventually(() => expect(outbox.heard).toHaveLength(4));
    expect(outbox.heard.slice(2)).toEqual(
      originals.map((event) => ({ ...event, Metadata: { ...event.Metadata, Repeat: true } })),
    );
    expect(Object.keys(outbox.heard[3]?.Metadata ?? {}).at(-1)).toBe('Repeat');
    expect(await state()).toEqual(before);
    expect(await outbox.states()).toEqual(Array(3).fill('published'));
  });

  it('takes only its span and its platform, and only what was published', async () => {
    await publish({ identifier: '1' });
    const [first] = await outbox.database.batch.findMany();
    const between = new Date((first?.publishedAt?.getTime() ?? 0) + 1);
    await eventually(() => expect(Date.now()).toBeGreaterThanOrEqual(between.getTime()));
    await publish({ platform: 'youtube', identifier: '2' }, { identifier: '3' });
    await outbox.record([{ identifier: '4' }]);
    expect(await replay({ dryRun: true })).toEqual({ events: 3, streams: 3, heardBy: 0 });
    expect(await replay({ to: between, dryRun: true })).toMatchObject({ events: 1 });
    await eventually(() => expect(outbox.heard).toHaveLength(3));
    await replay({ from: between, platform: 'twitch' });
    await eventually(() => expect(gist(outbox.heard.slice(3))).toEqual(['on 3']));
  });

  it('reads more than a page, each event once, and asks for a turn before each', async () => {
    const rows = Array.from({ length: 250 }, (_, i) => ({ id: randomUUID(), sequence: BigInt(i + 1) }));
    const published = { platform: 'twitch', direction: 'online', createdAt: new Date(), publishedAt: new Date() };
    await outbox.record(rows.map((_, i) => ({ identifier: `${i}` })));
    await outbox.database.batch.createMany({ data: rows.map((row) => ({ ...row, ...published, epoch: 'e' })) });
    await outbox.database.$executeRaw`
      UPDATE change SET state = 'published', batch_id = b.id FROM batch b WHERE change.identifier = (b.sequence - 1)::text`;
    let turns = 0;
    const turn = async (): Promise<number> => {
      turns += 1;
      return 0;
    };
    expect(await replay({}, { turn })).toEqual({ events: 250, streams: 250, heardBy: 1 });
    await eventually(() => expect(outbox.heard).toHaveLength(250));
    expect(outbox.heard.map((event) => Number(event.Metadata.Sequence))).toEqual(rows.map((_, i) => i + 1));
    expect(turns).toBe(250);
  });
});

describe('a shard with tallylight/client', () => {
  it('that had everything is told nothing again', async () => {
    const { told, start } = await listen();
    await start();
    await publish({ identifier: '1' }, { identifier: '2' });
    await publish({ identifier: '1', direction: 'offline' });
    await eventually(() => expect(told).toEqual(['online 1,2', 'offline 1']));
    await replay();
    await publish({ identifier: '3' });
    await eventually(() => expect(told).toEqual(['online 1,2', 'offline 1', 'online 3']));
  });

  it('that was away for longer than the log reaches is told what it lacks, once, and goes on', async () => {
    const { told, start } = await listen();
    const first = await start();
    await publish({ identifier: '1' });
    await eventually(() => expect(told).toEqual(['online 1']));
    await first.stop();
    await publish({ identifier: '2' });
    await publish({ identifier: '2', direction: 'offline' });
    await publish({ identifier: '3' });
    await outbox.redis.xtrim(LOG_KEY, 'MAXLEN', 1);
    await start();
    await eventually(() => expect(told).toEqual(['online 1', 'online 3']));
    for (let again = 0; again < 2; again += 1) await replay();
    await publish({ identifier: '4' });
    await eventually(() => expect(told.at(-1)).toBe('online 4'));
    expect(told).toEqual(['online 1', 'online 3', 'online 2 again', 'offline 2 again', 'online 4']);
  });
});

describe('tallylight replay', () => {
  const run = async (...args: string[]) => {
    const servers = {
      DATABASE_URL: outbox.tables.as.tallylight,
      REDIS_URL: outbox.server.as.tallylight,
      NO_COLOR: '1',
    };
    const program = spawnTallylight(['replay', ...args], servers);
    const code = await program.exited;
    return { code, out: program.stdout(), err: program.stderr() };
  };

  it('says how much it would be, does it, and says who heard it', async () => {
    await publish({ identifier: '1' });
    await eventually(() => expect(outbox.heard).toHaveLength(1));
    const dry = await run('--from', '2h', '--dry-run');
    expect(dry).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^1 events with 1 streams, from .*not published/),
    });
    expect(outbox.heard).toHaveLength(1);
    const done = await run('--from', '2h', '--json');
    expect(JSON.parse(done.out)).toMatchObject({ events: 1, streams: 1, heardBy: 1, dryRun: false });
    await eventually(() => expect(outbox.heard[1]?.Metadata).toMatchObject({ Repeat: true, Sequence: '1' }));
    const none = await run('--from', '2001-09-26T10:00+02:00', '--to', '2001-09-26 10:00');
    expect(none.out).toContain('0 events with 0 streams, from 2001-09-26 08:00:00 to 2001-09-26 10:00:00: nothing');
  });

  it('refuses what is no span of time', async () => {
    expect(await run('--from', 'yesterday')).toMatchObject({ code: 2, err: expect.stringContaining('is no moment') });
    expect(await run('--from', '1h', '--to', '2h')).toMatchObject({
      code: 2,
      err: expect.stringContaining('not before'),
    });
  });
});
