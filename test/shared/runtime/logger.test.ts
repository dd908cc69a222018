import { describe, expect, it } from 'vitest';
import { createLogger, scrubber } from '../../../src/shared/runtime/logger.ts';

function setup(secrets: string[] = ['tops3cret/&"quoted', 'another-secret']) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { logger: createLogger({ level: 'info', secrets, destination }), lines };
}

describe('the log', () => {
  it('is one JSON object a line, with the level by name', () => {
    const { logger, lines } = setup();
    logger.info({ key: 'twitch/1' }, 'polling started');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', key: 'twitch/1', msg: 'polling started' });
  });

  it('hides fields that hold secrets by their names', () => {
    const { logger, lines } = setup([]);
    logger.info({ password: 'p1', request: { authorization: 'p2', token: 'p3' } }, 'asked');
    expect(lines[0]).not.toMatch(/p1|p2|p3/);
  });

  it('hides the secrets themselves wherever they turn up, in whatever writing', () => {
    const { logger, lines } = setup();
    const secret = 'tops3cret/&"quoted';
    logger.info({ url: `https://x/?key=${encodeURIComponent(secret)}`, nested: { deep: [secret] } }, `with ${secret}`);
    logger.error({ err: new Error(`refused another-secret`) }, 'failed');
    expect(lines.join('')).not.toContain('tops3cret');
    expect(lines.join('')).not.toContain('another-secret');
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  });

  it('does not take a short word for a secret, which would hide half of every line', () => {
    expect(scrubber(['info'])('{"level":"info"}')).toBe('{"level":"info"}');
  });
});
