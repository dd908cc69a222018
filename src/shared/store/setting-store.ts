import type { SettingRow } from '../config/settings.ts';
import type { Database } from '../runtime/database.ts';

/** What was set while the cluster runs: the one place that every process reads. */
export function createSettingStore(database: Database) {
  return {
    /** Every row, whoever wrote it and whatever it says. */
    all: (): Promise<SettingRow[]> => database.setting.findMany({ orderBy: { name: 'asc' } }),

    async set(name: string, value: string, now: Date): Promise<void> {
      const row = { value, updatedAt: now };
      await database.setting.upsert({ where: { name }, create: { name, ...row }, update: row });
    },

    /** @returns false when there was none */
    async unset(name: string): Promise<boolean> {
      const { count } = await database.setting.deleteMany({ where: { name } });
      return count > 0;
    },
  };
}

export type SettingStore = ReturnType<typeof createSettingStore>;
