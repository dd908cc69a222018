import { createHash } from 'node:crypto';
import { microsOf, saidAtFromMicros } from '../shared/contracts/timestamp.ts';
import type { RedisConnection } from '../shared/redis/open-connection.ts';
import { HEARD_PREFIX } from '../shared/contracts/channels.ts';
import { runScript, script } from '../shared/runtime/script.ts';

/** How long listeners remember what they heard. A listener further behind than this dates a message for itself. */
export const REMEMBER_MS = 30_000;

/** A timestamp ahead of our clock keeps its date until it is not; a clock wronger than this is not waited for. */
const REMEMBER_AHEAD_MS = 24 * 3_600_000;

const MOST_REMEMBERED = 100_000;

/** One event as one listener heard it. */
export interface Heard {
  readonly channel: string;
  /** The message as published, and which event of it this is. */
  readonly raw: Buffer;
  readonly index: number;
  /** The event's own timestamp; null when it has no usable one. */
  readonly saidAt: string | null;
  /** Since when the listener has been hearing without a gap, in microseconds by Redis' clock. */
  readonly listeningSince: number;
}

/**
 * Dates events so that every listener dates them alike. Any number of listeners hear each message, a moment apart, and
 * their effect must be that of one; an event without a usable timestamp, or with one ahead of our clock, counts as
 * said "now", and each listener's now is another one.
 *
 * **One clock.** Now is Redis' time: all listeners share it, and a claim in the script below never precedes an earlier
 * one. A listener handles its messages in the order in which it heard them, and Redis delivers them to everybody in
 * one order, so a later message is never dated before an earlier one, whichever listener dates it first.
 *
 * **No timestamp.** The first listener to hear a message claims its time; the others take that over. Somebody may say
 * the same thing again (follow, unfollow, follow), byte for byte: then a claim exists, but this listener has used it,
 * or it is older than this listener's subscription, so it cannot belong to this message. The oldest claim left is
 * its own, and when none is left this listener is the first. Listeners that missed a message need not count alike.
 *
 * **A timestamp** is taken as said unless it is ahead. If it is, the first listener claims the time for it, once, and
 * the event counts as said at the earlier of both. A listener that hears it so late that it is no longer ahead finds the
 * claim; if there is none, nobody found it ahead, nor will, because Redis' clock has passed it. The earlier of both
 * also keeps the order of a publisher whose clock is ahead: both terms grow from one of its events to the next.
 */
export function createReceiveTimes(redis: RedisConnection) {
  let used = new Map<string, number>();
  let usedBefore = new Map<string, number>();
  let turnedAt = 0;

  /** Two generations: an entry is remembered for `REMEMBER_MS` at least, less in a flood, and goes with its generation. */
  function remember(digest: string, micros: number): void {
    const isTurn = micros - turnedAt > REMEMBER_MS * 1_000 || used.size >= MOST_REMEMBERED;
    if (isTurn) [usedBefore, used, turnedAt] = [used, new Map(), micros];
    used.set(digest, micros);
  }

  /** @returns when each counts as said, in their order. @throws when Redis is away; ask again with the same events */
  return async function receiveTimes(heard: readonly Heard[]): Promise<string[]> {
    if (heard.length === 0) return [];
    const digests = heard.map(digestOf);
    const args = heard.flatMap((event, position) => {
      const digest = digests[position] ?? '';
      const usedAt = used.get(digest) ?? usedBefore.get(digest) ?? 0;
      return [digest, event.saidAt ? microsOf(event.saidAt) : '', Math.max(usedAt, event.listeningSince)];
    });
    const times = (await runScript(
      redis,
      CLAIM,
      [`${HEARD_PREFIX}last`],
      [HEARD_PREFIX, REMEMBER_MS, REMEMBER_AHEAD_MS, ...args],
    )) as string[];
    return times.map((time, position) => {
      if (heard[position]?.saidAt === null) remember(digests[position] ?? '', Number(time));
      return saidAtFromMicros(Number(time));
    });
  };
}

export type ReceiveTimes = ReturnType<typeof createReceiveTimes>;

function digestOf({ channel, raw, index }: Heard): string {
  return createHash('sha256').update(`${channel} ${index} `).update(raw).digest('base64url').slice(0, 24);
}

/**
 * KEYS  last claim
 * ARGV  prefix, ms to remember, ms to remember what is ahead, then for each event: digest, its timestamp or '',
 *       the claim it must come after (microseconds)
 * returns the microseconds of each event, as text
 */
const CLAIM = script(`
local prefix, keep, ahead = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
-- Redis' own clock may be set back; never date a later message before an earlier one because of it.
if last > now and last - now < keep * 1000 then now = last end
local text = function(micros) return string.format('%.0f', micros) end
local claimed = false
local claim = function()
  if now <= last then now = last + 1 end
  last = now
  claimed = true
  return now
end

-- Used in this very call: an identical event may stand in the batch twice.
local used = {}
local unsaid = function(digest, after)
  local key = prefix .. 'unsaid:' .. digest
  after = math.max(after, used[digest] or 0)
  local found = redis.call('ZRANGEBYSCORE', key, '(' .. text(math.max(after, now - keep * 1000)), '+inf', 'LIMIT', 0, 1)
  local micros = tonumber(found[1])
  if not micros then
    micros = claim()
    redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now - keep * 1000))
    redis.call('ZADD', key, text(micros), text(micros))
    redis.call('PEXPIRE', key, keep)
  end
  used[digest] = micros
  return micros
end

local said = function(digest, micros)
  local key = prefix .. 'said:' .. digest
  local found = tonumber(redis.call('GET', key) or '')
  if not found and micros > now then
    found = claim()
    redis.call('SET', key, text(found), 'PX', text(math.min(keep + math.ceil((micros - now) / 1000), ahead)))
  end
  return math.min(micros, found or micros)
end

local answer = {}
for i = 4, #ARGV, 3 do
  local micros = tonumber(ARGV[i + 1])
  local time = micros and said(ARGV[i], micros) or unsaid(ARGV[i], tonumber(ARGV[i + 2]))
  answer[#answer + 1] = text(time)
end
if claimed then redis.call('SET', KEYS[1], text(last), 'PX', keep) end
return answer
`);
