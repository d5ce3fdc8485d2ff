-- Script for wrk: compares every response with the expected one and prints one line for bench.sh.
-- Arguments: STATUS HEADER VALUE LENGTH, where LENGTH is the length of the body in bytes.

-- Header names may be in lower case: haproxy writes them that way.

local threads = {}
local status, name, value, length

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  status, name, value, length = tonumber(args[1]), args[2], args[3], tonumber(args[4])
  wrong = 0
end

function response(got, headers, body)
  if got ~= status or (headers[name] or headers[name:lower()]) ~= value or #body ~= length then
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do
    failed = failed + thread:get("wrong")
  end
  print(string.format("MEASURED %d %d %d %d %d", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), failed))
end
