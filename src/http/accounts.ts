import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../shared/config/config.ts';

/** What an account is good for: to see, or to change as well what the board lets be changed. */
export type Right = 'read' | 'change';

export interface Account {
  readonly user: string;
  readonly password: string;
  readonly right: Right;
}

type AccountSettings = Pick<Config, 'BOARD_USER' | 'BOARD_PASSWORD' | 'BOARD_READ_USER' | 'BOARD_READ_PASSWORD'>;

/** The accounts that have a password. None: only this machine is let in. */
export function accountsOf(config: AccountSettings): Account[] {
  const all = [
    { user: config.BOARD_USER, password: config.BOARD_PASSWORD, right: 'change' },
    { user: config.BOARD_READ_USER, password: config.BOARD_READ_PASSWORD, right: 'read' },
  ] as const;
  return all.flatMap(({ user, password, right }) => (password === null ? [] : [{ user, password, right }]));
}

/**
 * Whose credentials an `Authorization` header holds (Basic, RFC 7617). It is compared with every account to the end, so
 * that the time it takes tells neither how much of a guess was right nor whose it was.
 */
export function holderOf(authorization: string, accounts: readonly Account[]): Account | undefined {
  const [scheme = '', credentials = ''] = authorization.split(' ');
  const given = Buffer.from(credentials, 'base64');
  const holders = accounts.filter(({ user, password }) => isEqual(given, Buffer.from(`${user}:${password}`)));
  return scheme.toLowerCase() === 'basic' ? holders[0] : undefined;
}

/** Takes as long for a near miss as for nonsense; hashing makes the lengths equal. */
function isEqual(a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
