#!/usr/bin/env bash
# Starts the service on SQLite with the demo payments, in the foreground, and says what to try.
set -euo pipefail
cd "$(dirname "$0")/.."
listen=${LISTEN:-127.0.0.1:5009}
url=http://$listen

say_what_to_try() {
  for _ in $(seq 100); do
    curl -fs "$url/health/live" >/dev/null 2>&1 && break
    sleep 0.1
  done
  kill -0 "$1" 2>/dev/null || return 0
  cat <<EOF

Try, in another terminal (Ctrl-C ends the service; its data stays in build/payments.db):

  curl -sw '\n' $url/payments -H 'Content-Type: application/json' -d '{"user_id": 1, "order_id": 1, "total_amount": 99.53}'
  curl -sw '\n' $url/payments/process/1 -H 'Content-Type: application/json' -d '{"cardNumber": "4242424242424242", "cardCode": "123", "expirationDate": "2030-01"}'
  curl -sw '\n' $url/payments/1/events

Everything it answers: $url/docs

EOF
}

if curl -s --max-time 1 -o /dev/null "$url"; then
  echo "make run: something answers on $listen already; choose another address: LISTEN=127.0.0.1:5010 make run" >&2
  exit 1
fi
say_what_to_try $$ &
exec build/release/payment-service serve --demo --listen "$listen" --database "${PAYMENT_RUN_DATABASE:-sqlite:build/payments.db}" --log-level debug
