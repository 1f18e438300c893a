#!/usr/bin/env bash
# Exercise 5: follows requests by their X-Request-Id: reply, log, payment, event, notification.
#   docs/exercises/trace.sh [PORT [PORT OF THE SHOP]]
set -euo pipefail
if [ "${1:-}" = --help ]; then sed -n '2,3s/^# *//p' "$0"; exit; fi
cd "$(dirname "$0")/../.."
program=${PAYMENT_SERVICE:-build/release/payment-service}
port=${1:-5102} shop_port=${2:-5103} # nobody listens at the second: the shop is away
url=http://127.0.0.1:$port
folder=$(mktemp -d -t payment-exercise-XXXXXX)

"$program" serve --listen "127.0.0.1:$port" --database "sqlite:$folder/ours.db" --log-level debug --log-format json \
  --store-manager-orders-url "http://127.0.0.1:$shop_port/orders" >"$folder/out" 2>"$folder/log" &
service=$!
trap 'kill $service 2>/dev/null || true; wait $service || true; rm -r "$folder"' EXIT
for _ in $(seq 100); do grep -q listens "$folder/out" && break; sleep 0.05; done
kill -0 $service || { cat "$folder/log"; exit 1; }

post() { # REQUEST_ID PATH BODY: headers and body of the reply
  curl -si --max-time 10 "$url$2" -H 'Content-Type: application/json' -H "X-Request-Id: $1" -d "$3"
}
seen() { # TITLE FILTER: what jq finds, and that it found something
  echo "$1"
  jq -c "$2" | grep . || { echo "NO: nothing of it" >&2; exit 1; }
}
card='"cardCode": "123", "expirationDate": "2030-01"'

post trace-1 /payments '{"user_id": 1, "order_id": 7, "total_amount": 59.5}' >"$folder/created"
payment=$(tail -n 1 "$folder/created" | jq -e .payment_id)
post trace-2 "/payments/$payment/process" "{\"cardNumber\": \"4242424242424241\", $card}" >"$folder/refused"
post trace-3 "/payments/$payment/process" "{\"cardNumber\": \"4242424242424242\", $card}" >"$folder/paid"

echo 'the replies bear it'
grep -hi '^x-request-id' "$folder/created" "$folder/refused" "$folder/paid" | tr -d '\r'
tail -n 1 "$folder/refused" | seen 'and a problem says it in its body' '{code, request_id}'
sleep 0.2 # the log is written on its own
seen 'the log has one line a request' 'select(.message == "request" and (.request_id | startswith("trace-")))
  | {level, request_id, method, route, status}' <"$folder/log"
curl -s "$url/payments/$payment/events" |
  seen "from here on the payment's id leads: its events" '.data[] | {id, type}'
curl -s "$url/notifications" |
  seen 'and what is to be told of it' ".data[] | select(.payment_id == $payment) | {id, type, payment_id, status}"
seen 'the log on telling it, which knows the receiver and no request' 'select(.message | startswith("a client could not be told"))
  | del(.time)' <"$folder/log"
echo 'batches have no ids: they are counted'
curl -s "$url/metrics" | grep -E '^commit_batch_size_(sum|count)' || { echo 'NO: no batches were counted' >&2; exit 1; }
if grep -q 42424242 "$folder/log"; then echo "NO: a card's number is in the log"; exit 1; fi
echo "no card's number is in the log"
