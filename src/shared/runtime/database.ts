import { Socket } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/tracking/client.ts';

export type Database = PrismaClient;

/** What runs inside `database.$transaction`. */
export type Transaction = Parameters<Parameters<Database['$transaction']>[0]>[0];

/** No statement may take longer: Postgres ends it. */
const STATEMENT_MS = 20_000;

/** A connection that says nothing for longer than any statement may take has nobody at its other end. */
const SILENCE_MS = 25_000;

/** One that is idle may end as well: the pool has given it up before. */
function socketThatTires(): Socket {
  const socket = new Socket();
  return socket.setTimeout(SILENCE_MS, () => {
    socket.destroy(new Error(`Postgres said nothing for ${SILENCE_MS / 1_000} s`));
  });
}

/** @param connections most connections this process opens */
export function openDatabase(url: string, connections = 10): Database {
  const adapter = new PrismaPg({
    connectionString: url,
    max: connections,
    // Without these a server that stopped answering would hold a caller, or its row locks, for ever.
    connectionTimeoutMillis: 5_000,
    idle_in_transaction_session_timeout: 30_000,
    statement_timeout: STATEMENT_MS,
    keepAlive: true,
    stream: socketThatTires,
  });
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 30_000 } });
}
