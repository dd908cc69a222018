import { Command } from 'commander';
import { type Config, type Environment, loadConfig } from '../shared/config/config.ts';
import { VARIABLES, type Variable, type VariableName } from '../shared/config/variables.ts';
import { print, printJson, printTable } from './output.ts';

const MASK = '********';

/** One setting as shown: where it comes from, and never a secret. */
interface Setting {
  readonly name: string;
  readonly value: string | null;
  readonly from: 'environment' | 'default' | 'unset';
  readonly meaning: string;
}

export function configCommand(): Command {
  return new Command('config')
    .description('Shows every setting in force and where it comes from; secrets are masked. Opens nothing.')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ tallylight config
  $ POLL_INTERVAL_TWITCH=30s tallylight config --json`,
    )
    .action((options: { json?: true }) => {
      const config = loadConfig(process.env);
      const settings = describeSettings(process.env);
      if (options.json) return printJson({ settings, platforms: config.platforms });
      show(config, settings);
    });
}

function show({ platforms }: Config, settings: readonly Setting[]): void {
  printTable(
    ['setting', 'value', 'from', 'meaning'],
    settings.map(({ name, value, from, meaning }) => [name, value ?? '–', from, meaning]),
  );
  print(`\nplatforms polled: ${platforms.join(', ') || 'none: no credentials are set'}`);
}

/** As written in the environment, not as read: that is what an operator can find again. */
export function describeSettings(env: Environment): Setting[] {
  return (Object.keys(VARIABLES) as VariableName[]).map((name) => {
    const variable: Variable = VARIABLES[name];
    const given = env[name]?.trim();
    const value = given || variable.default;
    const source = given ? 'environment' : 'default';
    return {
      name,
      value: variable.secret && value ? masked(value) : (value ?? null),
      from: value === undefined ? 'unset' : source,
      meaning: variable.meaning,
    };
  });
}

/** Of a URL the password only, so that one sees which server is meant. */
function masked(secret: string): string {
  if (!secret.includes('://') || !URL.canParse(secret)) return MASK;
  const url = new URL(secret);
  if (url.password !== '') url.password = MASK;
  if (url.search !== '') url.search = `?${MASK}`;
  return url.href;
}
