import type { SettingRow } from '../shared/config/settings.ts';
import { reachPostgres } from '../shared/runtime/reach-postgres.ts';

export interface StoredSettings {
  readonly rows: readonly SettingRow[];
  /** Why they could not be read; null when they were. */
  readonly unread: string | null;
}

/** Reads the table of settings without making anything: a database that has no tables yet has no settings. */
export async function readStoredSettings(databaseUrl: string): Promise<StoredSettings> {
  const fault = await reachPostgres(databaseUrl);
  if (fault !== null) return { rows: [], unread: fault.message };
  // Loaded when it is needed: the client costs a second of CPU, which those without a database need not pay.
  const { openDatabase } = await import('../shared/runtime/database.ts');
  const { createSettingStore } = await import('../shared/store/setting-store.ts');
  const database = openDatabase(databaseUrl, 1);
  try {
    return { rows: await createSettingStore(database).all(), unread: null };
  } catch (error) {
    if ((error as { code?: string }).code === NO_SUCH_TABLE) return { rows: [], unread: null };
    return { rows: [], unread: error instanceof Error ? error.message : String(error) };
  } finally {
    await database.$disconnect();
  }
}

/** Prisma's code for it. */
const NO_SUCH_TABLE = 'P2021';
