import { script } from '../runtime/script.ts';

/**
 * KEYS 1 epoch, 2 sequence, 3 log, 5 lineage. ARGV 1 the epoch and 2 the sequence that the tables know of.
 * A Redis that was emptied, replaced, or came back with older data must not go on counting: numbers would come twice. Nor may a
 * replica that was promoted: what was heard last may never have reached it. Its master's id is then in \`master_replid2\`, which
 * is all zeros where nothing was promoted since the server started.
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ "Replication ID explained"
 */
const GOES_ON = `
local function lineage()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid2:(%x+)') or ''
end
local function goes_on()
  local promoted, known = lineage(), redis.call('GET', KEYS[5])
  if known and known ~= promoted and string.find(promoted, '[^0]') then return false end
  local sequence = tonumber(redis.call('GET', KEYS[2]) or '')
  if redis.call('GET', KEYS[1]) ~= ARGV[1] or not sequence or sequence < tonumber(ARGV[2]) then return false end
  if redis.call('EXISTS', KEYS[3]) == 0 then return true end
  local info = redis.call('XINFO', 'STREAM', KEYS[3])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return tonumber(string.match(info[i + 1], '^%d+')) <= sequence end
  end
  return false
end
`;

/**
 * Publishes one event, appends it to the log and updates what is live now, or does nothing at all.
 * KEYS 1 epoch, 2 sequence, 3 log, 4 live, 5 lineage, 6 mark of this event.
 * ARGV 1 known epoch, 2 known sequence, 3 channel, 4 to 6 the event cut where sequence and epoch belong,
 *      7 about how many events the log keeps, 8 seconds the mark stays, 9 HSET or HDEL, then what it takes.
 * Returns {'published' or 'repeated', '<epoch> <sequence>'}, or {'behind'} when this Redis cannot go on counting.
 * The event is never decoded here: cjson would change it.
 */
export const PUBLISH = script(`${GOES_ON}
local mark = redis.call('GET', KEYS[6])
if mark then return {'repeated', mark} end
if not goes_on() then return {'behind'} end
local sequence = string.format('%.0f', tonumber(redis.call('GET', KEYS[2])) + 1)
local event = ARGV[4] .. sequence .. ARGV[5] .. ARGV[1] .. ARGV[6]
-- First what Redis may refuse (out of memory): a script that fails is not undone.
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[7], sequence .. '-0', 'channel', ARGV[3], 'event', event)
redis.call('SET', KEYS[2], sequence)
redis.call('SET', KEYS[5], lineage(), 'NX')
mark = ARGV[1] .. ' ' .. sequence
redis.call('SET', KEYS[6], mark, 'EX', ARGV[8])
for i = 10, #ARGV, 2 do
  if ARGV[9] == 'HSET' then redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1]) else redis.call('HDEL', KEYS[4], ARGV[i]) end
end
redis.call('PUBLISH', ARGV[3], event)
return {'published', mark}
`);

/**
 * Makes the snapshot what the tables say, and starts a new epoch with an empty log where the old one cannot go on.
 * KEYS 1 epoch, 2 sequence, 3 log, 4 live, 5 lineage.
 * ARGV 1 known epoch, 2 known sequence, 3 name for a new epoch, 4 'dry' to change nothing, then fields and values.
 * Returns {1 if a new epoch is started, fields of the snapshot that were wrong}.
 */
export const RESTORE = script(`${GOES_ON}
local fresh = not goes_on()
local present = {}
local held = redis.call('HGETALL', KEYS[4])
for i = 1, #held, 2 do present[held[i]] = held[i + 1] end
local wrong = {}
for i = 5, #ARGV, 2 do
  if present[ARGV[i]] ~= ARGV[i + 1] then
    wrong[#wrong + 1] = ARGV[i]
    if ARGV[4] ~= 'dry' then redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1]) end
  end
  present[ARGV[i]] = nil
end
for field in pairs(present) do
  wrong[#wrong + 1] = field
  if ARGV[4] ~= 'dry' then redis.call('HDEL', KEYS[4], field) end
end
if fresh and ARGV[4] ~= 'dry' then
  redis.call('DEL', KEYS[3])
  redis.call('SET', KEYS[1], ARGV[3])
  redis.call('SET', KEYS[2], '0')
  redis.call('SET', KEYS[5], lineage())
end
return {fresh and 1 or 0, wrong}
`);
