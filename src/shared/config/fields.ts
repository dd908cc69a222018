import { z } from 'zod';
import type { Lane } from '../domain/follow.ts';
import { readRedisAddress } from '../redis/redis-address.ts';
import { isPlatform, PLATFORMS, type PerPlatform, perPlatform, type Platform } from '../domain/platform.ts';
import { withoutLastSlashes } from '../domain/slashes.ts';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration as people write it (`500ms`, `30s`, `10m`, `6h`), read as milliseconds. */
export function duration(min: string, max: string): z.ZodType<number, string> {
  const [least, most] = [durationMs(min) as number, durationMs(max) as number];
  return z.string().transform((text, context) => {
    const ms = durationMs(text.trim());
    if (ms !== undefined && ms >= least && ms <= most) return ms;
    context.addIssue({ code: 'custom', message: `expected a duration from ${min} to ${max} such as "30s" or "10m"` });
    return z.NEVER;
  });
}

/** @returns undefined when the text is no duration */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const unit = UNIT_MS[match?.[2] ?? ''];
  return match && unit ? Math.round(Number(match[1]) * unit) : undefined;
}

export function integer(min: number, max: number): z.ZodType<number, string> {
  return z.string().transform((text, context) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    context.addIssue({ code: 'custom', message: `expected a whole number from ${min} to ${max}` });
    return z.NEVER;
  });
}

/** A URL with one of the protocols, without a slash at its end. One of HTTP holds no account: fetch refuses those. */
export function url(...protocols: string[]): z.ZodType<string, string> {
  const expected = `expected a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`;
  return z.string().transform((text, context) => {
    const trimmed = text.trim();
    const read = URL.canParse(trimmed) ? new URL(trimmed) : null;
    const isWeb = protocols.includes('http:');
    const isRefused = isWeb && read !== null && (read.username !== '' || read.password !== '');
    if (read && protocols.includes(read.protocol) && !isRefused) return withoutLastSlashes(trimmed);
    context.addIssue({ code: 'custom', message: isWeb ? `${expected} and holds no user or password` : expected });
    return z.NEVER;
  });
}

/** Where Redis is: one server, Sentinels, or nodes of a Redis Cluster. */
export const redisUrl: z.ZodType<string, string> = z.string().transform((given, context) => {
  try {
    readRedisAddress(given);
    return given.trim().replace(/\/+$/, '');
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

export const text: z.ZodType<string, string> = z.string().trim().min(1, 'expected some text');

/** The name of an account. HTTP puts a colon between name and password (RFC 7617). */
export const userName: z.ZodType<string, string> = z
  .string()
  .trim()
  .regex(/^[^:]+$/, 'expected a name without a colon');

export function oneOf<const T extends string>(...values: T[]): z.ZodType<T, string> {
  return z.string().transform((given, context) => {
    const value = values.find((candidate) => candidate === given.trim().toLowerCase());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `expected one of ${values.join(', ')}` });
    return z.NEVER;
  });
}

/** A comma-separated list of platforms. */
export const platforms: z.ZodType<Platform[], string> = z.string().transform((given, context) => {
  const names = given.split(',').map((name) => name.trim().toLowerCase());
  if (names.every(isPlatform)) return PLATFORMS.filter((platform) => names.includes(platform));
  context.addIssue({ code: 'custom', message: `expected a comma-separated list of ${PLATFORMS.join(', ')}` });
  return z.NEVER;
});

/** A lane for all platforms, with exceptions: `normal` or `normal,twitch=urgent`. */
export const lanes: z.ZodType<PerPlatform<Lane>, string> = z.string().transform((given, context) => {
  const [general = '', ...exceptions] = given.split(',').map((part) => part.trim().toLowerCase());
  const special = exceptions.map((part) => part.split('='));
  const fine = isLane(general) && special.every(([name = '', lane = '']) => isPlatform(name) && isLane(lane));
  if (fine) {
    const exceptional = Object.fromEntries(special) as Partial<PerPlatform<Lane>>;
    return perPlatform((platform) => exceptional[platform] ?? general);
  }
  context.addIssue({
    code: 'custom',
    message: 'expected urgent or normal, with exceptions such as "normal,twitch=urgent"',
  });
  return z.NEVER;
});

function isLane(given: string): given is Lane {
  return given === 'urgent' || given === 'normal';
}
