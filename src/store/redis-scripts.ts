/**
 * What Redis does in one step: the scripts of the second home. Every key is `<base><kind>:<name>`; the base is KEYS[1] and
 * ends with the version of this layout, so that another layout never meets these keys.
 *
 * - `record:<name>` hash: the finished answer, who wrote it (`writer`) and as which of its writes (`turn`)
 * - `history:<name>` list of JSON: the changes of state, oldest first
 * - `names`, `status:<state>` sorted sets with equal scores: Redis keeps those in the order of their bytes
 * - `gone:<uid>` for a while: this participant was removed, whatever a slower process still says
 * - `observed-at`: when the cluster last confirmed all of it, ms since 1970. Missing: Redis does not hold everything
 *
 * What somebody else put under one of these keys is thrown away: it must not keep the rest from being written.
 */

import { PHASES } from '../model/participant.ts'

/** Later than any process can be behind with a write. */
const GONE_FOR_MS = 3_600_000

const SHARED = `
local base = KEYS[1]
local states = { ${PHASES.map((phase) => `'${phase}'`).join(', ')} }
local function names_of(status) return base .. 'status:' .. status end
-- False, and nothing is there any more, when it was of another type.
local function clear(key, kind)
  local found = redis.call('TYPE', key).ok
  if found == kind or found == 'none' then return true end
  redis.call('DEL', key)
  return false
end
-- A list of names that is lost cannot be told from one that is short: all has to be told anew.
local function clear_names()
  local whole = clear(base .. 'names', 'zset')
  for _, status in ipairs(states) do whole = clear(names_of(status), 'zset') and whole end
  if not whole then redis.call('DEL', base .. 'observed-at') end
end
local function read(name, ...)
  local record = base .. 'record:' .. name
  clear(record, 'hash')
  return redis.call('HMGET', record, ...)
end
local function bury(uid) redis.call('SET', base .. 'gone:' .. uid, '1', 'PX', ${GONE_FOR_MS}) end
local function erase(name)
  redis.call('DEL', base .. 'record:' .. name, base .. 'history:' .. name)
  redis.call('ZREM', base .. 'names', name)
  for _, status in ipairs(states) do redis.call('ZREM', names_of(status), name) end
end
-- Decimal numbers without leading zeros, too long for a number of Lua.
local function is_less(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end
`

/**
 * ARGV: name, uid, status, version, writer, turn, how many changes to keep, `all` or `new`, the changes as a JSON array, then
 * the fields and values to keep. Answers 1, or 0 when what is held is newer.
 */
const PUT_RECORD = `${SHARED}
local name, uid, status, version, writer, turn = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local keep, which, changes = tonumber(ARGV[7]), ARGV[8], cjson.decode(ARGV[9])
if redis.call('EXISTS', base .. 'gone:' .. uid) == 1 then return 0 end
clear_names()
local record, history = base .. 'record:' .. name, base .. 'history:' .. name
clear(history, 'list')
local held = read(name, 'uid', 'status', 'version', 'writer', 'turn')
local whole = held[1] and held[2] and string.match(held[3] or '', '^%d+$') and tonumber(held[5])
-- Only what is there: after a deletion, a Redis that is full would let the rest through.
if not whole and redis.call('EXISTS', record, history) > 0 then erase(name) end
if whole then
  if is_less(version, held[3]) then return 0 end
  if held[4] == writer and tonumber(turn) < tonumber(held[5]) then return 0 end
  if held[2] ~= status then redis.call('ZREM', names_of(held[2]), name) end
  if held[1] ~= uid then
    bury(held[1])
    redis.call('DEL', history)
  end
end
redis.call('HSET', record, 'uid', uid, 'status', status, 'version', version, 'writer', writer, 'turn', turn, unpack(ARGV, 10))
redis.call('ZADD', base .. 'names', 0, name)
redis.call('ZADD', names_of(status), 0, name)
if which == 'all' then
  -- The longer one knows more. Of the shorter one only the end can be new.
  if redis.call('LLEN', history) < #changes then redis.call('DEL', history) else changes = { changes[#changes] } end
end
local tail = redis.call('LINDEX', history, -1)
local is_json, last = pcall(cjson.decode, tail or 'null')
if not is_json or type(last) ~= 'table' then last = nil end
for _, change in ipairs(changes) do
  if not last or last.status ~= change.status or last.reason ~= change.reason then
    redis.call('RPUSH', history, cjson.encode(change))
    last = change
  end
end
redis.call('LTRIM', history, -keep, -1)
return 1
`

/** ARGV: name, then the uids that are gone. */
const REMOVE_RECORD = `${SHARED}
clear_names()
local held = read(ARGV[1], 'uid')[1]
for index = 2, #ARGV do
  bury(ARGV[index])
  if held == ARGV[index] then erase(ARGV[1]) end
end
return 1
`

/**
 * ARGV: name, uid, entity tag. Erases the record if it is still that one, or not whole; unlike a removal it may come back.
 */
const DROP_RECORD = `${SHARED}
clear_names()
local held = read(ARGV[1], 'uid', 'etag')
if held[1] and held[2] and (held[1] ~= ARGV[2] or held[2] ~= ARGV[3]) then return 0 end
erase(ARGV[1])
return 1
`

/** ARGV: first index, last index, then the states (none: all). Answers the total, then name, status, lastUpdated of each on the page. */
const LIST_RECORDS = `${SHARED}
clear_names()
local first, last = ARGV[1], ARGV[2]
local total, names
if #ARGV <= 3 then
  local key = #ARGV == 2 and base .. 'names' or names_of(ARGV[3])
  total = redis.call('ZCARD', key)
  names = redis.call('ZRANGE', key, first, last)
else
  local keys = {}
  for index = 3, #ARGV do keys[#keys + 1] = names_of(ARGV[index]) end
  -- Aggregated, the scores stay equal, so the order stays that of the names.
  local all = redis.call('ZUNION', #keys, unpack(keys))
  total, names = #all, {}
  for index = tonumber(first) + 1, math.min(tonumber(last) + 1, total) do names[#names + 1] = all[index] end
end
local page = { total }
for _, name in ipairs(names) do
  local held = read(name, 'status', 'lastUpdated')
  page[#page + 1] = name
  page[#page + 1] = held[1] or ''
  page[#page + 1] = held[2] or ''
end
return page
`

/** ARGV: names. Answers the entity tag of each, empty where there is none or a list would not show it. */
const TAG_RECORDS = `${SHARED}
local tags = {}
clear_names()
for index, name in ipairs(ARGV) do
  local held = read(name, 'etag', 'status')
  local listed = held[2] and redis.call('ZSCORE', base .. 'names', name) and redis.call('ZSCORE', names_of(held[2]), name)
  tags[index] = listed and held[1] or ''
end
return tags
`

/** ARGV: ms since 1970, `first` or `again`. Answers 0 when nobody said before that everything is here, which only \`first\` may. */
const CONFIRM_ALL = `${SHARED}
clear_names()
local key = base .. 'observed-at'
clear(key, 'string')
local held = tonumber(redis.call('GET', key) or '')
if not held and ARGV[2] ~= 'first' then return 0 end
if not held or held < tonumber(ARGV[1]) then redis.call('SET', key, ARGV[1]) end
return 1
`

/** As ioredis defines commands. */
export const SCRIPTS = {
  putRecord: { lua: PUT_RECORD, numberOfKeys: 1 },
  removeRecord: { lua: REMOVE_RECORD, numberOfKeys: 1 },
  dropRecord: { lua: DROP_RECORD, numberOfKeys: 1 },
  listRecords: { lua: LIST_RECORDS, numberOfKeys: 1 },
  tagRecords: { lua: TAG_RECORDS, numberOfKeys: 1 },
  confirmAll: { lua: CONFIRM_ALL, numberOfKeys: 1 },
} as const
