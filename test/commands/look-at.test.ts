import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trackingStatistics } from '../../src/shared/contracts/tracking-statistics.ts';
import { spawnTallylight } from '../support/processes.ts';
import { openTestContext, type TestContext } from '../support/context.ts';

let context: TestContext;
beforeAll(async () => {
  context = await openTestContext();
  const startedAt = new Date('2026-11-01T10:00:00Z');
  const key = { platform: 'twitch', identifier: '7' };
  await context.database.stream.createMany({
    data: [
      { ...key, guilds: 2, login: 'seven\u001b[2J' },
      { platform: 'youtube', identifier: 'UCquiet', guilds: 1, pace: 'slow' },
    ],
  });
  await context.database.broadcast.create({
    data: { ...key, broadcastId: '316', state: 'live', title: 'Singing', startedAt },
  });
});
afterAll(() => context.close());

async function run(...args: string[]) {
  const program = spawnTallylight(args, { DATABASE_URL: context.databaseUrl, REDIS_URL: context.redisUrl });
  expect(await program.exited).toBe(0);
  expect(program.stderr()).toBe('');
  return program.stdout();
}

describe('tallylight list', () => {
  it('shows each key on a line, plain when it is piped', async () => {
    const lines = (await run('list')).split('\n');
    expect(lines[0]).toMatch(/^key +name +follows +state +broadcast/);
    expect(lines[1]).toMatch(/^twitch\/7 +seven \[2J +0 +live +316 Singing +2026-11-01 10:00:00 +– +normal +–$/);
    expect(lines[2]).toMatch(/^youtube\/UCquiet +– +0 +offline .* slow +–$/);
    expect(lines[4]).toBe('2 keys');
  });

  it('shows what is on air, or one platform', async () => {
    expect(await run('list', '--live')).not.toContain('UCquiet');
    expect(await run('list', '--platform', 'youtube')).not.toContain('twitch/7');
    expect(await run('list', '--platform', 'twitter')).toContain('No key is tracked');
  });

  it('prints an array as JSON, an empty one too', async () => {
    const keys = JSON.parse(await run('list', '--json', '--live'));
    expect(keys).toMatchObject([{ platform: 'twitch', identifier: '7', state: 'live', broadcast: { id: '316' } }]);
    expect(JSON.parse(await run('list', '--json', '--platform', 'twitter'))).toEqual([]);
  });
});

describe('tallylight status', () => {
  it('shows each platform and queue on a line', async () => {
    const text = await run('status');
    expect(text).toMatch(/^twitch +1 +0 +1 +/m);
    expect(text).toMatch(/^change +0 +0 +0 +0$/m);
    expect(text).toContain('rejects not replayed: 0');
  });

  it('prints an object as JSON', async () => {
    expect(trackingStatistics.parse(JSON.parse(await run('status', '--json')))).toMatchObject({
      Platforms: { twitch: { Keys: 1, Live: 1, Resting: null }, youtube: { Keys: 1, Live: 0 } },
      Rejects: 0,
    });
  });
});

/** Runs last: it makes the schedulers that the keys lack. */
describe('tallylight reconcile', () => {
  it('tells with --dry-run what it would repair, and changes nothing', async () => {
    const text = await run('reconcile', '--dry-run');
    expect(text).toMatch(/^start polling +twitch\/7$/m);
    expect(text).toMatch(/^start polling +youtube\/UCquiet$/m);
    expect(text).toMatch(/\d+ to repair; nothing was changed\n$/);
    expect(await run('reconcile', '--dry-run')).toBe(text);
  });

  it('repairs, and finds nothing more to repair', async () => {
    const repairs = JSON.parse(await run('reconcile', '--json'));
    expect(repairs).toContainEqual({ what: 'start polling', key: 'twitch/7' });
    expect(await run('reconcile')).toBe('everything agrees with the tables\n');
    expect(JSON.parse(await run('reconcile', '--dry-run', '--json'))).toEqual([]);
    expect(await run('status')).toMatch(/^poll-twitch +0 +0 +1 +0$/m);
  });
});
