import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp } from '../../src/http/http.ts';
import type { Role } from '../../src/role.ts';
import { trackingStatistics } from '../../src/shared/contracts/tracking-statistics.ts';
import { dueKey, forecastKey, restKey, sickKey } from '../../src/shared/queues/keys.ts';
import { openTestContext, type TestContext } from '../support/context.ts';
import { spawnTallylight } from '../support/processes.ts';

const undo: (() => Promise<void>)[] = [];
let context: TestContext;
beforeAll(async () => {
  context = await openTestContext();
  undo.push(() => context.close());
});
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

async function serve({ roles = ['web'] as readonly Role[], password = null as string | null } = {}) {
  const config = { ...context.config, BOARD_PASSWORD: password };
  const budget = { name: 'points', limit: 800, used: 30, left: 770, resetsAt: new Date('2026-11-20T13:00:00Z') };
  const readBudgets = async () => [budget];
  const http = createHttp({ context: { ...context, config }, roles, progress: [], ready: [], readBudgets });
  await http.start();
  undo.push(() => http.stop());
  return (path: string, init?: RequestInit) => fetch(`${http.address()}${path}`, init);
}

const whole = async (response: Response) => trackingStatistics.parse(await response.json());

describe('GET /statistics', () => {
  it('says how nothing stands', async () => {
    const ask = await serve();
    const response = await ask('/statistics');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const { SchemaVersion, Platforms, OldestChange, Queues } = await whole(response);
    expect(SchemaVersion).toBe(1);
    expect(Object.keys(Platforms)).toEqual(['youtube', 'twitch', 'twitter', 'twitcasting']);
    expect(OldestChange).toBeNull();
    expect(Queues.map(({ Name }) => Name)).toContain('change');
  });

  it('says what rests and is sick, what is late, and what the budgets will come to', async () => {
    const now = Date.now();
    await context.redis.set(restKey('twitch'), 'budget-spent', 'PX', 600_000);
    await context.redis.set(sickKey('youtube'), now - 60_000);
    await context.redis.set(forecastKey('twitch'), JSON.stringify({ points: 1_200 }));
    await context.redis.zadd(dueKey('twitch'), now - 3_600_000, '7', now + 60_000, '8');
    const change = {
      platform: 'twitch',
      identifier: '7',
      lane: 'urgent',
      stream: {},
      happenedAt: new Date(now - 5_000),
    };
    await context.database.change.create({
      data: { ...change, broadcastId: 'b', direction: 'online', state: 'waiting', dueAt: new Date() },
    });
    const { Platforms, OldestChange } = await whole(await (await serve())('/statistics'));
    expect(Platforms.twitch).toMatchObject({
      Resting: { Reason: 'budget-spent' },
      Sick: null,
      ...{ DueKeys: 1, OverdueKeys: 1, WaitingChanges: 1 },
      Budgets: [{ Name: 'points', Limit: 800, Used: 30, Left: 770, ResetsAt: '2026-11-20T13:00:00Z', Forecast: 1_200 }],
      LastHour: { Online: { Poll: 1, Push: 0, Hint: 0 }, MissedByPush: 0 },
      PublishDelay: { Urgent: null, Normal: null },
    });
    expect(Platforms.twitch?.MostOverdueSeconds).toBeGreaterThanOrEqual(3_600);
    expect(Platforms.youtube?.Sick).toEqual({ Since: new Date(now - 60_000).toISOString().replace('.000Z', 'Z') });
    expect(OldestChange?.AgeSeconds).toBeGreaterThan(0);
  });

  it('is the object that the command prints', async () => {
    const program = spawnTallylight(['status', '--json'], {
      DATABASE_URL: context.databaseUrl,
      REDIS_URL: context.redisUrl,
    });
    expect(await program.exited).toBe(0);
    const printed = trackingStatistics.parse(JSON.parse(program.stdout()));
    const served = await whole(await (await serve())('/statistics'));
    const fields = (value: unknown): unknown =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name, fields(field)]))
        : typeof value;
    expect(fields(printed)).toEqual(fields(served));
    expect(printed.Platforms.twitch).toMatchObject({ DueKeys: 1, Resting: { Reason: 'budget-spent' } });
  });

  it('is for the operator only, and only with role web', async () => {
    const guarded = await serve({ password: 'correct horse' });
    expect((await guarded('/statistics')).status).toBe(401);
    const credentials = Buffer.from('operator:correct horse').toString('base64');
    const headers = { Authorization: `Basic ${credentials}` };
    expect((await guarded('/statistics', { headers })).status).toBe(200);
    expect((await (await serve({ roles: ['poll'] }))('/statistics')).status).toBe(404);
  });

  it('asks the tables once for however many who ask', async () => {
    let readings = 0;
    const config = { ...context.config, BOARD_PASSWORD: null };
    const readBudgets = async () => {
      readings += 1;
      return [];
    };
    const http = createHttp({ context: { ...context, config }, roles: ['web'], progress: [], ready: [], readBudgets });
    await http.start();
    undo.push(() => http.stop());
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${http.address()}/statistics`)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const spans = 1 + Math.floor((performance.now() - began) / 2_000); // so long an answer is good for
    expect(readings).toBeGreaterThanOrEqual(4); // once for each platform
    expect(readings).toBeLessThanOrEqual(4 * spans);
  });
});
