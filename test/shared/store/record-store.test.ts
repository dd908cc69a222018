import { afterAll, beforeAll, expect, it } from 'vitest';
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

beforeAll(async () => {
  server = await createDatabase();
  database = openDatabase(server.url, 2);
  recordLooks = createRecordLooks({ database, batchIntervalMs: () => 1_000, lane: () => 'urgent', toStreamData });
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

async function recorded(identifier: string, ...verdicts: Verdict[]): Promise<string[]> {
  const beside = {
    identifier: `${identifier} beside`,
    id: `${identifier} beside`,
    state: 'live',
    version: null,
  } as const;
  const origin = { foundBy: 'poll', pushed: false, channel: { title: null, login: null }, stream: null } as const;
  const looks = [
    { ...origin, identifier, verdicts },
    { ...origin, identifier: beside.identifier, verdicts: [verdict(beside, 'online')] },
  ];
  await recordLooks('youtube', looks, NOW);
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
