"""The generic cell rate algorithm, performed by the server in one step and on its own clock."""

# KEYS: a bucket per use. ARGV: per use the interval and the quota. The value of a bucket is the
# moment (microseconds) when its quota is whole again, and it expires then. The answer has two
# numbers per use: in how many microseconds the quota is whole, and in how many a use refused now
# would be allowed. Moments and intervals stay below 2^53, so that Lua counts them exactly.
#
# A bucket can be further from whole than its quota allows only when the server's clock was put
# back; nobody has to wait for longer than a window because of that.
TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local before, taken, retry, refused = {}, {}, {}, false
for i, key in ipairs(KEYS) do
    local interval, quota = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    if not before[key] then
        local kept = tonumber(redis.call('GET', key) or now)
        before[key] = math.min(math.max(kept, now), now + interval * quota)
    end
    local whole = taken[key] or before[key]
    retry[i] = math.max(0, whole - now - (quota - 1) * interval)
    if retry[i] > 0 then
        refused = true
    else
        taken[key] = whole + interval
    end
end
local answer, sofar = {}, {}
for i, key in ipairs(KEYS) do
    sofar[key] = sofar[key] or before[key]
    if not refused then
        sofar[key] = sofar[key] + ARGV[2 * i - 1]
    end
    answer[2 * i - 1] = sofar[key] - now
    answer[2 * i] = retry[i]
end
if not refused then
    for key, whole in pairs(taken) do
        redis.call('SET', key, string.format('%.0f', whole),
                   'PX', string.format('%.0f', math.ceil((whole - now) / 1000)))
    end
end
return answer
"""
