import { afterEach, expect, test } from 'vitest';
import { emptyRedis, type Servers, startServersWith, type SeveralRedis } from '../../chaos/servers.ts';
import { openConnectionAt } from '../../src/shared/redis/open-connection.ts';

const KEY = '{streams}.said';
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function started(kind: SeveralRedis['kind']) {
  const servers = await startServersWith(kind, () => undefined);
  undo.push(() => servers.end());
  const redis = openConnectionAt(servers.redis.url, KEY, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined); // it finds the next master
  undo.push(() => redis.disconnect());
  return { redis, several: severalOf(servers) };
}

function severalOf({ redis }: Servers<Servers['redis'] | SeveralRedis>): SeveralRedis {
  if (redis.kind === 'single') throw new Error('asked for several');
  return redis;
}

test.each([
  ['sentinel', 1],
  ['cluster', 3],
] as const)(
  '%s: a master is lost as often as wanted, another one has what it had, and all can be emptied',
  async (kind, masters) => {
    const { redis, several } = await started(kind);
    await redis.set(KEY, 'before');
    // What its replica does not have yet is lost with a master.
    await redis.call('WAIT', '1', '0');
    const first = await several.masters();
    expect(first).toHaveLength(masters);
    await several.failOver();
    const second = await several.masters();
    expect(second.filter((url) => !first.includes(url))).toHaveLength(1);
    expect(await redis.get(KEY)).toBe('before');
    await several.failOver();
    expect(await several.masters()).not.toEqual(second);
    await emptyRedis(several);
    expect(await redis.get(KEY)).toBeNull();
  },
);
