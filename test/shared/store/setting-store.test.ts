import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/shared/runtime/database.ts';
import { createSettingStore } from '../../../src/shared/store/setting-store.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await createDatabase();
  database = openDatabase(server.url, 4);
});

beforeEach(async () => {
  await database.$executeRaw`TRUNCATE setting`;
});

afterAll(async () => {
  await database?.$disconnect();
  await server?.drop();
});

it('keeps the last value of each name, and when it was set', async () => {
  const store = createSettingStore(database);
  await store.set('PUBLISH_RATE', '5', new Date('2026-11-01T00:00:00Z'));
  await store.set('LOG_LEVEL', 'debug', new Date('2026-11-02T00:00:00Z'));
  await store.set('PUBLISH_RATE', '7', new Date('2026-11-03T00:00:00Z'));
  expect(await store.all()).toEqual([
    { name: 'LOG_LEVEL', value: 'debug', updatedAt: new Date('2026-11-02T00:00:00Z') },
    { name: 'PUBLISH_RATE', value: '7', updatedAt: new Date('2026-11-03T00:00:00Z') },
  ]);
});

it('says whether there was anything to unset', async () => {
  const store = createSettingStore(database);
  await store.set('PUBLISH_RATE', '5', new Date());
  expect([await store.unset('PUBLISH_RATE'), await store.unset('PUBLISH_RATE')]).toEqual([true, false]);
  expect(await store.all()).toEqual([]);
});

it('bears two who set the same name at once', async () => {
  const store = createSettingStore(database);
  await Promise.all(['1', '2', '3', '4'].map((value) => store.set('PUBLISH_RATE', value, new Date())));
  expect(await store.all()).toHaveLength(1);
});
