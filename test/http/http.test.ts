import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restKey } from '../../src/shared/queues/keys.ts';
import { QUEUE_NAMES } from '../../src/shared/queues/names.ts';
import { eventually } from '../support/eventually.ts';
import { openServedHttp, type ServedHttp } from '../support/served-http.ts';

let served: ServedHttp;
beforeAll(async () => {
  served = await openServedHttp();
});
afterAll(() => served?.close());

describe('every process', () => {
  it('is ready while Redis, Postgres and its services answer', async () => {
    const { ask } = await served.serve({ roles: ['poll'] });
    const health = await eventually(async () => {
      const response = await ask('/readyz');
      expect(response.status).toBe(200);
      return response.json();
    });
    const checks = ['redis', 'postgres', 'services'].map((name) => ({ name, ok: true }));
    expect(health).toEqual({ ok: true, checks });
  });

  it('reports on /livez that its work does not get on', async () => {
    const { ask } = await served.serve({ roles: ['poll'], poll: { ok: false, reason: 'no look for 5 min' } });
    const response = await ask('/livez');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ checks: [{ name: 'poll', reason: 'no look for 5 min' }] });
  });

  it('shows neither board nor status page without role web', async () => {
    const { ask } = await served.serve({ roles: ['listen', 'poll', 'flush', 'sync'] });
    expect((await ask('/board')).status).toBe(404);
    expect((await ask('/')).status).toBe(404);
  });
});

describe('/metrics', () => {
  it('counts what the tables and queues of the whole cluster hold', async () => {
    await served.context.database.stream.createMany({
      data: [
        { platform: 'twitch', identifier: '1', guilds: 1 },
        { platform: 'twitch', identifier: '2', guilds: 2 },
        { platform: 'twitch', identifier: '3', guilds: 0 },
      ],
    });
    const follow = { platform: 'twitch', channelId: '9', saidAt: new Date(), source: 'event' };
    await served.context.database.follow.createMany({
      data: ['10', '11', '12'].map((guildId) => ({ ...follow, guildId, identifier: '1' })),
    });
    const live = { platform: 'twitch', broadcastId: 'b1', identifier: '1', state: 'live' };
    await served.context.database.broadcast.create({ data: live });
    await served.context.redis.set(restKey('youtube'), 'quota is spent', 'PX', 3_600_000);
    await served.openQueue('upkeep').add('cleanup', {});
    const { ask } = await served.serve({ roles: ['poll'] });
    const text = await (await ask('/metrics')).text();
    expect(text).toContain('tallylight_keys{platform="twitch"} 2\n');
    expect(text).toContain('tallylight_follows{platform="twitch"} 3\n');
    expect(text).toContain('tallylight_live{platform="twitch"} 1\n');
    expect(text).toContain('tallylight_live{platform="youtube"} 0\n');
    expect(text).toContain('tallylight_overdue_keys{platform="twitch"} 0\n');
    expect(text).toContain('tallylight_oldest_change_seconds 0\n');
    expect(text).toContain('tallylight_platform_resting{platform="youtube"} 1\n');
    expect(text).toContain('tallylight_budget_left{platform="twitch",budget="points"} 770\n');
    expect(text).toContain('tallylight_queue_jobs{queue="upkeep",state="waiting"} 1\n');
  });

  it('is text as Prometheus reads it, with a help line for each metric', async () => {
    const { ask } = await served.serve({ roles: ['poll'] });
    const response = await ask('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toMatch(/^# HELP tallylight_keys .+\n# TYPE tallylight_keys gauge$/m);
  });
});

describe('the status page', () => {
  it('shows every platform and queue, and links to the board', async () => {
    const { ask } = await served.serve();
    const page = await (await ask('/')).text();
    for (const name of ['youtube', 'twitch', 'twitter', 'twitcasting', ...QUEUE_NAMES]) expect(page).toContain(name);
    expect(page).toContain('href="/board"');
    expect(page).toContain('href="/statistics"');
    expect(page).toContain('points: 770 of 800');
  });

  it('shows markup from outside as text', async () => {
    await served.context.redis.set(restKey('twitter'), '<script>alert(1)</script>', 'PX', 3_600_000);
    const { ask } = await served.serve();
    const page = await (await ask('/')).text();
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script>');
  });
});

/** Runs last: it takes Redis away. */
describe('without Redis', () => {
  it('every process says that it is not ready, and still shows its own metrics', async () => {
    const { ask } = await served.serve({ roles: ['poll'] });
    await served.context.server.kill();
    await eventually(async () => {
      const response = await ask('/readyz');
      expect(response.status).toBe(503);
      const { checks } = (await response.json()) as { checks: object[] };
      expect(checks[0]).toMatchObject({ name: 'redis', ok: false });
      expect(checks[1]).toEqual({ name: 'postgres', ok: true });
    });
    const text = await (await ask('/metrics')).text();
    expect(text).toContain('# HELP tallylight_polls_total');
    expect(text).not.toContain('tallylight_keys{');
    expect(text).not.toMatch(/^tallylight_oldest_change_seconds /m);
  });
});
