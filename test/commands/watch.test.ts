import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { spawnTallylight, type Tallylight } from '../support/processes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let database: TestDatabase;
let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  [database, server] = await Promise.all([createDatabase(), startRedis()]);
  redis = new Redis(server.url);
  redis.on('error', () => undefined);
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all([database.drop(), server.stop()]);
});

const event = {
  Streams: [
    {
      VideoId: '316',
      ChannelId: '7',
      ChannelTitle: 'Seven\u001b[31m',
      VideoTitle: 'Singing',
      ScheduledStartTime: '2026-11-01T10:00:00.000Z',
      Platform: 'twitch',
      StreamUrl: 'https://www.twitch.tv/seven',
    },
  ],
  IsOnline: true,
  Platform: 'twitch',
  Timestamp: '2026-11-01T10:00:05.000Z',
  Metadata: { EventId: '5f1c2a52-6d3b-4b1e-9a51-0d6f5f3f0c11', Sequence: '42', Epoch: 'e', SchemaVersion: 1 },
};

async function watch(...options: string[]): Promise<Tallylight> {
  const process = spawnTallylight(['watch', ...options], {
    DATABASE_URL: database.as.tallylight,
    REDIS_URL: server.as.tallylight,
  });
  await process.waitFor(/listening to streams\.online/);
  return process;
}

describe('tallylight watch', () => {
  it('prints each stream of an event on a line, without what could steer the terminal', async () => {
    const process = await watch();
    await redis.publish('streams.online', JSON.stringify(event));
    await redis.publish('streams.offline', JSON.stringify({ ...event, IsOnline: false }));
    await process.waitFor(/offline twitch.*\n/);
    expect(process.stdout().split('\n').slice(0, 2)).toEqual([
      '2026-11-01T10:00:05.000Z online  twitch/7  Seven [31m  “Singing”  https://www.twitch.tv/seven  #42',
      '2026-11-01T10:00:05.000Z offline twitch/7  Seven [31m  “Singing”  https://www.twitch.tv/seven  #42',
    ]);
    expect(await process.end('SIGINT')).toBe(0);
  });

  it('prints events as they were published with --json', async () => {
    const process = await watch('--json');
    await redis.publish('streams.online', JSON.stringify(event, null, 2));
    await process.waitFor(/\n/);
    await process.waitFor(/Seven/);
    expect(JSON.parse(process.stdout())).toEqual(event);
    expect(await process.end()).toBe(0);
  });

  it('goes on after a message that is no event', async () => {
    const process = await watch();
    await redis.publish('streams.online', '{"streams":');
    await redis.publish('streams.online', JSON.stringify(event));
    await process.waitFor(/twitch\/7/);
    expect(process.stdout()).toMatch(/^not an event we know on streams\.online: \{"streams":$/m);
    expect(await process.end()).toBe(0);
  });

  it('says when Redis is lost, and goes on when it is back', async () => {
    const process = await watch();
    await server.kill();
    await process.waitFor(/Redis is lost; events published now are not shown/);
    await server.restart();
    await process.waitFor(/Redis is back/);
    await eventually(async () => {
      await redis.publish('streams.online', JSON.stringify(event));
      expect(process.stdout()).toMatch(/twitch\/7/);
    });
    expect(await process.end()).toBe(0);
  });
});
