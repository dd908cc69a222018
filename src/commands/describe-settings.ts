import type { Environment } from '../shared/config/config.ts';
import { withoutPasswords } from '../shared/config/passwords-in.ts';
import { readSettings, type SettingRow } from '../shared/config/settings.ts';
import { isLive, VARIABLES, type Variable, type VariableName } from '../shared/config/variables.ts';
import { printable } from './output.ts';

const MASK = '********';

/** What holds for one setting, and who says so. */
interface Sourced {
  /** Never a secret. */
  readonly value: string | null;
  readonly from: 'settings' | 'environment' | 'default' | 'unset';
}

/** One setting as shown. */
export interface DescribedSetting extends Sourced {
  readonly name: VariableName;
  readonly meaning: string;
  /** It may be changed while the cluster runs. */
  readonly live: boolean;
  /** When it was set with `tallylight settings`; null where it was not. */
  readonly since: Date | null;
  /** What would hold without that; null where it was not set. */
  readonly otherwise: Sourced | null;
}

/** As written, not as read: that is what an operator can find again. Rows that cannot be used are passed over. */
export function describeSettings(env: Environment, rows: readonly SettingRow[]): DescribedSetting[] {
  const { faults } = readSettings(rows);
  const set = new Map(rows.filter(({ name }) => !faults.has(name)).map((row) => [row.name, row]));
  return (Object.keys(VARIABLES) as VariableName[]).map((name) => {
    const { meaning }: Variable = VARIABLES[name];
    const otherwise = withoutSettings(name, env);
    const row = set.get(name);
    const described = { name, meaning, live: isLive(name) };
    if (!row) return { ...described, ...otherwise, since: null, otherwise: null };
    return { ...described, value: row.value, from: 'settings', since: row.updatedAt, otherwise };
  });
}

function withoutSettings(name: VariableName, env: Environment): Sourced {
  const variable: Variable = VARIABLES[name];
  const given = env[name]?.trim();
  const value = given || variable.default;
  if (value === undefined) return { value: null, from: 'unset' };
  return { value: variable.secret ? masked(value) : value, from: given ? 'environment' : 'default' };
}

/** Of a URL the password only, so that one sees which server is meant. */
function masked(secret: string): string {
  return secret.includes('://') ? withoutPasswords(secret, MASK) : MASK;
}

/** Rows of the table that are not in force, one sentence each with what to do. */
export function ignoredRows(rows: readonly SettingRow[]): string[] {
  return [...readSettings(rows).faults].map(([name, fault]) =>
    printable(`ignored in the table of settings: ${fault} (remove it with: tallylight settings unset ${name})`),
  );
}
