#!/usr/bin/env bash
# The same walk as payment-service.postman_collection.json, for reading: one payment from its creation to its refund,
# then what is refused and how. Every step says what it asks and what came; the first answer that is not as expected
# ends the walk with 1. Needs curl and jq.
#
#   docs/collections/walk.sh
#   BASE_URL=https://localhost:5009 CURL_CA_BUNDLE=certificates/payment-cert.pem API_KEY=pay_… docs/collections/walk.sh
set -euo pipefail
base=${BASE_URL:-http://127.0.0.1:5009}
order=$(date +%s)$((RANDOM % 9000 + 1000)) # an order of this walk's own
run=$(tr 0-9 a-j <<<"$order")              # and keys; in letters, for a key must not happen to hold a card's number

answer= status= replayed= location= # of the last request
in_short='if .data or .payments then "\(.data // .payments | length) of them"
  else [.status, .code, .decline_code, .detail] | map(strings) | join(" · ") end'
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT

# say SENTENCE: the next step.
say() {
  printf '\n%s\n' "$1"
}

# ask METHOD PATH [BODY [KEY]]: the request, and what came of it.
ask() {
  local method=$1 path=$2 body=${3-} key=${4-}
  local options=(--silent --show-error --max-time 30 --request "$method" --dump-header "$headers")
  [ -n "$body" ] && options+=(--header 'Content-Type: application/json' --data-binary "$body")
  [ -n "$key" ] && options+=(--header "Idempotency-Key: $key")
  # On standard input, where other users of the machine do not see it.
  answer=$(printf '%s' "${API_KEY:+header = \"X-Api-Key: $API_KEY\"}" | curl "${options[@]}" --config - "$base$path") ||
    wrong "nothing answers at $base"
  status=$(awk 'NR == 1 { print $2 }' "$headers")
  replayed=$(header idempotent-replayed)
  location=$(header location)
  printf '  %-6s %s%s%s\n' "$method" "$path" "${body:+ ${body:0:110}}" "${key:+ (Idempotency-Key: $key)}"
  printf '  %s %s\n' "$status" "$(jq -r "$in_short" <<<"$answer" 2>/dev/null || echo 'no JSON')"
}

header() {
  tr -d '\r' <"$headers" | awk -F ': ' -v name="$1" 'tolower($1) == name { print $2 }'
}

# expect STATUS [CONDITION…]: of the last answer; conditions are jq's.
expect() {
  [ "$status" = "$1" ] || wrong "expected $1, got $status"
  local condition
  for condition in "${@:2}"; do
    jq --exit-status "$condition" <<<"$answer" >/dev/null || wrong "expected $condition"
  done
}

wrong() {
  printf 'NOT AS EXPECTED: %s\n%s\n' "$1" "$answer" >&2
  exit 1
}

# card NUMBER: the body that pays with it.
card() {
  printf '{"cardNumber": "%s", "cardCode": "123", "expirationDate": "2030-01"}' "$1"
}

create="{\"user_id\": 7, \"order_id\": $order, \"total_amount\": 99.53}"

say 'Is it there?'
ask GET /
expect 200 '.service == "PaymentMicroservice"' '.status == "running"'
ask GET /health/ready
expect 200 '.status == "ok"'

say 'The shop creates a payment.'
ask POST /payments "$create" "create-$run"
expect 201 '.status == "pending"' '.is_paid == false' '.total_amount == 99.53'
id=$(jq .payment_id <<<"$answer")
[ "$location" = "/payments/$id" ] || wrong "Location is $location"

say 'It did not hear the answer and asks again with the same key: the same payment, made once.'
ask POST /payments "$create" "create-$run"
expect 201 ".id == $id"
[ "$replayed" = true ] || wrong 'Idempotent-Replayed is not true'

say 'The same key for something else is refused.'
ask POST /payments "{\"user_id\": 7, \"order_id\": $order, \"total_amount\": 11}" "create-$run"
expect 422 '.code == "idempotency_key_reused"'

say "The shopper's first card is declined; the payment stays as it was."
ask POST "/payments/process/$id" "$(card 4000000000009995)"
expect 402 '.code == "card_declined"' '.decline_code == "insufficient_funds"'
ask GET "/payments/$id"
expect 200 '.status == "pending"' '.last_error.decline_code == "insufficient_funds"'

say 'The second one pays. Of the card, brand, last digits and expiry are kept.'
ask POST "/payments/process/$id" "$(card 4242424242424242)"
expect 200 '.is_paid' '.captured_amount == 99.53' '.payment_method.last4 == "4242"'
version=$(jq .version <<<"$answer")

say 'Paying again charges nothing.'
ask POST "/payments/$id/process" "$(card 4242424242424242)"
expect 200 '.is_paid' ".version == $version"

say 'A part goes back, and never more than was taken.'
ask POST "/payments/$id/refund" '{"amount": 20, "reason": "one book came back"}'
expect 200 '.status == "partially_refunded"' '.refunded_amount == 20'
ask POST "/payments/$id/refund" '{"amount": 80}'
expect 409 '.code == "amount_exceeds_captured"'
ask GET "/payments/$id/refunds"
expect 200 '[.data[].amount] == [20]'

say 'What happened, in order.'
ask GET "/payments/$id/events?limit=100"
expect 200 '[.data[].sequence] == [range(1; (.data | length) + 1)]' '.data[0].type == "payment.created"' \
  '.data[-1].type == "payment.refunded"'
jq -r '.data[] | "  \(.sequence)  \(.type)"' <<<"$answer"
ask GET "/payments/$id/attempts"
expect 200 '[.data[] | select(.kind == "authorize").outcome] == ["declined", "succeeded"]'

say 'Some payments are only authorized, and captured when the parcel leaves.'
ask POST /payments "{\"user_id\": 7, \"order_id\": $order, \"total_amount\": 50, \"capture_method\": \"manual\"}"
expect 201
held=$(jq .id <<<"$answer")
ask POST "/payments/$held/process" "$(card 5555555555554444)"
expect 200 '.status == "authorized"' '.is_paid == false' '.authorized_amount == 50'
ask POST "/payments/$held/capture" '{"amount": 50.01}'
expect 409 '.code == "amount_exceeds_authorized"'
ask POST "/payments/$held/capture" '{"amount": 30}'
expect 200 '.is_paid' '.captured_amount == 30'

say 'What does not fit the state is refused, with the way out.'
ask POST "/payments/$held/cancel"
expect 409 '.code == "invalid_state"' '.detail | contains("refund")'

say 'The shop rolls the whole order back, whatever state its payments are in, and may do so twice.'
ask POST "/payments/refund-by-order/$order"
expect 200 '[.payments[].status] == ["refunded", "refunded"]'
ask POST "/payments/cancel-by-order/$order"
expect 200 '[.payments[].status] == ["refunded", "refunded"]'
ask DELETE "/payments/$id"
expect 200 '.status == "refunded"' '.refunded_amount == 99.53'

say 'One that was never paid is canceled.'
ask POST /payments "$create"
expect 201
unpaid=$(jq .id <<<"$answer")
ask POST "/payments/$unpaid/cancel" '{"reason": "changed their mind"}'
expect 200 '.status == "canceled"'

say "The gateway's paths lead to the same; there, POST of a payment means process."
ask POST /payments-api/payments "$create"
expect 201
other=$(jq .payment_id <<<"$answer")
ask POST "/payments-api/payments/$other" "$(card 9999999999999)"
expect 200 '.is_paid' ".order_id == $order"
ask GET "/payments-api/payments/$other"
expect 200 '.is_paid'

say 'Lists come in pages, newest first.'
ask GET "/payments?order_id=$order&limit=3"
expect 200 "[.data[].id] == [$other, $unpaid, $held]" '.has_more'
ask GET "/payments?order_id=$order&limit=3&cursor=$(jq -r .next_cursor <<<"$answer")"
expect 200 "[.data[].id] == [$id]" '.has_more == false' '.next_cursor == null'

say 'What is wrong is said, by a code that never changes.'
refuse() {
  local expected=$1 code=$2
  ask "${@:3}"
  expect "$expected" ".code == \"$code\"" ".status == $expected" '.error == .detail'
}
refuse 400 malformed_json POST /payments '{"user_id": 7,'
refuse 400 invalid_request POST /payments '{"user_id": 0}'
expect 400 '[.errors[].field] | sort == ["order_id", "total_amount", "user_id"]'
refuse 400 incorrect_number POST "/payments/process/$other" "$(card 4242424242424241)"
refuse 400 invalid_expiry_year POST "/payments/process/$other" \
  '{"cardNumber": "4242424242424242", "cardCode": "123", "expirationDate": "2020-01"}'
refuse 400 invalid_expiry_month POST "/payments/process/$other" \
  '{"cardNumber": "4242424242424242", "cardCode": "123", "expirationDate": "2030-13"}'
refuse 400 invalid_cvc POST "/payments/process/$other" \
  '{"cardNumber": "4242424242424242", "cardCode": "1234", "expirationDate": "2030-01"}'
refuse 400 invalid_idempotency_key POST /payments "$create" 'a key with blanks'
refuse 404 not_found GET /payments/9007199254740991
refuse 405 method_not_allowed PUT /payments '{}'
refuse 404 not_found POST /providers/adyen/webhook '{}'
refuse 404 not_found POST /notifications/9007199254740991/retry

say 'Who takes the money, what it was asked, and whom we told.'
ask GET /providers
expect 200 '.data | length > 0'
ask GET '/attempts?limit=1'
expect 200 '.data | length == 1'
ask GET "/notifications?payment_id=$other"
expect 200 '.data | type == "array"'

printf '\nAll as expected.\n'
