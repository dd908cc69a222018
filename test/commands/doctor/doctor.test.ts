import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../../src/commands/doctor/finding.ts';
import { openDatabase } from '../../../src/shared/runtime/database.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { type Environment, spawnTallylight, type Tallylight } from '../../support/processes.ts';

/** As the cluster has them: others would be seen as drift. */
const INTERVALS = { POLL_INTERVAL_TWITCH: '1s', STATE_SYNC_INTERVAL: '10m' };

let cluster: Cluster;
let all: Tallylight;

beforeAll(async () => {
  cluster = await startCluster();
  all = await cluster.run('all');
  await cluster.follow({
    platform: 'twitch',
    identifier: cluster.sim.world.addStreamer({ platform: 'twitch' }).identifier,
  });
  // Each says its name to Redis a moment after it is connected.
  await eventually(async () => expect(processesOf((await examined()).out)).toBe(EVERYBODY));
});
afterAll(() => cluster?.stop());

async function examined(args: readonly string[] = ['--json'], env: Environment = {}) {
  const servers = {
    REDIS_URL: cluster.redis.as.tallylight,
    DATABASE_URL: cluster.database.as.tallylight,
    NO_COLOR: '1',
    ...INTERVALS,
  };
  const doctor = spawnTallylight(['doctor', ...args], { ...servers, ...cluster.sim.env(), ...env });
  const code = await doctor.exited;
  return { code, out: doctor.stdout(), err: doctor.stderr() };
}

const EVERYBODY = 'running: listen 1, poll 1, flush 1, sync 1';
const processesOf = (out: string) => findings(out).find(({ check }) => check === 'processes')?.what;
const findings = (out: string) => (JSON.parse(out) as { findings: Finding[] }).findings;
const faults = (out: string): string[] =>
  findings(out)
    .filter(({ level }) => level === 'fault')
    .map(({ check, what }) => `${check}: ${what}`);

test('a cluster in good health has no fault, and no platform is asked for more than one thing', async () => {
  const before = cluster.sim.requests.count('youtube', 'channels');
  const { code, out, err } = await examined();
  expect({ faults: faults(out), code }, err).toEqual({ faults: [], code: 0 });
  const checks = [...new Set(findings(out).map(({ check }) => check))];
  expect(checks).toHaveLength(13);
  expect(findings(out).filter(({ check, level }) => check === 'credentials' && level === 'ok')).toHaveLength(4);
  expect(cluster.sim.requests.count('youtube', 'channels') - before).toBe(1);
  expect(processesOf(out)).toBe(EVERYBODY);
});

test('what is broken is found, each with what to do, and nothing is repaired by looking', async () => {
  await all.end('SIGKILL');
  const redis = new Redis(cluster.redis.url);
  const database = openDatabase(cluster.database.url, 1);
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await redis.del('tallylight:{poll-twitch}:due');
  await redis.del('tallylight:push-ingress');
  await database.setting.create({ data: { name: 'POLL_INTERVAL_TWITCH', value: 'often' } });
  await database.noticeRead.create({
    data: { tableName: 'notice_twitch', rows: 3, readAt: new Date(), doubt: 'it is empty', doubtAt: new Date() },
  });
  const env = { TWITCH_CLIENT_SECRET: 'wrong', PUBLIC_URL: 'https://tally.example' };
  await redis.del(...(await redis.keys('tallylight:{poll-twitch}:shared:*')), 'none');
  cluster.sim.faults.add({ kind: 'unauthorized', platform: 'twitcasting' });

  const { code, out } = await examined([], env);
  expect(code).toBe(1);
  expect(out).toMatch(/^fault +memory +Redis may throw jobs away.*\n +→ set maxmemory-policy noeviction/m);
  expect(out).toMatch(/^fault +processes +no process runs role flush, so nothing is published/m);
  expect(out).toMatch(/^fault +processes +no process polls twitch/m);
  expect(out).toMatch(/^fault +credentials +twitch did not answer/m);
  expect(out).toMatch(/^fault +credentials +twitcasting (did not answer|was not asked)/m);
  expect(out).toMatch(/^fault +push +no process receives what platforms push/m);
  expect(out).toMatch(/^warning +drift .*allow looks \(twitch\//m);
  expect(out).toMatch(/^warning +settings +ignored in the table of settings: POLL_INTERVAL_TWITCH/m);
  expect(out).toMatch(/^warning +neighbours +the bot's table notice_twitch is not believed: it is empty/m);
  expect(out).toMatch(/^\d+ faults, \d+ warnings$/m);
  expect(await redis.exists('tallylight:{poll-twitch}:due')).toBe(0);
  redis.disconnect();
  await database.$disconnect();
});

test('servers that are away are findings too, without a password', async () => {
  const { code, out } = await examined(['--json'], { REDIS_URL: 'redis://:open-sesame@127.0.0.1:1' });
  expect(code).toBe(1);
  expect(findings(out)).toEqual([
    {
      check: 'servers',
      level: 'fault',
      what: 'Redis at 127.0.0.1:1 cannot be reached, nothing listens there',
      todo: expect.stringContaining('start it, or correct REDIS_URL'),
    },
  ]);
  expect(out).not.toContain('open-sesame');
});
