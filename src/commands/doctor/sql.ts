import type { Database } from '../../shared/runtime/database.ts';

/** The first row of a question without parameters. @throws when there is none */
export async function sql<Row>(database: Database, question: string): Promise<Row> {
  const [row] = await database.$queryRawUnsafe<Row[]>(question);
  if (row === undefined) throw new Error(`Postgres answered nothing to: ${question}`);
  return row;
}
