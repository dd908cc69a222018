import { PLATFORMS, type PerPlatform, type Platform } from '../domain/platform.ts';
import { passwordsIn } from './passwords-in.ts';
import { readValue } from './read-value.ts';
import { VARIABLES, type Values, type Variable, type VariableName } from './variables.ts';

/** Everything that is wrong with the environment, one line a fault. Exit code 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/**
 * The settings in force: every variable by its own name, and what is derived from several of them.
 * Those that may change while the process runs (`live`) are read where they are used, each time: whoever keeps the
 * number keeps the old one. `pollIntervalMs` and `offlineGraceMs` may be kept, their numbers not.
 */
export interface Config extends Values {
  /** The platforms that are polled. */
  readonly platforms: readonly Platform[];
  readonly pollIntervalMs: PerPlatform<number>;
  readonly offlineGraceMs: PerPlatform<number>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What each platform cannot be polled without. */
const CREDENTIALS: PerPlatform<readonly VariableName[]> = {
  youtube: ['YOUTUBE_API_KEY'],
  twitch: ['TWITCH_CLIENT_ID', 'TWITCH_CLIENT_SECRET'],
  twitter: ['TWITTER_BEARER_TOKEN'],
  twitcasting: ['TWITCASTING_CLIENT_ID', 'TWITCASTING_CLIENT_SECRET'],
};

/**
 * Reads the settings from the environment. An empty variable counts as unset, as compose files leave them.
 * @throws ConfigError with every fault at once
 */
export function loadConfig(env: Environment): Config {
  const faults: string[] = [];
  const values = readValues(env, faults);
  faults.push(...credentialFaults(values), ...pushFaults(values), ...accountFaults(values));
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    ...values,
    platforms: values.PLATFORMS ?? PLATFORMS.filter((platform) => missingCredentials(values, platform).length === 0),
    ...perPlatformOf(values),
  };
}

/** What the values say of each platform, read from them each time. */
export function perPlatformOf(values: Values): Pick<Config, 'pollIntervalMs' | 'offlineGraceMs'> {
  return {
    pollIntervalMs: perPlatformFrom(values, {
      youtube: 'POLL_INTERVAL_YOUTUBE',
      twitch: 'POLL_INTERVAL_TWITCH',
      twitter: 'POLL_INTERVAL_TWITTER',
      twitcasting: 'POLL_INTERVAL_TWITCASTING',
    }),
    offlineGraceMs: perPlatformFrom(values, {
      youtube: 'OFFLINE_GRACE_YOUTUBE',
      twitch: 'OFFLINE_GRACE_TWITCH',
      twitter: 'OFFLINE_GRACE_TWITTER',
      twitcasting: 'OFFLINE_GRACE_TWITCASTING',
    }),
  };
}

function perPlatformFrom<N extends VariableName>(
  values: { readonly [name in N]: number },
  names: PerPlatform<N>,
): PerPlatform<number> {
  return {
    get youtube() {
      return values[names.youtube];
    },
    get twitch() {
      return values[names.twitch];
    },
    get twitter() {
      return values[names.twitter];
    },
    get twitcasting() {
      return values[names.twitcasting];
    },
  };
}

function readValues(env: Environment, faults: string[]): Values {
  const entries = (Object.entries(VARIABLES) as [VariableName, Variable][]).map(([name, variable]) => {
    const given = env[name]?.trim() ? env[name] : variable.default;
    if (given === undefined) return [name, null];
    const { value, fault } = readValue(name, given);
    if (fault !== null) faults.push(fault);
    return [name, value];
  });
  return Object.fromEntries(entries) as Values;
}

function credentialFaults(values: Values): string[] {
  const named = values.PLATFORMS;
  return PLATFORMS.flatMap((platform) => {
    const missing = missingCredentials(values, platform);
    const wanted = named ? named.includes(platform) : missing.length < CREDENTIALS[platform].length;
    if (!wanted || missing.length === 0) return [];
    const why = named ? `PLATFORMS names ${platform}` : `only a part of the ${platform} credentials is set`;
    return missing.map((name) => `${name}: expected to be set, because ${why}`);
  });
}

/** Without the secret nothing that X pushes could be told from a forgery; without the address nothing is pushed. */
function pushFaults(values: Values): string[] {
  const needed = ['TWITTER_CONSUMER_SECRET', 'PUBLIC_URL'] as const;
  const missing = values.TWITTER_PUSH === 'on' ? needed.filter((name) => values[name] === null) : [];
  return missing.map((name) => `${name}: expected to be set, because TWITTER_PUSH is on`);
}

/** The account that may only read is told from the operator's by its name, and kept from it by its password. */
function accountFaults(values: Values): string[] {
  const { BOARD_USER: user, BOARD_PASSWORD: password, BOARD_READ_USER: reader, BOARD_READ_PASSWORD: secret } = values;
  if (secret === null) return [];
  if (password === null) {
    return [
      'BOARD_PASSWORD: expected to be set, because BOARD_READ_PASSWORD is: else everybody here may change things',
    ];
  }
  return [
    ...(secret === password ? ['BOARD_READ_PASSWORD: expected to differ from BOARD_PASSWORD, got the same'] : []),
    ...(reader === user ? [`BOARD_READ_USER: expected to differ from BOARD_USER, got ${JSON.stringify(reader)}`] : []),
  ];
}

function missingCredentials(values: Values, platform: Platform): VariableName[] {
  return CREDENTIALS[platform].filter((name) => values[name] === null);
}

/** The values that must never be seen: scrubbed from logs wherever they turn up. */
export function secretsOf(config: Config): string[] {
  const names = (Object.keys(VARIABLES) as VariableName[]).filter((name) => (VARIABLES[name] as Variable).secret);
  const { TWITCASTING_CLIENT_ID: id, TWITCASTING_CLIENT_SECRET: secret } = config;
  const basic = Buffer.from(`${id}:${secret}`).toString('base64');
  return [...names.flatMap((name) => secretsIn(config[name] as string | null)), ...(secret === null ? [] : [basic])];
}

/** Of a URL only the passwords are secret; a longer match would hide nothing of them when they are printed alone. */
export function secretsIn(value: string | null): string[] {
  if (value === null) return [];
  return value.includes('://') ? passwordsIn(value) : [value];
}
