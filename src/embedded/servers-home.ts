import { createHash } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account.ts';
import { canEnter, serverAccount } from './server-account.ts';

const SYSTEM_HOME = '/var/lib/tallylight';

export interface ServersHome {
  /** Where the data of the servers is. */
  readonly home: string;
  /** Whom they run as; null for our own account. */
  readonly account: Account | null;
}

/**
 * Where the servers keep their data: in `dir`, or, where root works in a directory that the servers' account cannot
 * enter (a clone under /root), in a directory of the system that belongs to `dir`.
 * @throws when neither can be had
 */
export async function serversHome(dir: string): Promise<ServersHome> {
  const account = await serverAccount(path.join(dir, 'postgres', 'data'));
  if (await canEnter(account, dir)) return { home: dir, account };
  const home = path.join(SYSTEM_HOME, createHash('sha256').update(dir).digest('hex').slice(0, 12));
  try {
    await mkdir(home, { recursive: true });
    for (const made of [SYSTEM_HOME, home]) await chmod(made, 0o711);
  } catch (cause) {
    throw new Error(
      `Postgres does not run as root, and the account it would run as cannot enter ${dir}, nor can ${home} be made: ` +
        `move the project out of ${path.dirname(dir)}, start it as another user, or set DATABASE_URL and REDIS_URL`,
      { cause },
    );
  }
  return { home, account };
}
