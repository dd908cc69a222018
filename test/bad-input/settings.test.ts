import fc from 'fast-check';
import { expect } from 'vitest';
import { environmentFor } from '../../simulator/credentials.ts';
import { type Config, ConfigError, loadConfig } from '../../src/shared/config/config.ts';
import { readSettings } from '../../src/shared/config/settings.ts';
import { isLive, VARIABLES, type Variable, type VariableName } from '../../src/shared/config/variables.ts';
import { NASTY_NAMES, nastyName, nastyText } from './arbitraries/nasty.ts';
import { testBorder } from './border.ts';
import { CANARY } from './reason.ts';

const NAMES = Object.keys(VARIABLES) as VariableName[];
const VALID = {
  ...environmentFor('https://example.org'),
  PUBLIC_URL: 'https://example.org',
  BOARD_PASSWORD: 'correct horse',
};

/** What stands in settings, a little wrong. */
const values = fc.oneof(
  nastyText,
  fc.constantFrom(CANARY, `redis://:${CANARY}@h`, `http://u:${CANARY}@h`, `postgres://u:${CANARY}@h:99999/d`),
  fc.constantFrom(
    '1e3',
    '1e3s',
    '-1s',
    '0s',
    '1.5m',
    '9'.repeat(400),
    `${'9'.repeat(400)}h`,
    '24h',
    '25h',
    'normal,twitch=urgent',
  ),
  fc.constantFrom(
    'normal,__proto__=urgent',
    'urgent,constructor=normal',
    'youtube,,twitch',
    'http:x',
    'http://',
    'file:///etc/passwd',
    'ON',
    'x:y',
  ),
);
/** Of these values not even a part may be said again. */
const isSecret = (name: string): boolean =>
  NAMES.includes(name as VariableName) && (VARIABLES[name as VariableName] as Variable).secret === true;

function expectFault(name: string, fault: string, given: string): void {
  expect(fault.startsWith(`${name}: `)).toBe(true);
  expect(fault).toMatch(/expected|there is no such setting|cannot be changed/);
  expect(fault.length).toBeLessThanOrEqual(500);
  if (isSecret(name)) expect(fault.includes(CANARY) && given.includes(CANARY)).toBe(false);
}

testBorder<Record<string, string>>({
  name: 'environment',
  inputs: fc.dictionary(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: nastyName }),
    values,
    { maxKeys: 4 },
  ),
  corpus: [
    ...NAMES.map((name) => ({ [name]: 'x'.repeat(1_000_000) })),
    { PUBLIC_URL: `http://x${'/'.repeat(1_000_000)}x` },
  ],
  take(env) {
    try {
      expectConfig(loadConfig({ ...VALID, ...env }));
      return 'accepted';
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const fault of error.faults) {
        const name = fault.slice(0, fault.indexOf(':'));
        expect(NAMES).toContain(name);
        expectFault(name, fault, env[name] ?? '');
      }
      return /expected ([^,;"]{1,40})/.exec(error.faults[0] ?? '')?.[1] ?? '';
    }
  },
});

interface Row {
  readonly name: string;
  readonly value: string;
}

/** Rows that anybody may have written, and what `settings set` is given. */
testBorder<readonly Row[]>({
  name: 'settings',
  inputs: fc.array(fc.record({ name: fc.oneof(fc.constantFrom(...NAMES), nastyName), value: values }), {
    maxLength: 4,
  }),
  corpus: [
    NASTY_NAMES.map((name) => ({ name, value: '1' })),
    NAMES.map((name) => ({ name, value: 'x'.repeat(1_000_000) })),
  ],
  take(rows) {
    const { values: read, faults } = readSettings(rows);
    for (const [name, fault] of faults) {
      if (name.length <= 100) expectFault(name, fault, rows.findLast((row) => row.name === name)?.value ?? '');
    }
    for (const name of Object.keys(read)) expect(isLive(name)).toBe(true);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    return faults.size === 0 ? 'accepted' : 'some ignored, with why';
  },
});

function expectConfig(config: Config): void {
  for (const value of [...Object.values(config.pollIntervalMs), config.BATCH_INTERVAL, config.PUBLISH_RATE]) {
    expect(Number.isSafeInteger(value) && value > 0).toBe(true);
  }
  for (const lane of [...Object.values(config.LANE_ONLINE), ...Object.values(config.LANE_OFFLINE)])
    expect(['urgent', 'normal']).toContain(lane);
  expect(config.HTTP_PORT).toBeLessThanOrEqual(65_535);
}
