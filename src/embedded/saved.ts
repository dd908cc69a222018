import { randomBytes } from 'node:crypto';
import { chown, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account.ts';

/** A small file of a server's home; empty when there is none. */
export async function readSaved(home: string, name: string): Promise<string> {
  const text = await readFile(path.join(home, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new Error(`cannot read ${path.join(home, name)}: ${error.message}; was Tallylight run by another user?`);
  });
  return text.trim();
}

/** The server's random password: made once, readable by its account alone. */
export async function savedSecret(home: string, name: string, account: Account | null): Promise<string> {
  const saved = await readSaved(home, name);
  if (saved !== '') return saved;
  const secret = randomBytes(18).toString('base64url');
  const file = path.join(home, name);
  await writeFile(file, secret, { mode: 0o600 });
  if (account) await chown(file, account.uid, account.gid);
  return secret;
}
