import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/shared/runtime/database.ts';
import {
  createRejectStore,
  isWhole,
  MAX_REJECTS,
  type NewReject,
  type RejectStore,
} from '../../../src/shared/store/reject-store.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';

let home: TestDatabase;
let database: Database;
let store: RejectStore;

beforeAll(async () => {
  home = await createDatabase();
  database = openDatabase(home.url, 2);
  store = createRejectStore(database);
});
afterAll(async () => {
  await database.$disconnect();
  await home.drop();
});
beforeEach(async () => {
  await database.$executeRaw`TRUNCATE reject`;
});

function reject(payload: Buffer | string, size?: number): NewReject {
  const raw = Buffer.from(payload);
  return {
    channel: 'stream.follow',
    reason: 'because',
    payload: raw,
    size: size ?? raw.length,
    receivedAt: new Date(),
  };
}

test('the newest comes first and can be had by its id', async () => {
  await store.keep([reject('one'), reject('two')]);
  const [newest, oldest] = await store.list(10);
  expect([newest?.payload, oldest?.payload]).toEqual(['two', 'one']);
  expect(await store.get(oldest?.id ?? 0n)).toMatchObject({ payload: 'one', reason: 'because', replayedAt: null });
  expect(await store.get(999_999n)).toBeNull();
});

test('a replayed one says so', async () => {
  await store.keep([reject('one')]);
  const [kept] = await store.list(1);
  await store.markReplayed(kept?.id ?? 0n, new Date('2026-09-26T10:00:00Z'));
  expect(await store.list(1)).toMatchObject([{ replayedAt: new Date('2026-09-26T10:00:00Z') }]);
});

test.each([
  ['ordinary text', reject('{"a":"名取"}'), true],
  ['a message cut short', reject('x'.repeat(8_192), 300_000), false],
  ['a message longer than is kept', reject('x'.repeat(9_000)), false],
  ['a NUL', reject('a\u0000b'), false],
  ['a truncated character, as long in text as in bytes', reject(Buffer.from([0x61, 0xf0, 0x9f, 0x98])), false],
  ['a cut message with just as many bytes missing as its mark has', reject('x'.repeat(8_192), 8_195), false],
])('%s is kept, and whether it is whole is known', async (_name, given, whole) => {
  await store.keep([given]);
  const [kept] = await store.list(1);
  expect(kept && isWhole(kept)).toBe(whole);
  expect(kept?.size).toBe(given.size);
});

test('only so many are kept, the newest', async () => {
  await database.$executeRaw`
    INSERT INTO reject (channel, reason, payload, size) SELECT 'stream.follow', 'old', n::text, 1 FROM generate_series(1, ${MAX_REJECTS}) n`;
  await store.keep([reject('newest'), reject('newest of all')]);
  expect(await store.count()).toBe(MAX_REJECTS);
  expect((await store.list(1))[0]?.payload).toBe('newest of all');
  expect(await database.reject.findFirst({ where: { payload: { in: ['1', '2'] } } })).toBeNull();
});
