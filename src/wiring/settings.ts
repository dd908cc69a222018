import type { Context } from '../context.ts';
import type { Service } from '../shared/runtime/service.ts';
import { createSettingStore } from '../shared/store/setting-store.ts';
import { createSettingsWatch } from '../workers/settings-watch.ts';

/** How soon a process follows a setting that was changed. The table has a few rows at most. */
const SETTINGS_WATCH_MS = 2_000;

/** What every process needs to follow settings that are changed while it runs. Everything else reads `config`. */
export function wireSettings({ config, applySettings, database, logger }: Context): Service {
  return createSettingsWatch({
    readRows: createSettingStore(database).all,
    apply: applySettings,
    onChange: (changed) => {
      if (changed.includes('LOG_LEVEL')) logger.level = config.LOG_LEVEL;
    },
    everyMs: SETTINGS_WATCH_MS,
    logger,
  });
}
