import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/tracking/client.ts';

export type Database = PrismaClient;

/** What runs inside `database.$transaction`. */
export type Transaction = Parameters<Parameters<Database['$transaction']>[0]>[0];

/** @param connections most connections this process opens */
export function openDatabase(url: string, connections = 10): Database {
  const adapter = new PrismaPg({
    connectionString: url,
    max: connections,
    // Without these a server that stopped answering would hold a caller, or its row locks, for ever.
    connectionTimeoutMillis: 5_000,
    idle_in_transaction_session_timeout: 30_000,
    statement_timeout: 60_000,
    keepAlive: true,
  });
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 30_000 } });
}
