import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const FILE = path.resolve(import.meta.dirname, '..', '..', 'deploy', 'redis-users.conf');

/** Each account of the shipped file, as an address. */
export type RedisAccounts = Readonly<Record<'admin' | 'tallylight' | 'shard' | 'viewer', string>>;

/** What an operator chooses; one for all will do here. */
const PASSWORD = randomBytes(16).toString('hex');

/** The shipped accounts with their passwords filled in, but for `default`, which is the administrator of a test's Redis. */
export function userLines(): string[] {
  const digest = createHash('sha256').update(PASSWORD).digest('hex');
  return readFileSync(FILE, 'utf8')
    .replaceAll(/\b[A-Z]+_PASSWORD_SHA256\b/g, digest)
    .split('\n')
    .filter((line) => line.startsWith('user ') && !line.startsWith('user default '));
}

export function accountUrls(url: string): RedisAccounts {
  const as = (username: string): string => Object.assign(new URL(url), { username, password: PASSWORD }).href;
  return { admin: as('admin'), tallylight: as('tallylight'), shard: as('shard'), viewer: as('viewer') };
}
