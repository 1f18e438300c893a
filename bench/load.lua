-- Load for wrk with one thread: every request has work of its own.
--
--   wrk -t1 -c64 -d5s -s load.lua http://127.0.0.1:5009 -- workload=create next_order=1 …
--
-- create   a new order each time
-- process  the next pending payment, from next_pending to last_pending; ends early when they are used up
-- get      any payment from 1 to last_payment
-- mix      what one sale costs: its creation, its payment, and three looks at payments
--
-- intent   what the service asks of Stripe, asked of Stripe itself
--
-- keyed=1 sends an Idempotency-Key with every POST: a random UUID, as most clients do. api_key=… sends that key.
-- token=… pays with that instead of a card's number.
-- The last line of the output is JSON.

-- Global, because `done` runs in another Lua state and sees nothing else of the thread's.
next_order = 1
next_pending = 1

local last_pending, last_payment, keyed
local api_key_header = ""

-- Users of the shop: rows of one user lie far apart, as in a shop.
local users = 10000

local card = '{"cardNumber":"4242424242424242","cardCode":"123","expirationDate":"12/40"}'

local function key_header()
  if not keyed then return "" end
  local random = math.random
  return string.format("Idempotency-Key: %08x-%04x-4%03x-8%03x-%06x%06x\r\n", random(0, 0xffffffff),
                       random(0, 0xffff), random(0, 0xfff), random(0, 0xfff), random(0, 0xffffff),
                       random(0, 0xffffff))
end

local function post(path, body)
  return "POST " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" .. key_header() ..
         api_key_header .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
end

local function create()
  local order = next_order
  next_order = order + 1
  return post("/payments", string.format('{"user_id":%d,"order_id":%d,"total_amount":99.53}',
                                         order * 7919 % users + 1, order))
end

local function process()
  local id = math.min(next_pending, last_pending)
  next_pending = id + 1
  -- A few more requests may follow in this turn of wrk's loop: paying twice answers as the first time did.
  if id == last_pending then wrk.thread:stop() end
  return post("/payments/process/" .. id, card)
end

local function get()
  return "GET /payments/" .. math.random(1, last_payment) .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n" .. api_key_header ..
         "\r\n"
end

local sale = { create, process, get, get, get }
local step = 0

local intent_form = "amount=9953&currency=cad&confirm=true&payment_method=pm_card_visa&capture_method=automatic" ..
                    "&payment_method_types%5B0%5D=card&metadata%5Bpayment_id%5D=1&expand%5B0%5D=latest_charge"

local function intent()
  next_order = next_order + 1
  return "POST /v1/payment_intents HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sk_test_peer\r\n" ..
         "Content-Type: application/x-www-form-urlencoded\r\nIdempotency-Key: bench-" .. next_order ..
         "\r\nContent-Length: " .. #intent_form .. "\r\n\r\n" .. intent_form
end

local function mix()
  step = step % #sale + 1
  return sale[step]()
end

local workloads = { create = create, process = process, get = get, mix = mix, intent = intent }

function init(arguments)
  local given = {}
  for _, argument in ipairs(arguments) do
    local name, value = argument:match("^([a-z_]+)=([%w_-]+)$")
    if name then given[name] = value end
  end
  next_order = tonumber(given.next_order)
  next_pending = tonumber(given.next_pending)
  last_pending = tonumber(given.last_pending)
  last_payment = tonumber(given.last_payment)
  keyed = given.keyed == "1"
  if given.api_key then api_key_header = "X-Api-Key: " .. given.api_key .. "\r\n" end
  if given.token then card = '{"payment_method":{"type":"card","token":"' .. given.token .. '"}}' end
  math.randomseed(tonumber(given.seed))
  request = workloads[given.workload]
end

local worker

function setup(thread) worker = thread end

function done(summary, latency)
  local errors = summary.errors
  print(string.format('{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"failures":%d,"timeouts":%d,' ..
                      '"broken":%d,"next_order":%d,"next_pending":%d}',
                      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000,
                      latency:percentile(99) / 1000, errors.status, errors.timeout,
                      errors.connect + errors.read + errors.write,
                      worker:get("next_order"), worker:get("next_pending")))
end
