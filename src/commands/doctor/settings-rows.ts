import { createSettingStore } from '../../shared/store/setting-store.ts';
import { ignoredRows } from '../describe-settings.ts';
import { counted, type Judged, ok, type Patient, warning } from './finding.ts';

export async function checkSettings({ context: { database } }: Patient): Promise<readonly Judged[]> {
  const rows = await createSettingStore(database).all();
  const ignored = ignoredRows(rows);
  if (ignored.length === 0) return [ok(`${counted(rows.length, 'setting')} changed while running, all in force`)];
  return ignored.map((line) => warning(line, 'see all of them: tallylight settings get'));
}
