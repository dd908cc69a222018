import { isDeepStrictEqual } from 'node:util';
import { type Config, perPlatformOf } from './config.ts';
import { readSettings, type ReadSettings, type SettingRow, type SettingValues } from './settings.ts';
import { LIVE_NAMES, type LiveName } from './variables.ts';

export interface AppliedSettings extends Pick<ReadSettings, 'faults'> {
  /** The names whose value is another one than before. */
  readonly changed: readonly LiveName[];
}

/** Puts what the table says in force, in place of all that it said before. */
export type ApplySettings = (rows: readonly Pick<SettingRow, 'name' | 'value'>[]) => AppliedSettings;

export interface LiveConfig {
  /** One object for the life of the process, whose live settings are always the ones in force. */
  readonly config: Config;
  readonly apply: ApplySettings;
}

/**
 * Settings that change while the process runs: the table before the environment before the default.
 * @param given what environment and defaults say
 */
export function createLiveConfig<C extends Config>(given: C): LiveConfig & { readonly config: C } {
  let settings: SettingValues = {};
  const values = { ...given };
  for (const name of LIVE_NAMES) {
    Object.defineProperty(values, name, { enumerable: true, get: () => settings[name] ?? given[name] });
  }
  const config = Object.assign(values, perPlatformOf(values));

  return {
    config,
    apply(rows) {
      const { values: next, faults } = readSettings(rows);
      const before = new Map(LIVE_NAMES.map((name) => [name, config[name]]));
      settings = next;
      const changed = LIVE_NAMES.filter((name) => !isDeepStrictEqual(before.get(name), config[name]));
      return { changed, faults };
    },
  };
}
