import { readMigrations } from '../../shared/store/migrations.ts';
import { type Judged, ok, type Patient, warning } from './finding.ts';

export async function checkSchema({ context: { database } }: Patient): Promise<readonly Judged[]> {
  const applied = await database.$queryRaw<{ name: string }[]>`
    SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL
    ORDER BY 1`;
  return judgeSchema(
    applied.map(({ name }) => name),
    (await readMigrations()).map(({ name }) => name),
  );
}

/** @param known the migrations of this program, all of which are applied by now */
export function judgeSchema(applied: readonly string[], known: readonly string[]): readonly Judged[] {
  const newer = applied.filter((name) => !known.includes(name));
  if (newer.length === 0) return [ok(`the tables are of this version (${known.at(-1)})`)];
  return [
    warning(
      `the tables are of a newer version (${newer.join(', ')})`,
      'upgrade this program too; until then it works on as it is',
    ),
  ];
}
