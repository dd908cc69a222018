import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toStreamData } from '../../../src/shared/contracts/status-events.ts';
import type { KnownBroadcast } from '../../../src/shared/domain/broadcast.ts';
import type { JudgedChange, Verdict } from '../../../src/shared/domain/verdict.ts';
import { type Database, openDatabase } from '../../../src/shared/runtime/database.ts';
import { createRecordLooks, type RecordLooks } from '../../../src/shared/store/record-store.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';

const NOW = new Date('2026-11-01T10:00:00Z');
let server: TestDatabase;
let database: Database;
let recordLooks: RecordLooks;
/** What was logged. */
const said: string[] = [];

beforeAll(async () => {
  server = await createDatabase();
  database = openDatabase(server.url, 2);
  recordLooks = createRecordLooks({
    ...{ database, batchIntervalMs: () => 1_000, lane: () => 'urgent', toStreamData },
    logger: pino({ level: 'error' }, { write: (line: string) => said.push(line) }),
  });
});
afterAll(async () => {
  await database.$disconnect();
  await server.drop();
});

type Judged = Pick<KnownBroadcast, 'identifier' | 'id' | 'state'> & Pick<Verdict, 'version'>;

function verdict({ identifier, id, state, version }: Judged, ...directions: JudgedChange['direction'][]): Verdict {
  const times = { scheduledStart: null, startedAt: NOW, endedAt: state === 'ended' ? NOW : null, missingSince: null };
  const changes = directions.map((direction) => ({ direction, broadcastId: id, happenedAt: NOW, silent: null }));
  return {
    version,
    changes,
    next: { identifier, id, state, title: id, rootId: null, misses: 0, details: {}, ...times },
  };
}

const origin = {
  version: 0,
  foundBy: 'poll',
  pushed: false,
  channel: { title: null, login: null },
  stream: null,
} as const;

async function recorded(identifier: string, ...verdicts: Verdict[]): Promise<string[]> {
  const beside = {
    identifier: `${identifier} beside`,
    id: `${identifier} beside`,
    state: 'live',
    version: null,
  } as const;
  const looks = [
    { ...origin, identifier, verdicts },
    { ...origin, identifier: beside.identifier, verdicts: [verdict(beside, 'online')] },
  ];
  await recordLooks('youtube', looks, NOW);
  return changesOf(identifier);
}

async function changesOf(identifier: string): Promise<string[]> {
  const rows = await database.change.findMany({ where: { identifier }, orderBy: { id: 'asc' } });
  return rows.map(({ direction, broadcastId }) => `${direction} ${broadcastId}`);
}

it('records nothing of what comes after a change that another look was quicker to record', async () => {
  const a = { identifier: '1', id: 'a' };
  const b = verdict({ identifier: '1', id: 'b', state: 'live', version: null }, 'online');
  expect(await recorded('1', verdict({ ...a, state: 'live', version: null }, 'online'))).toEqual(['online a']);
  // A look that began before that was recorded takes the first one for a broadcast that nobody has seen.
  const stale = verdict({ ...a, state: 'ended', version: null }, 'online', 'offline');
  expect(await recorded('1', stale, b)).toEqual(['online a']);
  const judgedAgain = verdict({ ...a, state: 'ended', version: 0 }, 'offline');
  expect(await recorded('1', judgedAgain, b)).toEqual(['online a', 'offline a', 'online b']);
});

it('records what came before it, and what is known of other keys', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map(
    (id) => ({ identifier: '2', id: `2 ${id}`, state: 'live', version: null }) as const,
  );
  if (!a || !b || !c) throw new Error('there are three');
  await recorded('2', verdict(b, 'online'));
  expect(await recorded('2', verdict(a, 'online'), verdict(b, 'online'), verdict(c, 'online'))).toEqual([
    'online 2 b',
    'online 2 a',
  ]);
  expect(await database.change.count({ where: { identifier: '2 beside' } })).toBe(1);
});

describe('two looks that began when the same was known', () => {
  const live = (identifier: string, id: string, version: number | null) =>
    ({ identifier, id, state: 'live', version }) as const;
  const tracked = (identifier: string) => database.stream.create({ data: { platform: 'youtube', identifier } });
  const look = (identifier: string, version: number, verdicts: readonly Verdict[]) =>
    recordLooks('youtube', [{ ...origin, identifier, version, verdicts }], NOW);

  it('tell of the newer broadcast only, when the look that saw the older one is the slower', async () => {
    await tracked('3');
    const newer = await look('3', 0, [verdict(live('3', '3 b', null), 'online')]);
    const older = await look('3', 0, [verdict(live('3', '3 a', null), 'online')]);
    expect([newer.late, older.late]).toEqual([new Set(), new Set(['3'])]);
    expect(await changesOf('3')).toEqual(['online 3 b']);
  });

  it('leave a return under a new id to the next look, when one of them has just missed the first id', async () => {
    await tracked('4');
    await look('4', 0, [verdict(live('4', '4 a', null), 'online')]);
    const missed = verdict(live('4', '4 a', 0));
    await look('4', 1, [{ ...missed, next: { ...missed.next, missingSince: NOW, misses: 1 } }]);
    const [old, fresh] = [verdict(live('4', '4 a', 0)), verdict(live('4', '4 b', null))];
    await look('4', 1, [
      { ...old, next: { ...old.next, state: 'continued' } },
      { ...fresh, next: { ...fresh.next, rootId: '4 a' } },
    ]);
    // With both open, the first would be told to be over, though it goes on.
    const open = await database.broadcast.findMany({ where: { identifier: '4', state: 'live' } });
    expect(open.map(({ broadcastId }) => broadcastId)).toEqual(['4 a']);
  });

  it('count both, when the first one had nothing to say', async () => {
    await tracked('5');
    await look('5', 0, []);
    const said = await look('5', 0, [verdict(live('5', '5 a', null), 'online')]);
    expect(said.late).toEqual(new Set());
    expect(await changesOf('5')).toEqual(['online 5 a']);
  });

  it('keep the facts of the quicker one', async () => {
    await tracked('6');
    await look('6', 0, [verdict(live('6', '6 a', null), 'online')]);
    const facts = { title: 'old', login: null, pace: 'slow', settled: [], goneCount: 0, quarantinedAt: null } as const;
    const stream = { ...facts, lastLiveAt: null };
    const { late } = await recordLooks('youtube', [{ ...origin, identifier: '6', verdicts: [], stream }], NOW);
    expect(late).toEqual(new Set(['6']));
    const row = await database.stream.findFirstOrThrow({ where: { identifier: '6' } });
    expect(row).toMatchObject({ title: null, pace: 'normal', version: 1 });
  });
});

/** Each as a platform might send it one day: a value that no column of ours takes. */
it.each([
  { what: 'an id that is too long', verdicts: [{ id: 'x'.repeat(65) }] },
  { what: 'a number beyond all numbers', verdicts: [{ misses: 3_000_000_000 }] },
  { what: 'a time beyond all calendars', verdicts: [{ startedAt: new Date(8.64e15) }] },
  { what: 'one broadcast twice', verdicts: [{ id: 'twice' }, { id: 'twice' }] },
])(
  'one key of many with what Postgres refuses, $what, keeps none of the others out, and the log names it',
  async (bad) => {
    said.length = 0;
    const keys = Array.from({ length: 50 }, (_, number) => `${bad.what} ${number}`);
    const rotten = keys[17] ?? '';
    const stream = { title: 'seen', login: null, pace: 'fast', settled: [], goneCount: 0 } as const;
    await database.stream.createMany({
      data: keys.map((identifier) => ({ platform: 'youtube', identifier, guilds: 1 })),
    });
    const records = keys.map((identifier) => {
      const whole = verdict({ identifier, id: identifier, state: 'live', version: null }, 'online');
      const verdicts = bad.verdicts.map((over) => ({ ...whole, next: { ...whole.next, ...over } }));
      return {
        ...{ ...origin, identifier, stream: { ...stream, quarantinedAt: null, lastLiveAt: null } },
        verdicts: identifier === rotten ? verdicts : [whole],
      };
    });
    const { changes } = await recordLooks('youtube', records, NOW);
    const healthy = keys.filter((identifier) => identifier !== rotten);
    expect(changes.map(({ identifier }) => identifier).sort()).toEqual([...healthy].sort());
    const named = { platform: 'youtube', identifier: { in: keys } };
    expect(await database.broadcast.count({ where: named })).toBe(healthy.length);
    expect(await database.stream.count({ where: { ...named, title: 'seen' } })).toBe(healthy.length);
    expect(said.map((line) => JSON.parse(line))).toMatchObject([{ platform: 'youtube', identifier: rotten }]);
  },
);

it('what is no fault of a row is thrown', async () => {
  const away = openDatabase(server.url.replace(/\/test_\w+/, '/nowhere'), 1);
  const record = createRecordLooks({
    ...{ database: away, batchIntervalMs: () => 1_000, lane: () => 'urgent', toStreamData },
    logger: pino({ level: 'error' }, { write: (line: string) => said.push(line) }),
  });
  said.length = 0;
  const whole = verdict({ identifier: '9', id: '9', state: 'live', version: null }, 'online');
  const looks = ['8', '9'].map((identifier) => ({ ...origin, identifier, verdicts: [whole] }));
  await expect(record('youtube', looks, NOW)).rejects.toThrow();
  expect(said).toEqual([]);
  await away.$disconnect();
});
