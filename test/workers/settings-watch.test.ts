import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/shared/config/config.ts';
import { createLiveConfig } from '../../src/shared/config/live-config.ts';
import { type Database, openDatabase } from '../../src/shared/runtime/database.ts';
import { createLogger } from '../../src/shared/runtime/logger.ts';
import type { Service } from '../../src/shared/runtime/service.ts';
import { createSettingStore } from '../../src/shared/store/setting-store.ts';
import { createSettingsWatch } from '../../src/workers/settings-watch.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

let server: TestDatabase;
let database: Database;
const watching: Service[] = [];

beforeAll(async () => {
  server = await createDatabase();
  database = openDatabase(server.url, 2);
});

beforeEach(async () => {
  await database.$executeRaw`TRUNCATE setting`;
});

afterEach(async () => {
  await Promise.all(watching.splice(0).map((service) => service.stop()));
});

afterAll(async () => {
  await database?.$disconnect();
  await server?.drop();
});

/** A process that follows the table, by what it logs and what is in force in it. */
async function follow() {
  const log: { msg: string; fault?: string }[] = [];
  const { config, apply } = createLiveConfig(loadConfig({ PUBLISH_RATE: '3' }));
  const changes: string[] = [];
  const watch = createSettingsWatch({
    readRows: createSettingStore(database).all,
    apply,
    onChange: (changed) => changes.push(...changed),
    everyMs: 10,
    logger: createLogger({
      ...{ level: 'info', secrets: [] },
      destination: { write: (line) => void log.push(JSON.parse(line)) },
    }),
  });
  watching.push(watch);
  await watch.start();
  return { config, changes, log, said: (text: string) => log.filter(({ msg }) => msg.includes(text)) };
}

describe('a process that runs', () => {
  it('follows what is set and unset', async () => {
    const store = createSettingStore(database);
    const { config, changes } = await follow();
    await store.set('PUBLISH_RATE', '7', new Date());
    await eventually(() => expect(config.PUBLISH_RATE).toBe(7));
    await store.unset('PUBLISH_RATE');
    await eventually(() => expect(config.PUBLISH_RATE).toBe(3));
    expect(changes).toEqual(['PUBLISH_RATE', 'PUBLISH_RATE']);
  });

  it('warns of a bad row once, and follows the others', async () => {
    const store = createSettingStore(database);
    await database.setting.create({ data: { name: 'LOG_LEVEL', value: 'loud' } });
    const { config, said } = await follow();
    await eventually(() => expect(said('is ignored')).toHaveLength(1));
    await store.set('PUBLISH_RATE', '7', new Date());
    await eventually(() => expect(config.PUBLISH_RATE).toBe(7));
    expect(said('is ignored').map(({ fault }) => fault)).toEqual([expect.stringMatching(/^LOG_LEVEL: .*got "loud"$/)]);
    expect(config.LOG_LEVEL).toBe('info');
  });

  it('keeps the last values while Postgres is away, says so once, and goes on when it is back', async () => {
    const store = createSettingStore(database);
    const { config, said } = await follow();
    await store.set('PUBLISH_RATE', '7', new Date());
    await eventually(() => expect(config.PUBLISH_RATE).toBe(7));
    await server.away(true);
    try {
      await eventually(() => expect(said('cannot be read')).toHaveLength(1));
      expect(config.PUBLISH_RATE).toBe(7);
    } finally {
      await server.away(false);
    }
    await eventually(() => expect(said('can be read again')).toHaveLength(1));
    await store.set('PUBLISH_RATE', '9', new Date());
    await eventually(() => expect(config.PUBLISH_RATE).toBe(9));
    expect(said('cannot be read')).toHaveLength(1);
  });
});
