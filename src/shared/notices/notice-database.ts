import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import type { ConnectionConfig } from 'mariadb';
import { PrismaClient } from '../../generated/notices/client.ts';

export type NoticeDatabase = PrismaClient;

/** What runs inside `database.$transaction`. */
export type NoticeTransaction = Parameters<Parameters<NoticeDatabase['$transaction']>[0]>[0];

/** How long a connection may take to come about, in ms. */
export const CONNECT_WITHIN_MS = 5_000;

/** How long the server may say nothing while we wait for it. */
const SILENCE_MS = 30_000;

/** One table, however long, is read in one transaction. */
const TABLE_WITHIN_MS = 10 * 60_000;

/** Where the bot's database is, as the driver wants to know it. `?ssl=true` demands a certificate that we trust. */
export function connectionOptions(url: string): ConnectionConfig {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const isEncrypted = searchParams.get('ssl') === 'true';
  return {
    host: hostname.replace(/^\[|\]$/g, '') || 'localhost',
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    connectTimeout: CONNECT_WITHIN_MS,
    socketTimeout: SILENCE_MS,
    keepAliveDelay: 10_000,
    // We have no business writing there, whatever the account is allowed to.
    initSql: 'SET SESSION TRANSACTION READ ONLY',
    ...(isEncrypted
      ? { ssl: { rejectUnauthorized: true } }
      : // MySQL 8 asks for it on a connection that is not encrypted, unless it remembers the account.
        { allowPublicKeyRetrieval: true }),
  };
}

/**
 * Opens the bot's database for one piece of work, over one connection, and closes it whatever comes of it: between two
 * reads it is left alone.
 */
export async function withNoticeDatabase<T>(url: string, work: (database: NoticeDatabase) => Promise<T>): Promise<T> {
  const adapter = new PrismaMariaDb({
    ...connectionOptions(url),
    connectionLimit: 1,
    acquireTimeout: CONNECT_WITHIN_MS,
  });
  const database = new PrismaClient({
    adapter,
    transactionOptions: { maxWait: 2 * CONNECT_WITHIN_MS, timeout: TABLE_WITHIN_MS },
  });
  try {
    return await work(database);
  } finally {
    await database.$disconnect();
  }
}
