import type { Context } from '../context.ts';
import { createDueKeys } from '../shared/queues/due-keys.ts';
import type { Service } from '../shared/runtime/service.ts';
import { createSettingStore } from '../shared/store/setting-store.ts';
import { createSettingsWatch } from '../workers/settings-watch.ts';

/** How soon a process follows a setting that was changed. The table has a few rows at most. */
const SETTINGS_WATCH_MS = 2_000;

/** What every process needs to follow settings that are changed while it runs. Everything else reads `config`. */
export function wireSettings({ config, applySettings, database, redis, logger }: Context): Service {
  /** A spent quota lets the platform rest until midnight. Each process says it: until it knew, it may have begun the rest anew. */
  const askAgain = (): void => {
    createDueKeys(redis, 'youtube')
      .endRest()
      .catch((err: unknown) => logger.warn({ platform: 'youtube', err }, 'the rest of a platform cannot be ended'));
  };
  return createSettingsWatch({
    readRows: createSettingStore(database).all,
    apply: applySettings,
    onChange: (changed) => {
      if (changed.includes('LOG_LEVEL')) logger.level = config.LOG_LEVEL;
      if (changed.includes('YOUTUBE_DAILY_UNITS')) askAgain();
    },
    everyMs: SETTINGS_WATCH_MS,
    logger,
  });
}
