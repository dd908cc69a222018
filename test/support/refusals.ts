import { Redis } from 'ioredis';

/** Said by ioredis to every Redis, answered or not; Redis has it since 7.2. */
const UNHEARD = 'client|setinfo';

/**
 * A right that the shipped accounts lack shows here even where the program makes do without.
 * @throws with all that this Redis refused to one of its accounts since it was started
 */
export async function expectNothingRefused(url: string): Promise<void> {
  const redis = new Redis(url);
  const entries = (await redis.call('ACL', 'LOG')) as unknown[][];
  redis.disconnect();
  const refused = entries
    .map((entry) => Object.fromEntries(entry.map((value, at) => [String(value), String(entry[at + 1])])))
    .filter(({ object }) => object !== UNHEARD)
    .map(({ username, reason, context, object }) => `${username}: ${reason} ${object} (${context})`);
  if (refused.length > 0)
    throw new Error(`Redis refused what deploy/redis-users.conf should allow:\n${refused.join('\n')}`);
}
