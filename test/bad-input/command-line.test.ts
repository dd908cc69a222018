import { type Command, CommanderError } from 'commander';
import fc from 'fast-check';
import { expect } from 'vitest';
import { CATALOG } from '../../src/commands/catalog.ts';
import { exitCodeOf, UsageError } from '../../src/commands/exit-codes.ts';
import { readKeyArgument } from '../../src/commands/key-argument.ts';
import { readMoment } from '../../src/commands/moment-argument.ts';
import { createProgram } from '../../src/commands/program.ts';
import { nastyText } from './arbitraries/nasty.ts';
import { testBorder } from './border.ts';

const NAMES = CATALOG.map(({ name }) => name);
const OPTIONS = [
  '--json',
  '--limit',
  '--guild',
  '--channel',
  '--platforms',
  '--from',
  '--to',
  '--dry-run',
  '--user',
  '--help',
  '--',
  '-x',
  '--__proto__',
  '--no-json',
];
const WORDS = [
  'list',
  'show',
  'replay',
  'names',
  'set',
  'get',
  'unset',
  'all',
  'poll,sync',
  'twitch/1',
  '1',
  '0',
  '-1',
  '1e3',
  '18446744073709551616',
  '90m',
];
/** The kernel takes no NUL in an argument, and no half of a character. */
const argument = nastyText.map((text) => text.replaceAll('\u0000', '').replace(/\p{Surrogate}/gu, '\ufffd'));
const words = fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...OPTIONS), argument);

testBorder<readonly string[]>({
  name: 'command line',
  inputs: fc
    .tuple(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: argument }),
      fc.array(words, { maxLength: 5 }),
    )
    .map(([name, rest]) => [name, ...rest]),
  quick: 100,
  corpus: [
    [],
    ['--version'],
    ['rejects', 'show', '9'.repeat(100_000)],
    ['follow', 'x'.repeat(100_000)],
    ['x'.repeat(100_000)],
    ['release', 'x'.repeat(100_000)],
    ['run', 'poll', '--platforms', 'x'.repeat(100_000)],
  ],
  async take(args) {
    const program = await createProgram(args);
    let said = '';
    withoutActing(program, (text) => {
      said += text;
    });
    try {
      await program.parseAsync(args, { from: 'user' });
      return 'accepted';
    } catch (error) {
      if (error instanceof UsageError) return usageOf(error);
      if (!(error instanceof CommanderError)) throw error;
      expect([0, 2]).toContain(exitCodeOf(error));
      expect(said.length).toBeGreaterThan(0);
      return error.code;
    }
  },
});

/** Reads everything, and does nothing. */
function withoutActing(command: Command, write: (text: string) => void): void {
  command.configureOutput({ writeOut: write, writeErr: write });
  if (command.commands.length === 0) command.action(() => undefined);
  for (const child of command.commands) withoutActing(child, write);
}

/** What commands read of their arguments themselves. */
testBorder<string>({
  name: 'keys and moments as people write them',
  inputs: fc.oneof(
    nastyText,
    nastyText.map((text) => `twitch/${text}`),
    nastyText.map((text) => `https://www.youtube.com/${text}`),
  ),
  corpus: [
    'x'.repeat(1_000_000),
    `twitch/${'x'.repeat(1_000_000)}`,
    `${'9'.repeat(400)}h`,
    '9'.repeat(1_000_000),
    'twitch/\u007f',
    '\t1',
    'youtube/\u009b31m',
  ],
  take(text) {
    const key = refusalOf(() => readKeyArgument(text));
    const moment = refusalOf(() => expect(Number.isNaN(readMoment(text, new Date()).getTime())).toBe(false));
    return key === null || moment === null ? 'accepted' : 'refused as a key and as a moment';
  },
});

function refusalOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return usageOf(error);
  }
}

function usageOf(error: UsageError): string {
  expect(error.message.length).toBeLessThanOrEqual(1_000);
  // It is written to a terminal.
  expect(error.message).not.toMatch(/\p{Cc}/u);
  expect(error.message).toMatch(/expected|say which|choose from/);
  return /(?:expected|say which|choose from).{0,20}/.exec(error.message)?.[0] ?? '';
}
