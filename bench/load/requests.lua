-- wrk: requests that each have a key of their own and come from many buyers in turn.
-- Arguments after the address: method, path, file of tokens, file of bodies, prefix of the keys,
-- number of the first request.

local heads, tails, count, kinds, next_one, prefix = {}, {}, 0, 0, 0, ""
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local function lines_of(name)
  local found = {}
  for line in io.lines(name) do found[#found + 1] = line end
  return found
end

function init(args)
  local method, path = args[1], args[2]
  prefix = args[5] .. string.format("%02d", number)
  next_one = tonumber(args[6])
  for _, token in ipairs(lines_of(args[3])) do
    heads[#heads + 1] = method .. " " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      .. "Authorization: Bearer " .. token .. "\r\n"
  end
  if method == "POST" then
    for _, body in ipairs(lines_of(args[4])) do
      tails[#tails + 1] = "\r\nContent-Type: application/json\r\nContent-Length: "
        .. #body .. "\r\n\r\n" .. body
    end
  end
  count, kinds = #heads, #tails
end

function request()
  next_one = next_one + 1
  local head = heads[next_one % count + 1]
  if kinds == 0 then return head .. "\r\n" end
  return head .. "Idempotency-Key: " .. prefix .. string.format("%014d", next_one)
    .. tails[next_one % kinds + 1]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"done": %d, "seconds": %.6f, "p50": %.6f, "p99": %.6f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
