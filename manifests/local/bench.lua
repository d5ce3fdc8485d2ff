-- Script for wrk: compares every response with the expected one and prints one line for bench.sh.
-- Arguments: STATUS HEADER VALUE LENGTH [TURNS TEXT], where LENGTH is the length of the body in bytes.
-- With TURNS so many requests take turns; each has its number in its headers, in the place of TEXT.

-- Header names may be in lower case: haproxy writes them that way.

local threads = {}
local status, name, value, length

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  status, name, value, length = tonumber(args[1]), args[2], args[3], tonumber(args[4])
  wrong = 0
  if args[5] then
    take_turns(tonumber(args[5]), args[6])
  end
end

function take_turns(turns, text)
  local requests, turn = {}, 0
  for i = 1, turns do
    local headers = {}
    for header, template in pairs(wrk.headers) do
      headers[header] = template:gsub(text, i)
    end
    requests[i] = wrk.format(nil, nil, headers)
  end
  function request()
    turn = turn % turns + 1
    return requests[turn]
  end
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
