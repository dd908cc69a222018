import { createConnection } from 'mariadb';
import { connectionCode, networkReason, type ServerFault, serverAddress } from '../runtime/server-fault.ts';
import { connectionOptions } from './notice-database.ts';

/** Connects once. @returns what is wrong, or null when the bot's database can be used */
export async function reachNotices(url: string): Promise<ServerFault | null> {
  const misuse = urlFault(url);
  if (misuse !== null) return { kind: 'settings', message: `NOTICE_DATABASE_URL: ${misuse}` };
  try {
    const connection = await createConnection(connectionOptions(url));
    connection.on('error', () => undefined); // the question that meets it is asked by somebody else
    await connection.end();
    return null;
  } catch (error) {
    return toFault(url, error);
  }
}

function urlFault(url: string): string | null {
  const { pathname, searchParams } = new URL(url);
  if (pathname.length < 2) return 'expected the name of the database at its end, mysql://USER:PASSWORD@HOST:3306/NAME';
  const isUnderstood = [...searchParams].every(([name, value]) => name === 'ssl' && value === 'true');
  return isUnderstood ? null : 'expected ?ssl=true, or nothing, behind the name of the database';
}

/** https://mariadb.com/kb/en/mariadb-error-codes/ */
const [NO_SUCH_DATABASE, NO_ACCESS_TO_DATABASE] = [1049, 1044];
const REFUSED_ACCOUNT = [1045, 1698, 1524];

function toFault(url: string, error: unknown): ServerFault {
  const { username, pathname } = new URL(url);
  const { errno, sqlMessage, message } = error as { errno?: number; sqlMessage?: string | null; message?: string };
  const where = `the bot's database at ${serverAddress(url, 3306)}`;
  if (REFUSED_ACCOUNT.includes(errno ?? 0)) {
    return { kind: 'settings', message: `${where} refuses the account "${username}": correct NOTICE_DATABASE_URL` };
  }
  if (errno === NO_SUCH_DATABASE) {
    return {
      kind: 'settings',
      message: `${where} has no database "${pathname.slice(1)}": correct NOTICE_DATABASE_URL`,
    };
  }
  if (errno === NO_ACCESS_TO_DATABASE) {
    const remedy = `GRANT SELECT ON ${pathname.slice(1)}.* TO '${username}'@'%'`;
    return { kind: 'settings', message: `${where} does not let "${username}" read "${pathname.slice(1)}": ${remedy}` };
  }
  const reason = networkReason(connectionCode(error)) ?? sqlMessage ?? message ?? String(error);
  return { kind: 'away', message: `${where} cannot be reached, ${reason}: start it, or correct NOTICE_DATABASE_URL` };
}
