import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, judgeEvent, judgeLog, type LogEntry, readEntry, type Step } from '../../src/client/catch-up.ts';
import type { Position } from '../../src/client/position.ts';
import { broadcastOf } from '../../src/client/stream-change.ts';
import type { StatusEvent, StreamData } from '../../src/shared/contracts/status-events.ts';
import { stream } from './published.ts';

/** What Tallylight and Redis do, and what a shard does, in any order. */
type Act =
  | { readonly kind: 'online' | 'offline'; readonly broadcast: number; readonly heard: boolean }
  | { readonly kind: 'hear'; readonly which: number }
  | { readonly kind: 'look' | 'restart' | 'epoch' }
  | { readonly kind: 'trim'; readonly keep: number };

const BROADCASTS = 12;
const change = fc.record({
  kind: fc.constantFrom('online', 'offline'),
  broadcast: fc.nat(BROADCASTS - 1),
  heard: fc.boolean(),
});
const hear = fc.record({ kind: fc.constant('hear' as const), which: fc.nat(50) });
const simple = fc.record({ kind: fc.constantFrom('look', 'restart') });
const loss = fc.oneof(
  fc.record({ kind: fc.constant('epoch' as const) }),
  fc.record({ kind: fc.constant('trim' as const), keep: fc.nat(3) }),
);
const harmless: fc.Arbitrary<Act> = fc.oneof({ weight: 4, arbitrary: change }, { weight: 4, arbitrary: hear }, simple);
const anything: fc.Arbitrary<Act> = fc.oneof({ weight: 6, arbitrary: harmless }, { weight: 1, arbitrary: loss });

function eventOf(epoch: string, sequence: number, online: boolean, streams: StreamData[]): StatusEvent {
  return {
    Streams: streams,
    IsOnline: online,
    Platform: 'twitch',
    Timestamp: '2026-09-26T10:00:13.512Z',
    Metadata: { EventId: `${epoch}-${sequence}`, Sequence: String(sequence), Epoch: epoch, SchemaVersion: 1 },
  };
}

/** Redis with its log, the messages on their way, and a shard that keeps what it was told. */
function createWorld() {
  const [live, over] = [new Map<string, StreamData>(), new Set<string>()];
  const published: string[] = [];
  const told: string[] = [];
  let [epoch, sequence, log, onTheWay]: [number, number, StatusEvent[], StatusEvent[]] = [0, 0, [], []];
  let position: Position | null = null;
  let looks = 0;

  const move = ({ change: news, next }: Step): void => {
    for (const one of news?.streams ?? []) told.push(`${news?.direction} ${broadcastOf(one)} ${news?.source}`);
    // A position must survive being stored anywhere.
    position = JSON.parse(JSON.stringify(next)) as Position;
  };

  function look(pageSize: number): void {
    for (looks += 1; ; ) {
      const from = BigInt(position?.sequence ?? '0');
      const following = log.filter(({ Metadata }) => BigInt(Metadata.Sequence) > from).slice(0, pageSize);
      const entries: LogEntry[] = following.map((event) => ({ sequence: event.Metadata.Sequence, event }));
      const verdict = judgeLog(position, { epoch: `e${epoch}`, sequence: String(sequence), entries });
      if (verdict === 'level' || verdict === 'wait') return;
      if (verdict === 'snapshot') {
        const snapshot = { epoch: `e${epoch}`, sequence: String(sequence), live: Object.fromEntries(live) };
        for (const step of compare(position, snapshot, true)) move(step);
      }
      for (const entry of verdict === 'read' ? entries : []) {
        const step = position && readEntry(position, entry);
        if (step) move(step);
      }
    }
  }

  function receive(event: StatusEvent): void {
    const verdict = position ? judgeEvent(position, event) : ({ kind: 'look' } as const);
    if (verdict.kind === 'step') move(verdict.step);
    if (verdict.kind === 'look') look(3);
  }

  function publish(online: boolean, broadcast: number, heard: boolean): void {
    const one = stream(String(broadcast));
    const name = broadcastOf(one);
    const isPossible = online ? !live.has(name) && !over.has(name) : live.has(name);
    if (!isPossible) return;
    if (online) live.set(name, one);
    else {
      live.delete(name);
      over.add(name);
    }
    sequence += 1;
    const event = eventOf(`e${epoch}`, sequence, online, [one]);
    log.push(event);
    published.push(`${online ? 'online' : 'offline'} ${name}`);
    if (heard) onTheWay.push(event);
  }

  return {
    live,
    published,
    told,
    looks: () => looks,
    position: () => position,
    look,
    act(act: Act): void {
      if (act.kind === 'online' || act.kind === 'offline') publish(act.kind === 'online', act.broadcast, act.heard);
      // Twice, late and in any order: worse than Redis does.
      const event = act.kind === 'hear' ? onTheWay[act.which % Math.max(onTheWay.length, 1)] : undefined;
      if (event) receive(event);
      if (act.kind === 'look') look(2);
      if (act.kind === 'restart') [onTheWay, looks] = [[], looks + 1];
      if (act.kind === 'restart') look(5);
      if (act.kind === 'trim') log = log.slice(Math.max(0, log.length - act.keep));
      if (act.kind === 'epoch') [epoch, sequence, log] = [epoch + 1, 0, []];
    },
  };
}

describe('whatever is lost, late, twice or out of order', () => {
  it('each event is told once, and in order, while the log holds it', () => {
    fc.assert(
      fc.property(fc.array(harmless, { maxLength: 80 }), (acts) => {
        const world = createWorld();
        world.look(2);
        for (const act of acts) world.act(act);
        world.look(2);
        expect(world.told).toEqual(world.published.map((news) => `${news} event`));
      }),
      { numRuns: 500 },
    );
  });

  it('each broadcast goes on and off at most once, alternating, and the end is what Redis says, also when epochs and events are lost', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 80 }), (acts) => {
        const world = createWorld();
        for (const act of acts) world.act(act);
        world.look(2);
        const told = world.told.map((news) => news.split(' ').slice(0, 2).join(' '));
        expect(new Set(told).size).toBe(told.length);
        expect(told.filter((news) => !world.published.includes(news))).toEqual([]);
        for (const news of told.filter((one) => one.startsWith('offline'))) {
          expect(told.indexOf(news.replace('offline', 'online'))).toBeLessThan(told.indexOf(news));
          expect(told).toContain(news.replace('offline', 'online'));
        }
        expect(Object.keys(world.position()?.live ?? {}).sort()).toEqual([...world.live.keys()].sort());
      }),
      { numRuns: 500 },
    );
  });

  it('nothing is asked of Redis when nothing is missing', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const world = createWorld();
        world.look(2);
        const before = world.looks();
        for (const { kind, broadcast } of changes) {
          const count = world.published.length;
          world.act({ kind, broadcast, heard: true });
          if (world.published.length > count) world.act({ kind: 'hear', which: count });
        }
        expect(world.told).toHaveLength(world.published.length);
        expect(world.looks()).toBe(before);
      }),
      { numRuns: 200 },
    );
  });
});

const at = (sequence: string, live: string[] = [], ended: string[] = []): Position => ({
  ...{ epoch: 'e', sequence, ended },
  live: Object.fromEntries(live.map((id) => [`twitch/${id}`, stream(id)])),
});

describe('judging by place', () => {
  it('compares numbers beyond what JavaScript holds', () => {
    const [position, next] = [at('9007199254740992'), at('9007199254740993')];
    const event = { ...eventOf('e', 1, true, [stream('1')]) };
    const placed = { ...event, Metadata: { ...event.Metadata, Sequence: '9007199254740993' } };
    expect(judgeEvent(position, placed).kind).toBe('step');
    expect(judgeEvent(next, placed).kind).toBe('had');
  });

  it('waits where Redis has lost its epoch, or holds less than it did', () => {
    expect(judgeLog(at('5'), { epoch: null, sequence: null, entries: [] })).toBe('wait');
    expect(judgeLog(null, { epoch: null, sequence: '3', entries: [] })).toBe('wait');
    expect(judgeLog(at('5'), { epoch: 'e', sequence: '3', entries: [] })).toBe('wait');
  });

  it('passes over what nobody can read, once', () => {
    expect(readEntry(at('5'), { sequence: '6', event: null })).toEqual({ change: null, next: at('6') });
    expect(readEntry(at('5'), { sequence: '7', event: null })).toBeNull();
  });
});

describe('an event that comes again in a new epoch', () => {
  const again = (online: boolean, ids: string[]) =>
    eventOf(
      'e',
      6,
      online,
      ids.map((id) => stream(id)),
    );
  const news = (position: Position, event: StatusEvent) => {
    const verdict = judgeEvent(position, event);
    return verdict.kind === 'step'
      ? [verdict.step.change?.streams.map(({ VideoId }) => VideoId), verdict.step.next]
      : [];
  };

  it('tells only those streams that are not known to be on', () => {
    expect(news(at('5', ['1']), again(true, ['1']))).toEqual([undefined, at('6', ['1'])]);
    expect(news(at('5', ['1']), again(true, ['1', '2']))).toEqual([['2'], at('6', ['1', '2'])]);
    expect(news(at('5', [], ['twitch/1']), again(true, ['1']))).toEqual([undefined, at('6', [], ['twitch/1'])]);
  });

  it('tells only those streams that are not known to be off', () => {
    const over = at('6', [], ['twitch/1', 'twitch/2']);
    expect(news(at('5', ['2'], ['twitch/1']), again(false, ['1', '2']))).toEqual([['2'], over]);
    expect(news(at('5'), again(false, ['1']))).toEqual([undefined, at('6')]);
  });
});

describe('comparing with the snapshot', () => {
  const snapshot = (...ids: string[]) => ({ ...at('9', ids), epoch: 'f' });

  it('tells a first start nothing, or everything', () => {
    const past = { since: '10', runs: [], compared: [] };
    expect(compare(null, snapshot('1'), false)).toEqual([{ change: null, next: { ...snapshot('1'), past } }]);
    expect(compare(null, snapshot('1'), true)).toMatchObject([{ change: { direction: 'online', source: 'snapshot' } }]);
  });

  it('can be continued after a crash in between, under the same ids', () => {
    const ids = Array.from({ length: 250 }, (_, index) => String(index));
    const steps = compare(at('5', ['gone']), snapshot(...ids), false);
    expect(steps.map(({ change: news }) => [news?.direction, news?.streams.length])).toEqual([
      ['offline', 1],
      ['online', 100],
      ['online', 100],
      ['online', 50],
    ]);
    const halfway = steps[1]?.next ?? null;
    expect(halfway).toMatchObject({ epoch: 'e', sequence: '5' });
    expect(compare(halfway, snapshot(...ids), false)).toEqual(steps.slice(2));
  });

  it('does not bring back what has ended', () => {
    const [step] = compare(at('5', [], ['twitch/1']), snapshot('1'), false);
    const past = { since: '10', runs: [{ epoch: 'e', from: '1', to: '5' }], compared: [] };
    expect(step).toEqual({ change: null, next: { ...snapshot(), ended: ['twitch/1'], past } });
  });
});
