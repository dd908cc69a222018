import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** One step of the schema, as `prisma migrate dev` wrote it. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** As Prisma computes it: sha256 of the file. */
  readonly checksum: string;
}

const PLACE = path.join('prisma', 'tracking', 'migrations');

/** All migrations, oldest first. @throws when the directory is missing or holds none */
export async function readMigrations(directory = migrationsDirectory()): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  if (names.length === 0) throw new Error(`no migrations in ${directory}`);
  return Promise.all(names.sort().map((name) => readMigration(directory, name)));
}

async function readMigration(directory: string, name: string): Promise<Migration> {
  const sql = await readFile(path.join(directory, name, 'migration.sql'), 'utf8');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

/** Beside the sources as well as beside what was built from them: the nearest one above this file. */
function migrationsDirectory(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  for (let dir = here; dir !== path.dirname(dir); dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, PLACE))) return path.join(dir, PLACE);
  }
  throw new Error(`the migrations are missing: no ${PLACE} above ${here}`);
}
