import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const DEPLOY = path.resolve(import.meta.dirname, '..', '..', 'deploy');

/** Each account of the shipped file, as an address. */
export type RedisAccounts = Readonly<Record<'admin' | 'tallylight' | 'shard' | 'viewer', string>>;

/** What an operator chooses; one for all will do here. */
export const PASSWORD = randomBytes(16).toString('hex');

/** The shipped accounts with their passwords filled in, but for `default`, which is the administrator of a test's Redis. */
export function userLines(file = 'redis-users.conf'): string[] {
  const digest = createHash('sha256').update(PASSWORD).digest('hex');
  return readFileSync(path.join(DEPLOY, file), 'utf8')
    .replaceAll(/\b[A-Z]+_PASSWORD_SHA256\b/g, digest)
    .split('\n')
    .filter((line) => line.startsWith('user ') && !line.startsWith('user default '));
}

export function accountUrls(url: string): RedisAccounts {
  const as = (username: string): string => Object.assign(new URL(url), { username, password: PASSWORD }).href;
  return { admin: as('admin'), tallylight: as('tallylight'), shard: as('shard'), viewer: as('viewer') };
}

/** What REDIS_URL is for several servers. @param master as the sentinels call it */
export function severalHosts(
  kind: 'cluster' | 'sentinel',
  servers: readonly { readonly port: number }[],
  master = '',
): RedisAccounts {
  const hosts = servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const as = (user: string): string => `redis+${kind}://${user}:${PASSWORD}@${hosts}${master && `/${master}`}`;
  return { admin: as('admin'), tallylight: as('tallylight'), shard: as('shard'), viewer: as('viewer') };
}
