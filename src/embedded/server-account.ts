import { stat } from 'node:fs/promises';
import type { Account } from './account.ts';
import { runProgram, succeeds } from './run-program.ts';

/**
 * Postgres refuses to run as root. Root lets the owner of `data` run it, or `postgres`, or `nobody`.
 * @param data the server's data directory, which need not exist
 * @returns null when we are not root: then our own account does
 * @throws when there is no such account
 */
export async function serverAccount(data: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(data).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    if (uid !== null && gid !== null) return { uid, gid };
  }
  throw new Error(
    'Postgres does not run as root, and this system has neither an account "postgres" nor "nobody" to run it as: ' +
      'start Tallylight as another user, or set DATABASE_URL',
  );
}

/** Whether the account can enter a directory, that is, may traverse all its parents. */
export function canEnter(account: Account | null, dir: string): Promise<boolean> {
  return succeeds({ command: '/bin/sh', args: ['-c', 'cd "$1"', 'sh', dir], account });
}

function idOf(which: '-u' | '-g', name: string): Promise<number | null> {
  return runProgram({ command: 'id', args: [which, name] }).then(Number, () => null);
}
