import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIVE_KEY, LOG_KEY } from '../../src/shared/contracts/channels.ts';
import { eventually } from '../support/eventually.ts';
import { gist, type Outbox, openOutbox, sequences } from '../support/outbox.ts';

let outbox: Outbox;
beforeEach(async () => {
  outbox = await openOutbox({ maxStreams: 3 });
});
afterEach(() => outbox.close());

const later = (): Date => new Date(Date.now() + 3_600_000);
const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);

describe('what leaves', () => {
  it('publishes what is due, once, and says so in the tables, the log and the snapshot', async () => {
    await outbox.record([{ identifier: '1' }, { identifier: '2' }]);
    await outbox.flusher().flush('twitch', []);
    await outbox.flusher().flush('twitch', []);
    await eventually(() => expect(gist(outbox.heard)).toEqual(['on 1,2']));
    expect(await outbox.logged()).toEqual([{ id: '1-0', event: outbox.heard[0] }]);
    expect(await outbox.live()).toEqual(['twitch/1', 'twitch/2']);
    expect(await outbox.states()).toEqual(['published', 'published']);
    const batch = await outbox.database.batch.findFirstOrThrow();
    expect(outbox.heard[0]?.Metadata).toMatchObject({ EventId: batch.id, Sequence: '1', Epoch: batch.epoch });
    expect(await outbox.log.position()).toEqual({ epoch: batch.epoch, sequence: '1' });
  });

  it('leaves alone what is not due and what belongs to another platform', async () => {
    await outbox.record([
      { identifier: '1', lane: 'normal', dueAt: later() },
      { platform: 'youtube', identifier: '2' },
    ]);
    await outbox.flusher().flush('twitch', []);
    expect(await outbox.states()).toEqual(['waiting', 'waiting']);
  });

  it('publishes a change that somebody wants now although it is not due', async () => {
    const [change] = await outbox.record([{ identifier: '1', lane: 'normal', dueAt: later() }]);
    await outbox.flusher().flush('twitch', [change?.id ?? 0n]);
    expect(await outbox.states()).toEqual(['published']);
  });

  it('takes along everything that waits of the same key, in the order it happened', async () => {
    await outbox.record([
      { identifier: '1', broadcastId: 'a', direction: 'offline', lane: 'normal', dueAt: later() },
      { identifier: '2', broadcastId: 'x', direction: 'offline', lane: 'normal', dueAt: later() },
      { identifier: '1', broadcastId: 'b' },
    ]);
    await outbox.flusher().flush('twitch', []);
    await eventually(() => expect(gist(outbox.heard)).toEqual(['off a', 'on b']));
    expect(await outbox.states()).toEqual(['published', 'waiting', 'published']);
  });

  it('lets urgent keys leave before a long queue of normal ones', async () => {
    const queue = Array.from({ length: 70 }, (_, i) => ({ identifier: `n${i}`, lane: 'normal' as const }));
    await outbox.record([...queue, { identifier: 'urgent' }]);
    await outbox.flusher().flush('twitch', []);
    await eventually(() => expect(outbox.heard.flatMap((event) => event.Streams)).toHaveLength(71));
    expect(outbox.heard[0]?.Streams.map((stream) => stream.VideoId)).toContain('urgent');
  });

  it('keeps what a broadcast was called, whatever it was called', async () => {
    const title = '"],"Sequence":"9","Epoch":"x" \\ \u2028 配信 {} 1e400 😀';
    await outbox.record([{ identifier: '1', title }]);
    await outbox.flusher().flush('twitch', []);
    await eventually(() => expect(outbox.heard[0]?.Streams[0]?.VideoTitle).toBe(title));
    expect(JSON.parse((await outbox.redis.hget(LIVE_KEY, 'twitch/1')) ?? '')).toEqual(outbox.heard[0]?.Streams[0]);
  });
});

describe('what stays silent', () => {
  it('suppresses a start that is no news any more, and its end, at once and later', async () => {
    await outbox.record([
      { identifier: '1', broadcastId: 'a', happenedAt: hoursAgo(7) },
      { identifier: '1', broadcastId: 'a', direction: 'offline' },
      { identifier: '2', broadcastId: 'b', happenedAt: hoursAgo(7) },
    ]);
    await outbox.flusher().flush('twitch', []);
    await outbox.record([{ identifier: '2', broadcastId: 'b', direction: 'offline' }]);
    await outbox.flusher().flush('twitch', []);
    expect(await outbox.states()).toEqual(['too-old', 'too-old', 'too-old', 'silent-online']);
    expect(await outbox.logged()).toEqual([]);
    expect(await outbox.metrics.registry.getSingleMetricAsString('tallylight_changes_suppressed_total')).toContain(
      'reason="silent-online"} 1',
    );
  });

  it('publishes a start that ended while it waited as the pair it was', async () => {
    await outbox.record([{ identifier: '1' }, { identifier: '1', direction: 'offline' }]);
    await outbox.flusher().flush('twitch', []);
    await eventually(() => expect(gist(outbox.heard)).toEqual(['on 1', 'off 1']));
    expect(await outbox.live()).toEqual([]);
  });
});

describe('how much at once', () => {
  it('merges 1,000 changes into as few events as their size allows, numbered without a hole', async () => {
    const large = await openOutbox({ maxStreams: 100 });
    try {
      await large.record(
        Array.from({ length: 1_000 }, (_, i) => ({ identifier: `${i}`, direction: i % 4 ? 'online' : 'offline' })),
      );
      await large.flusher().flush('twitch', []);
      await eventually(() => expect(large.heard).toHaveLength(8 + 3));
      expect(sequences(large.heard)).toEqual(Array.from({ length: 11 }, (_, i) => i + 1));
      expect(Math.max(...large.heard.map((event) => event.Streams.length))).toBe(100);
      expect(new Set(large.heard.flatMap((event) => event.Streams.map((stream) => stream.VideoId))).size).toBe(1_000);
      expect(new Set(await large.states())).toEqual(new Set(['published']));
    } finally {
      await large.close();
    }
  });

  it('works off more than one pass can take', async () => {
    await outbox.record(Array.from({ length: 200 }, (_, i) => ({ identifier: `${i}` })));
    await outbox.flusher().flush('twitch', []);
    await eventually(() => expect(outbox.heard).toHaveLength(67));
  });

  it('publishes each change once when two processes flush at once', async () => {
    await outbox.record(Array.from({ length: 100 }, (_, i) => ({ identifier: `${i % 40}`, broadcastId: `${i}` })));
    const [one, other] = [outbox.flusher(), outbox.flusher()];
    await Promise.all([1, 2, 3].flatMap(() => [one.flush('twitch', []), other.flush('twitch', [])]));
    await outbox.flusher().flush('twitch', []);
    const logged = (await outbox.logged()).map(({ event }) => event);
    expect(
      logged.flatMap((event) => event.Streams.map((stream) => Number(stream.VideoId))).sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(sequences(logged)).toEqual(logged.map((_, i) => i + 1));
  });

  it('numbers the events of platforms that flush at once without a hole', async () => {
    const platforms = ['youtube', 'twitch', 'twitter', 'twitcasting'] as const;
    await outbox.record(
      platforms.flatMap((platform) => Array.from({ length: 20 }, (_, i) => ({ platform, identifier: `${i}` }))),
    );
    await Promise.all(platforms.map((platform) => outbox.flusher().flush(platform, [])));
    const logged = (await outbox.logged()).map(({ event }) => event);
    expect(logged).toHaveLength(4 * 7);
    expect(sequences(logged)).toEqual(logged.map((_, i) => i + 1));
    expect(new Set(logged.map((event) => event.Metadata.Epoch)).size).toBe(1);
  });
});

describe('when a step is cut off', () => {
  const pair = [{ identifier: '1' }, { identifier: '1', direction: 'offline' }] as const;
  const crash = (): never => {
    throw new Error('killed here');
  };

  it('publishes an event that was formed, as it was formed, before anything newer', async () => {
    await outbox.record(pair);
    const publisher = { ...outbox.publisher, publish: crash };
    await outbox.flusher().restore();
    // Who is killed takes nothing apart.
    const changes = { ...outbox.changes, takeApart: async () => undefined };
    await expect(outbox.flusher({ changes, publisher }).flush('twitch', [])).rejects.toThrow('killed here');
    const formed = await outbox.database.batch.findMany({ orderBy: { id: 'asc' } });
    await outbox.record([{ identifier: '2' }]);
    await outbox.flusher().flush('twitch', []);
    await eventually(() => expect(gist(outbox.heard)).toEqual(['on 1', 'off 1', 'on 2']));
    expect(outbox.heard.slice(0, 2).map((event) => event.Metadata.EventId)).toEqual(formed.map((batch) => batch.id));
  });

  it('does not publish again what was published but not marked', async () => {
    await outbox.record(pair);
    await expect(outbox.flusher({ log: { ...outbox.log, settle: crash } }).flush('twitch', [])).rejects.toThrow(
      'killed here',
    );
    expect(await outbox.states()).toEqual(['waiting', 'waiting']);
    await outbox.flusher().flush('twitch', []);
    expect(await outbox.states()).toEqual(['published', 'published']);
    expect(gist((await outbox.logged()).map(({ event }) => event))).toEqual(['on 1', 'off 1']);
    expect(await outbox.live()).toEqual([]);
    expect(await outbox.database.batch.findMany({ select: { sequence: true }, orderBy: { id: 'asc' } })).toEqual([
      { sequence: 1n },
      { sequence: 2n },
    ]);
  });

  it('marks what was published before a failure in the middle, and goes on after it', async () => {
    await outbox.record(pair);
    await outbox.flusher().restore();
    let calls = 0;
    const publish: typeof outbox.publisher.publish = (...args) =>
      ++calls === 2 ? crash() : outbox.publisher.publish(...args);
    await expect(outbox.flusher({ publisher: { ...outbox.publisher, publish } }).flush('twitch', [])).rejects.toThrow();
    expect(await outbox.states()).toEqual(['published', 'waiting']);
    await outbox.flusher().flush('twitch', []);
    expect(gist((await outbox.logged()).map(({ event }) => event))).toEqual(['on 1', 'off 1']);
  });

  it('repeats an event under the same EventId when Redis forgot that it was published', async () => {
    await outbox.record([{ identifier: '1' }]);
    await expect(outbox.flusher({ log: { ...outbox.log, settle: crash } }).flush('twitch', [])).rejects.toThrow(
      'killed here',
    );
    await outbox.redis.flushall();
    await outbox.flusher().flush('twitch', []);
    await eventually(() => expect(gist(outbox.heard)).toEqual(['on 1', 'on 1']));
    const [first, second] = outbox.heard.map((event) => event.Metadata);
    expect(second?.EventId).toBe(first?.EventId);
    expect(second?.Epoch).not.toBe(first?.Epoch);
  });
});

describe('when Redis lost what was written to it', () => {
  it('starts a new epoch and brings the snapshot back after it was emptied', async () => {
    await outbox.record([{ identifier: '1' }, { identifier: '2' }, { identifier: '2', direction: 'offline' }]);
    await outbox.flusher().flush('twitch', []);
    const before = await outbox.log.position();
    await outbox.redis.flushall();
    await outbox.record([{ platform: 'youtube', identifier: '3' }]);
    await outbox.flusher().flush('youtube', []);
    const logged = await outbox.logged();
    expect(logged.map(({ id, event }) => [id, ...gist([event])])).toEqual([['1-0', 'on 3']]);
    expect(logged[0]?.event.Metadata.Epoch).not.toBe(before?.epoch);
    expect(await outbox.live()).toEqual(['twitch/1', 'youtube/3']);
  });

  it('starts a new epoch when it came back with older data', async () => {
    const old = await openOutbox({ appendOnly: true });
    try {
      await old.record([{ identifier: '1' }]);
      await old.flusher().flush('twitch', []);
      const [epoch, sequence, log] = await Promise.all([
        old.redis.get('{streams}.epoch'),
        old.redis.get('{streams}.sequence'),
        old.redis.dumpBuffer(LOG_KEY),
      ]);
      await old.record([{ identifier: '2' }, { identifier: '1', direction: 'offline' }]);
      await old.flusher().flush('twitch', []);
      await old.server.restart({ empty: true });
      await old.redis.mset({ '{streams}.epoch': epoch ?? '', '{streams}.sequence': sequence ?? '' });
      await old.redis.hset(LIVE_KEY, 'twitch/1', '{}');
      await old.redis.restore(LOG_KEY, 0, log ?? '');
      await old.record([{ identifier: '3' }]);
      await old.flusher().flush('twitch', []);
      const logged = await old.logged();
      expect(logged.map(({ id, event }) => [id, ...gist([event])])).toEqual([['1-0', 'on 3']]);
      expect(logged[0]?.event.Metadata.Epoch).not.toBe(epoch);
      expect(await old.live()).toEqual(['twitch/2', 'twitch/3']);
    } finally {
      await old.close();
    }
  });

  it('keeps out of the snapshot what was never sent: of a channel the second broadcast would be told before the first', async () => {
    await outbox.record([{ identifier: '0' }]);
    await outbox.flusher().flush('twitch', []);
    await outbox.redis.flushall();
    await outbox.record([
      { identifier: '1', broadcastId: 'a' },
      { identifier: '1', broadcastId: 'a', direction: 'offline' },
      { identifier: '1', broadcastId: 'b' },
    ]);
    const snapshots: string[][] = [];
    const restore: typeof outbox.publisher.restore = (known, live, options) => {
      snapshots.push(live.map(({ VideoId }) => VideoId));
      return outbox.publisher.restore(known, live, options);
    };
    await outbox.flusher({ publisher: { ...outbox.publisher, restore } }).flush('twitch', []);
    expect(snapshots).toEqual([['0']]);
    expect(gist((await outbox.logged()).map(({ event }) => event))).toEqual(['on a', 'off a', 'on b']);
    expect(await outbox.live()).toEqual(['twitch/0', 'twitch/b']);
  });

  it('takes what was never sent for waiting when Redis fails in between, and keeps what may be out as it is', async () => {
    await outbox.flusher().restore();
    await outbox.record([{ identifier: '1' }, { identifier: '1', direction: 'offline' }]);
    const lost: typeof outbox.publisher.publish = async (...args) => {
      await outbox.publisher.publish(...args);
      throw new Error('connection lost');
    };
    const publisher = { ...outbox.publisher, publish: lost };
    await expect(outbox.flusher({ publisher }).flush('twitch', [])).rejects.toThrow('connection lost');
    const formed = await outbox.database.batch.findMany();
    expect(formed.map(({ direction }) => direction)).toEqual(['online']);
    await outbox.flusher().flush('twitch', []);
    const events = (await outbox.logged()).map(({ event }) => event);
    expect(gist(events)).toEqual(['on 1', 'off 1']);
    expect(events[0]?.Metadata.EventId).toBe(formed[0]?.id);
  });

  it('goes on counting after a restart that kept everything', async () => {
    const kept = await openOutbox({ appendOnly: true });
    try {
      await kept.record([{ identifier: '1' }]);
      await kept.flusher().flush('twitch', []);
      await kept.redis.bgrewriteaof();
      await kept.server.restart();
      await kept.record([{ identifier: '2' }]);
      await kept.flusher().flush('twitch', []);
      const logged = await kept.logged();
      expect(logged.map(({ id, event }) => [id, ...gist([event])])).toEqual([
        ['1-0', 'on 1'],
        ['2-0', 'on 2'],
      ]);
      expect(new Set(logged.map(({ event }) => event.Metadata.Epoch)).size).toBe(1);
    } finally {
      await kept.close();
    }
  });

  it('starts a new epoch when the log knows more than its counter', async () => {
    await outbox.record([{ identifier: '1' }]);
    await outbox.flusher().flush('twitch', []);
    await outbox.redis.xadd(LOG_KEY, '7-0', 'event', '{}');
    await outbox.record([{ identifier: '2' }]);
    await outbox.flusher().flush('twitch', []);
    expect((await outbox.logged()).map(({ id, event }) => [id, ...gist([event])])).toEqual([['1-0', 'on 2']]);
  });
});

describe('restore', () => {
  it('tells what it would repair and repairs it when asked to', async () => {
    await outbox.record([{ identifier: '1' }, { identifier: '2' }]);
    const { flush, restore } = outbox.flusher();
    await flush('twitch', []);
    await outbox.redis.hdel(LIVE_KEY, 'twitch/1');
    await outbox.redis.hset(LIVE_KEY, { 'twitch/2': '{}', 'twitch/9': '{}' });
    const wrong = ['twitch/1', 'twitch/2', 'twitch/9'];
    const told = await restore({ dryRun: true });
    expect([...told.repaired].sort()).toEqual(wrong);
    expect(await outbox.live()).toEqual(['twitch/2', 'twitch/9']);
    expect([...(await restore()).repaired].sort()).toEqual(wrong);
    expect(await restore()).toEqual({ newEpoch: null, repaired: [] });
    expect(await outbox.live()).toEqual(['twitch/1', 'twitch/2']);
  });

  it('does not bring back what was published as over but not marked', async () => {
    await outbox.record([{ identifier: '1' }, { identifier: '1', direction: 'offline' }]);
    const settle = (): never => {
      throw new Error('killed here');
    };
    await expect(outbox.flusher({ log: { ...outbox.log, settle } }).flush('twitch', [])).rejects.toThrow('killed here');
    await outbox.flusher().restore();
    expect(await outbox.live()).toEqual([]);
    expect(await outbox.states()).toEqual(['published', 'published']);
  });

  it('keeps in the snapshot what may be out already though it is not marked: no shard is told that it went off', async () => {
    await outbox.record([{ identifier: '1' }]);
    await outbox.flusher().flush('twitch', []);
    await outbox.record([{ identifier: '2' }]);
    const settle = (): never => {
      throw new Error('killed here');
    };
    await expect(outbox.flusher({ log: { ...outbox.log, settle } }).flush('twitch', [])).rejects.toThrow('killed here');
    await outbox.redis.flushall();
    await outbox.flusher().restore();
    expect(await outbox.live()).toEqual(['twitch/1', 'twitch/2']);
  });

  it('keeps nothing of a broadcast whose end may be out, where the next one of its channel may be out too', async () => {
    await outbox.record([{ identifier: '1', broadcastId: 'a' }]);
    await outbox.flusher().flush('twitch', []);
    await outbox.record([
      { identifier: '1', broadcastId: 'a', direction: 'offline' },
      { identifier: '1', broadcastId: 'b' },
    ]);
    const settle = (): never => {
      throw new Error('killed here');
    };
    await expect(outbox.flusher({ log: { ...outbox.log, settle } }).flush('twitch', [])).rejects.toThrow('killed here');
    await outbox.redis.flushall();
    await outbox.flusher().restore();
    // Both in it would let a shard hear of the second one before the end of the first.
    expect(await outbox.live()).toEqual(['twitch/b']);
  });
});
