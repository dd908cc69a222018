import type { RedisConnection } from '../redis/open-connection.ts';
import { runScript, script } from '../runtime/script.ts';
import { DERIVED_MARK, derivedMark } from './keys.ts';
import { QUEUE_NAMES } from './names.ts';

/** What the servers show that hold what is derived. */
export interface Derived {
  /** Nothing of it was emptied, as far as marks can tell. */
  readonly isWhole: boolean;
  /** Another text as soon as one of the servers is another one, or was started again: it may have lost what was written last. */
  readonly servers: string;
}

const MARKS = [DERIVED_MARK, '{streams}.derived', ...QUEUE_NAMES.map(derivedMark)];

/** KEYS 1 mark. Returns whether it is there, and the name that the server gave itself at its start; empty where it may not be asked. */
const LOOK = script(`
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and string.match(info, 'run_id:(%x+)') or ''
return {redis.call('EXISTS', KEYS[1]), run}
`);

/** @throws when one of the servers does not answer */
export async function readDerived(redis: RedisConnection): Promise<Derived> {
  const looks = await Promise.all(
    MARKS.map(async (mark) => (await runScript(redis, LOOK, [mark], [])) as [number, string]),
  );
  return { isWhole: looks.every(([exists]) => exists === 1), servers: looks.map(([, run]) => run).join(' ') };
}

/** Says that everything was derived. @param at when that began */
export async function markDerived(redis: RedisConnection, at: Date): Promise<void> {
  await Promise.all(MARKS.map((mark) => redis.set(mark, at.toISOString())));
}
