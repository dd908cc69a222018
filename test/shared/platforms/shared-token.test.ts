import { describe, expect, test } from 'vitest';
import { PlatformError } from '../../../src/shared/platforms/errors.ts';
import { createSeal } from '../../../src/shared/platforms/sealed-text.ts';
import {
  createSharedToken,
  type GrantedToken,
  type SharedTokenParts,
} from '../../../src/shared/platforms/shared-token.ts';
import { sharedKey } from '../../../src/shared/queues/keys.ts';
import { never, useRedis } from './opened.ts';

const redis = useRedis();

/** Token makers of several processes, with one platform behind them that counts what it granted. */
function processes(count: number, given: Partial<SharedTokenParts> & { expiresInMs?: number } = {}) {
  let granted = 0;
  const time = { now: Date.parse('2026-09-26T10:00:00Z') };
  const grant = async (): Promise<GrantedToken> => {
    granted += 1;
    return { value: `token-${granted}`, expiresInMs: given.expiresInMs ?? 3_600_000 };
  };
  const make = (other: Partial<SharedTokenParts> = {}) =>
    createSharedToken({
      redis: redis(),
      platform: 'twitch',
      clock: { now: () => new Date(time.now) },
      clientId: 'client',
      clientSecret: 'secret-of-the-client',
      grant,
      ...given,
      ...other,
    });
  return { tokens: Array.from({ length: count }, () => make()), make, granted: () => granted, time };
}

describe('a shared token', () => {
  test('is fetched once, however many ask for it in however many processes', async () => {
    const { tokens, granted } = processes(5);
    const values = await Promise.all(tokens.flatMap((token) => [token.current(never), token.current(never)]));
    expect(new Set(values)).toEqual(new Set(['token-1']));
    expect(granted()).toBe(1);
  });

  test('is renewed once for all who were refused with it', async () => {
    const { tokens, granted } = processes(5);
    const refused = await Promise.all(tokens.map((token) => token.current(never)));
    const renewed = await Promise.all(tokens.map((token, at) => token.renew(refused[at] ?? '', never)));
    expect(new Set(renewed)).toEqual(new Set(['token-2']));
    expect(granted()).toBe(2);
  });

  test('is renewed before it expires', async () => {
    const { tokens, time, granted } = processes(1, { expiresInMs: 3_600_000 });
    expect(await tokens[0]?.current(never)).toBe('token-1');
    time.now += 3_600_000 - 5 * 60_000 - 1;
    expect(await tokens[0]?.current(never)).toBe('token-1');
    time.now += 1;
    expect(await tokens[0]?.current(never)).toBe('token-2');
    expect(granted()).toBe(2);
  });

  test('cannot be read in Redis', async () => {
    const { tokens } = processes(1);
    await tokens[0]?.current(never);
    const stored = await redis().get(sharedKey('twitch', 'token'));
    expect(stored).toMatch(/^[\w+/=]+$/);
    expect(Buffer.from(stored ?? '', 'base64').toString('latin1')).not.toContain('token-1');
  });

  test('that another secret or damage made unreadable is replaced', async () => {
    const { tokens, make } = processes(1);
    await tokens[0]?.current(never);
    expect(await make({ clientSecret: 'another secret' }).current(never)).toBe('token-2');
    await redis().set(sharedKey('twitch', 'token'), 'damaged');
    expect(await make().current(never)).toBe('token-3');
  });

  test('that cannot be had fails everybody who waits for it, and the next one tries anew', async () => {
    let tries = 0;
    const grant = async (): Promise<GrantedToken> => {
      tries += 1;
      if (tries === 1) throw new PlatformError('twitch', 'unavailable', 'no');
      return { value: 'late', expiresInMs: 60_000 };
    };
    const token = processes(1, { grant }).tokens[0];
    const failed = await Promise.allSettled([token?.current(never), token?.current(never)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await token?.current(never)).toBe('late');
    expect(await redis().exists(sharedKey('twitch', 'token-lock'))).toBe(0);
  });

  test('is not waited for by who was stopped', async () => {
    const grant = () => new Promise<GrantedToken>(() => undefined);
    const token = processes(1, { grant }).tokens[0];
    await expect(token?.current(AbortSignal.timeout(50))).rejects.toMatchObject({ fault: 'unavailable' });
  });
});

describe('a seal', () => {
  test('opens only for the same secret and purpose', () => {
    const sealed = createSeal('secret', 'purpose').close('text with ü');
    expect(createSeal('secret', 'purpose').open(sealed)).toBe('text with ü');
    expect(createSeal('other', 'purpose').open(sealed)).toBeNull();
    expect(createSeal('secret', 'other').open(sealed)).toBeNull();
    expect(createSeal('secret', 'purpose').open(`${sealed.slice(0, -8)}AAAAAAA=`)).toBeNull();
    expect(createSeal('secret', 'purpose').open('')).toBeNull();
  });
});
