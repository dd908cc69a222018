import pg from 'pg';
import { connectionCode, networkReason, type ServerFault, serverAddress, tlsReason } from './server-fault.ts';

/** As long as one that works has to answer: a machine that is busy lets nobody in quickly. */
const CONNECT_WITHIN_MS = 15_000;

/** Connects once. @returns what is wrong, or null when the database can be used */
export async function reachPostgres(url: string): Promise<ServerFault | null> {
  try {
    await ask(url);
    return null;
  } catch (error) {
    return toFault(url, error);
  }
}

/** The client is made in here since it reads the files that the URL names, such as `sslrootcert`. */
async function ask(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  client.on('error', () => undefined); // the query that meets it rejects
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}

function toFault(url: string, error: unknown): ServerFault {
  const code = connectionCode(error);
  const where = `Postgres at ${serverAddress(url, 5432)}`;
  const [user, database] = [new URL(url).username, new URL(url).pathname.slice(1)];
  if (code === '28P01' || code === '28000') {
    return { kind: 'settings', message: `${where} refuses the account "${user}": correct DATABASE_URL` };
  }
  if (code === '3D000') {
    return { kind: 'settings', message: `${where} has no database "${database}": create it, or correct DATABASE_URL` };
  }
  if (code === 'ENOENT' || code === 'EACCES') {
    const { path: file = '' } = error as NodeJS.ErrnoException;
    return { kind: 'settings', message: `DATABASE_URL names ${file}, which cannot be read: correct sslrootcert in it` };
  }
  const distrust = tlsReason(error);
  if (distrust) {
    return { kind: 'settings', message: `${where} is not trusted, ${distrust}: correct that, or DATABASE_URL` };
  }
  const reason = networkReason(code) ?? (error instanceof Error ? error.message : String(error));
  const remedy = 'start it, or correct DATABASE_URL (unset, an embedded one is used)';
  return { kind: 'away', message: `${where} cannot be reached, ${reason}: ${remedy}` };
}
