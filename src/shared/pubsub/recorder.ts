import { Cluster } from 'ioredis';
import type { Platform } from '../domain/platform.ts';
import { recordedKey } from '../queues/keys.ts';
import type { RedisConnection } from '../redis/open-connection.ts';
import { runScript, script } from '../runtime/script.ts';
import { countListeners } from './listeners.ts';

/** How long Redis remembers that a request was heard, in seconds: the table does for good, unless it was just about to. */
const MARK_SECONDS = 7 * 24 * 3600;

/**
 * Publishes a request once, or does nothing at all.
 * KEYS 1 mark of this broadcast. ARGV 1 channel, 2 payload, 3 seconds the mark stays, 4 how many listen on any server.
 * Returns {1, 'repeated'} when it was heard before, else {how many listened, 'sent'}.
 */
const REQUEST = script(`
-- First what Redis may refuse (out of memory): a script that fails is not undone.
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[3]) then return {1, 'repeated'} end
local receivers = math.max(redis.call('PUBLISH', ARGV[1], ARGV[2]), tonumber(ARGV[4]))
if receivers == 0 then redis.call('DEL', KEYS[1]) end
return {receivers, 'sent'}
`);

export interface RecorderRequest {
  readonly platform: Platform;
  readonly broadcastId: string;
  readonly channel: string;
  readonly payload: string;
}

export interface Asked {
  /** How many listened; of a repeat it is only known that somebody did. */
  readonly receivers: number;
  /** It had been heard before: nothing was published. */
  readonly repeated: boolean;
}

/** Asks the recorder to record. Publishing and the mark that it was heard are one step, so that no crash comes between. */
export function createRecorder(redis: RedisConnection) {
  return async function askRecorder({ platform, broadcastId, channel, payload }: RecorderRequest): Promise<Asked> {
    const keys = [recordedKey(platform, broadcastId)];
    // A server of a Redis Cluster counts only its own listeners, and the recorder may be connected to any.
    const [listening = 0] = redis instanceof Cluster ? await countListeners(redis, [channel]) : [];
    const args = [channel, payload, MARK_SECONDS, listening];
    const [receivers, how] = (await runScript(redis, REQUEST, keys, args)) as [number, string];
    return { receivers, repeated: how === 'repeated' };
  };
}

export type AskRecorder = ReturnType<typeof createRecorder>;
