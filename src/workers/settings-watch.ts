import type { AppliedSettings, ApplySettings } from '../shared/config/live-config.ts';
import type { SettingRow } from '../shared/config/settings.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Service } from '../shared/runtime/service.ts';

export interface SettingsWatchParts {
  readonly readRows: () => Promise<SettingRow[]>;
  readonly apply: ApplySettings;
  /** Called after other values are in force. */
  readonly onChange: (changed: AppliedSettings['changed']) => void;
  readonly everyMs: number;
  readonly logger: Logger;
}

/**
 * Keeps a process at what the table of settings says. It reads the whole table each time: what counts is what the table
 * says, not who said when that it changed, so there is no signal that could be lost. While it cannot be read, the last
 * values stay in force.
 */
export function createSettingsWatch({ readRows, apply, onChange, everyMs, logger }: SettingsWatchParts): Service {
  let timer: NodeJS.Timeout | undefined;
  let checking: Promise<void> = Promise.resolve();
  let stopped = true;
  let away = false;
  let known = new Set<string>();

  async function check(): Promise<void> {
    const rows = await readRows();
    if (stopped) return;
    if (away) logger.info('settings can be read again');
    away = false;
    const { changed, faults } = apply(rows);
    logger.debug({ rows: rows.length }, 'settings read');
    tellFaults([...faults.values()]);
    if (changed.length === 0) return;
    const set = rows.filter(({ name }) => !faults.has(name)).map(({ name, value }) => [name, value]);
    logger.info({ changed, settings: Object.fromEntries(set) }, 'settings changed');
    onChange(changed);
  }

  /** Each once, not at every reading. */
  function tellFaults(faults: readonly string[]): void {
    for (const fault of faults)
      if (!known.has(fault)) logger.warn({ fault }, 'a row of the table of settings is ignored');
    known = new Set(faults);
  }

  function tellAway(error: unknown): void {
    if (!away && !stopped) logger.warn({ err: error }, 'settings cannot be read, the last ones stay in force');
    away = true;
  }

  function plan(): void {
    if (stopped) return;
    timer = setTimeout(look, everyMs);
  }

  function look(): void {
    checking = check().catch(tellAway).finally(plan);
  }

  return {
    name: 'settings-watch',
    async start() {
      if (!stopped) return;
      stopped = false;
      look();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await checking;
    },
  };
}
