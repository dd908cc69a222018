import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, NegativeAnswer, UsageError } from '../../src/commands/exit-codes.ts';
import { faultText } from '../../src/commands/fault-text.ts';
import { ForcedEndError, GaveUpError, StopDeadlineError } from '../../src/lifecycle.ts';
import { ConfigError } from '../../src/shared/config/config.ts';
import { type ServerFault, ServersError } from '../../src/shared/runtime/server-fault.ts';

const away: ServerFault = { kind: 'away', message: 'Redis at a:1 cannot be reached' };
const settings: ServerFault = { kind: 'settings', message: 'Postgres at b:2 refuses the account' };

describe('the exit code', () => {
  it.each([
    [0, 'help was asked for', new CommanderError(0, 'commander.helpDisplayed', '')],
    [0, 'the version was asked for', new CommanderError(0, 'commander.version', '')],
    [1, 'something failed', new Error('away')],
    [1, 'the answer is no', new NegativeAnswer('not well')],
    [1, 'a service did not stop in time', new StopDeadlineError('poll did not stop')],
    [1, 'a server is away', new ServersError([away])],
    [1, 'a server is away and another refuses us', new ServersError([away, settings])],
    [2, 'a server refuses our account', new ServersError([settings])],
    [2, 'settings are wrong', new ConfigError(['PLATFORMS: expected a list'])],
    [2, 'the command is used wrongly', new UsageError('unknown role')],
    [2, 'the command is unknown', new CommanderError(1, 'commander.unknownCommand', '')],
    [70, 'the watchdog gave up', new GaveUpError('no progress')],
    [130, 'a second signal came', new ForcedEndError('at once')],
  ])('is %i when %s', (code, _when, error) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});

describe('what is said of a fault', () => {
  it('is a line for each wrong setting', () => {
    const text = faultText(new ConfigError(['A: expected b', 'C: expected d']), {});
    expect(text).toBe('tallylight: setting A: expected b\ntallylight: setting C: expected d');
  });

  it('is nothing where everything has been said', () => {
    expect(faultText(new NegativeAnswer('not well'), {})).toBeNull();
    expect(faultText(new CommanderError(1, 'commander.unknownCommand', 'unknown'), {})).toBeNull();
  });

  it('has a stack only when LOG_LEVEL asks for it', () => {
    const error = new Error('no room');
    expect(faultText(error, {})).toBe('tallylight: no room');
    expect(faultText(error, { LOG_LEVEL: 'debug' })).toMatch(/^tallylight: no room\nError: no room\n +at /);
  });

  it('leaves out the query that Prisma quotes', () => {
    const error = new Error('\nInvalid `prisma.stream.count()` invocation:\n\n\nCan’t reach the server');
    error.name = 'PrismaClientKnownRequestError';
    expect(faultText(error, {})).toBe('tallylight: Can’t reach the server');
  });

  it('never holds a secret', () => {
    const env = { DATABASE_URL: 'postgres://tally:open-sesame@db/tally', YOUTUBE_API_KEY: 'AIza-very-secret' };
    const text = faultText(new Error('tried AIza-very-secret and open-sesame'), env);
    expect(text).toBe('tallylight: tried [hidden] and [hidden]');
  });

  it('hides a password in whatever writing an error has it', () => {
    const env = {
      REDIS_URL: 'redis://me:p%40ss-word@host',
      DATABASE_URL: 'postgresql://host/db?password=quer%2Fy-word',
    };
    const text = faultText(new Error('WRONGPASS p@ss-word, p%40ss-word, quer/y-word, quer%2Fy-word'), env);
    expect(text).toBe('tallylight: WRONGPASS [hidden], [hidden], [hidden], [hidden]');
  });

  it('names an error that says nothing', () => {
    expect(faultText(new TypeError(''), {})).toBe('tallylight: TypeError');
    expect(faultText('thrown text', {})).toBe('tallylight: thrown text');
  });
});
