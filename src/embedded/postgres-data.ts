import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account.ts';
import { fileExists } from './file-exists.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { runProgram } from './run-program.ts';
import { savedSecret } from './saved.ts';
import { serverAccount } from './server-account.ts';

export interface PostgresPlaces {
  /** Directory of its data, password and log; made when it is not there. All parents can be traversed by the account. */
  readonly home: string;
  /** Where to copy the programs when the account cannot reach them. */
  readonly copyBinariesTo: string;
}

/** A data directory and what is needed to start a server on it. */
export interface PreparedPostgres {
  readonly bin: string;
  readonly home: string;
  readonly account: Account | null;
  readonly password: string;
}

/**
 * Finds the programs, and makes the data directory where there is none.
 * @throws a sentence that says what is missing or was refused
 */
export async function preparePostgres({ home, copyBinariesTo }: PostgresPlaces): Promise<PreparedPostgres> {
  await mkdir(home, { recursive: true, mode: 0o755 });
  const account = await serverAccount(path.join(home, 'data'));
  if (account) await chown(home, account.uid, account.gid);
  const bin = await postgresBinaries(account, copyBinariesTo);
  const password = await savedSecret(home, 'password', account);
  const prepared = { bin, home, account, password };
  await initialise(prepared);
  return prepared;
}

/** Makes the data directory under another name first: one that was broken off, or still goes on, is in nobody's way. */
async function initialise({ bin, home, account }: PreparedPostgres): Promise<void> {
  const data = path.join(home, 'data');
  if (await fileExists(path.join(data, 'PG_VERSION'))) return;
  const unfinished = `${data}-${randomBytes(4).toString('hex')}`;
  await runProgram({
    command: path.join(bin, 'initdb'),
    args: [
      ...['-D', unfinished, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${path.join(home, 'password')}`],
      ...['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    ],
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin' },
    account,
  });
  await rename(unfinished, data);
  await removeBrokenOff(home);
}

async function removeBrokenOff(home: string): Promise<void> {
  const names = (await readdir(home)).filter((name) => name.startsWith('data-'));
  for (const name of names) await rm(path.join(home, name), { recursive: true, force: true });
}
