import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { DATABASE } from './embedded-servers.ts';
import { fileExists } from './file-exists.ts';
import { postgresUrl } from './postgres-server.ts';
import { readSaved } from './saved.ts';
import { serversHome } from './servers-home.ts';

/**
 * Where the embedded Postgres of a directory answers whenever it runs. Starts nothing, and joins nobody.
 * @returns null when there never was one
 */
export async function embeddedDatabaseUrl(dir: string): Promise<string | null> {
  if (!(await fileExists(dir))) return null;
  const home = path.join((await serversHome(await realpath(dir))).home, 'postgres');
  const [password, port] = await Promise.all([readSaved(home, 'password'), readSaved(home, 'port')]);
  return password === '' || port === '' ? null : postgresUrl({ password, port: Number(port), database: DATABASE });
}
