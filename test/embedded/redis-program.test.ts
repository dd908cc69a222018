import { afterEach, expect, test } from 'vitest';
import { findRedis } from '../../src/embedded/redis-program.ts';

const before = process.env.PATH;

afterEach(() => {
  process.env.PATH = before;
});

test('where there is no Redis and no way to get one, it says what to do', async () => {
  process.env.PATH = '/nonexistent';
  const search = findRedis({ unpackInto: '/nonexistent/redis', onProgress: () => undefined });
  await expect(search).rejects.toThrow(/no redis-server on the PATH.*set REDIS_URL/);
});
