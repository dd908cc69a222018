import { script } from '../runtime/script.ts';

/**
 * Claims keys for a look, atomically over all processes.
 *
 * KEYS due, in-flight, rest, stretch
 * ARGV now, lease (ms), interval (ms), batch size, then of each wanted key, named once: identifier, its slot (ms),
 *      1 when forced. At most 2,000 of them: Lua passes no more on to a command.
 * Returns {0, rest in ms} while the platform rests, else
 * {1, stretch, states, claimed}: a state for each wanted key (0 untracked, 1 fresh, 2 claimed), and all keys claimed.
 *
 * A key is fresh while it is not due. A poll that is later than the interval also takes a look since its slot for its own,
 * although the key is due again: when more is to be done than can be, each poll is worth one look. The key stays due.
 * A claimed key is due again one interval on at once, so that nobody else takes it; in-flight remembers that somebody
 * has it, and gives it back when the lease ends because its process died.
 * The last batch is filled up with the keys that are due soonest: they cost nothing more, and their own polls find
 * them fresh. Half an interval ahead is as far as that goes, or a small platform would be asked all the time.
 * They are due again an interval later give or take a twentieth: after a start, or many follows at once, all keys are due
 * at the same moment, and without this all requests of an interval would come in one rush for ever.
 */
export const CLAIM = script(`
local now, lease, interval, batch = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local rest = redis.call('PTTL', KEYS[3])
if rest > 0 then return {0, rest} end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1000)) do
  redis.call('ZADD', KEYS[1], 'XX', now, id)
  redis.call('ZREM', KEYS[2], id)
end
local stretch = tonumber(redis.call('GET', KEYS[4]) or '1')
interval = interval * stretch
math.randomseed(now)
local states, claimed = {}, {}
local function claim(keys, from)
  if #keys == 0 then return end
  local dues, leases = {}, {}
  for i, id in ipairs(keys) do
    local start = from[id] or now + math.floor((math.random() - 0.5) * 0.1 * interval)
    dues[2 * i - 1], dues[2 * i] = start + interval, id
    leases[2 * i - 1], leases[2 * i] = now + lease, id
    claimed[#claimed + 1] = id
  end
  redis.call('ZADD', KEYS[1], 'XX', unpack(dues))
  redis.call('ZADD', KEYS[2], unpack(leases))
end
local asked, slots = {}, {}
for i = 5, #ARGV, 3 do
  local id, slot = ARGV[i], tonumber(ARGV[i + 1])
  local due = tonumber(redis.call('ZSCORE', KEYS[1], id))
  if not due then
    states[#states + 1] = 0
  elseif ARGV[i + 2] == '1' or (due <= now and due < slot + 1.05 * interval) then
    asked[#asked + 1] = id
    slots[id] = math.max(slot, now - interval / 2)
    states[#states + 1] = 2
  else
    states[#states + 1] = 1
  end
end
claim(asked, slots)
local room = (-#claimed) % batch
if room > 0 then
  claim(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. (now + interval / 2), 'LIMIT', 0, room), {})
end
return {1, tostring(stretch), states, claimed}`);

/**
 * Ends the claims of keys that were looked at.
 * KEYS due, in-flight, failures
 * ARGV of each key: identifier, when it is due next (ms), or '' to keep the time set by the claim
 */
export const SETTLE = script(`
local settled, dues = {}, {}
for i = 1, #ARGV, 2 do
  settled[#settled + 1] = ARGV[i]
  if ARGV[i + 1] ~= '' then
    dues[#dues + 1] = ARGV[i + 1]
    dues[#dues + 1] = ARGV[i]
  end
end
if #settled > 0 then redis.call('ZREM', KEYS[2], unpack(settled)) end
if #dues > 0 then redis.call('ZADD', KEYS[1], 'XX', unpack(dues)) end
redis.call('DEL', KEYS[3])
return 1`);

/**
 * Gives claims back after a look that taught nothing.
 * KEYS due, in-flight, failures; ARGV now, 1 if the platform is to blame, then the identifiers
 * Returns how many looks have failed in a row.
 */
export const GIVE_BACK = script(`
for i = 3, #ARGV do
  redis.call('ZREM', KEYS[2], ARGV[i])
  redis.call('ZADD', KEYS[1], 'XX', ARGV[1], ARGV[i])
end
if ARGV[2] ~= '1' then return redis.call('GET', KEYS[3]) or '0' end
local failures = redis.call('INCR', KEYS[3])
redis.call('EXPIRE', KEYS[3], 3600)
return failures`);

/**
 * Brings keys forward whose due time is still the one that was seen: a look that began meanwhile has counted anew.
 * KEYS due; ARGV of each key: identifier, the due time seen (ms), the new one (ms)
 * Returns how many.
 */
export const HASTEN = script(`
local hastened = 0
for i = 1, #ARGV, 3 do
  if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[i])) == tonumber(ARGV[i + 1]) then
    redis.call('ZADD', KEYS[1], ARGV[i + 2], ARGV[i])
    hastened = hastened + 1
  end
end
return hastened`);
