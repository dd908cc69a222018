import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { query } from './servers.ts';

const TABLES = ['stream', 'follow', 'broadcast', 'change', 'batch'];

/** What the tables say in the end, for whoever looks for the reason of a difference: they are gone with their server. */
export async function saveTables(url: string, out: string): Promise<void> {
  for (const table of TABLES) {
    const rows = await query<{ row: unknown }>(url, `SELECT to_jsonb(t) AS row FROM "${table}" t`);
    await writeFile(path.join(out, `${table}.jsonl`), rows.map(({ row }) => `${JSON.stringify(row)}\n`).join(''));
  }
}
