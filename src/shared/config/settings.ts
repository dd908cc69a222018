import { readValue } from './read-value.ts';
import { isLive, isVariable, type LiveName, type ValueOf } from './variables.ts';

/** A setting as the table keeps it. */
export interface SettingRow {
  readonly name: string;
  /** As it would be written in the environment. */
  readonly value: string;
  readonly updatedAt: Date;
}

/** What was set while the cluster runs, of each name that was. */
export type SettingValues = { readonly [N in LiveName]?: ValueOf<N> };

export interface ReadSettings {
  readonly values: SettingValues;
  /** Why the other rows are ignored, by name. */
  readonly faults: ReadonlyMap<string, string>;
}

/** Reads rows that anybody may have written, by hand or with another version. What is wrong is ignored, never thrown. */
export function readSettings(rows: readonly Pick<SettingRow, 'name' | 'value'>[]): ReadSettings {
  const values: Partial<Record<LiveName, unknown>> = {};
  const faults = new Map<string, string>();
  for (const { name, value: text } of rows) {
    const { value, fault } = isLive(name) ? readValue(name, text) : { value: null, fault: refusal(name) };
    if (fault !== null) faults.set(name, fault);
    else if (isLive(name)) values[name] = value;
  }
  return { values: values as SettingValues, faults };
}

/** Why a name cannot be set while the cluster runs, and what to do instead. */
export function refusal(name: string): string {
  if (!isVariable(name)) {
    return `${name}: there is no such setting; "tallylight settings get" shows those that can be changed`;
  }
  return `${name}: cannot be changed while the cluster runs, because a process reads it once, at its start; change it in the environment of every process and start them again`;
}
