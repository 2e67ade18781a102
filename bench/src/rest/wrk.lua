-- What wrk sends: METHOD, BODY and HEADERS are the same for all; the paths are the lines of the file PATHS, in turns.
local method, body = os.getenv("METHOD"), os.getenv("BODY")
local headers = {}
if body == "" then body = nil else headers["Content-Type"] = "application/json" end
if os.getenv("TOKEN") ~= "" then headers["Authorization"] = "Bearer " .. os.getenv("TOKEN") end
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local next_path = 0

function request()
  next_path = next_path % #paths + 1
  return wrk.format(method, paths[next_path], headers, body)
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.write(string.format("TOLD %d %d %d %d %d\n", summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(99)))
end
