#!/usr/bin/env python3
"""The part of Stripe's API that takes, captures, cancels and refunds a payment, with memory.

    python3 tests/support/providers/stripe_peer.py --port 0      # prints: listening PORT

From Stripe's reference (docs.stripe.com/api: payment_intents, refunds, errors, idempotent_requests) and its testing
page. What a test may order is in peer.py and faults.py, the payment methods are in stripe_cards.py. Not from Stripe:
GET /authenticate/{id}, the page where a payer approves a challenge (POST it, or add ?outcome=approve or ?outcome=fail).
"""

import hashlib
import hmac
import json
import time

from http_line import Answer
from peer import Peer, Refused, main, parser_of
from stripe_intents import Intents
from stripe_refunds import Refunds, shown

VERSION = "2024-06-20"
EARLIER = {"succeeded": "requires_confirmation", "requires_capture": "requires_confirmation", "pending": "requires_action",
           "requires_action": "requires_payment_method", "canceled": "requires_capture",
           "processing": "requires_confirmation"}
FAULT_ERRORS = {402: {"type": "card_error", "code": "card_declined", "decline_code": "generic_decline"},
                409: {"type": "idempotency_error", "code": "idempotency_key_in_use"},
                429: {"type": "invalid_request_error", "code": "rate_limit"}}
STORED = (402, 500)  # of the statuses that a fault may order; 400s, 401, 409 and 429 come before anything ran
RUNNING = None


class StripePeer(Intents, Refunds, Peer):

    routes = [("POST", "/v1/payment_intents", "create"),
              ("GET", "/v1/payment_intents", "list_intents"),
              ("GET", "/v1/payment_intents/{id}", "show"),
              ("POST", "/v1/payment_intents/{id}/confirm", "confirm"),
              ("POST", "/v1/payment_intents/{id}/capture", "capture"),
              ("POST", "/v1/payment_intents/{id}/cancel", "cancel"),
              ("POST", "/v1/refunds", "refund"),
              ("GET", "/v1/refunds", "list_refunds"),
              ("GET", "/v1/refunds/{id}", "show_refund"),
              ("GET", "/authenticate/{id}", "authenticate"),
              ("POST", "/authenticate/{id}", "authenticate")]

    def reset(self):
        super().reset()
        self.intents, self.charges, self.refunds = {}, {}, {}  # by id, oldest first
        self.cards_of = {}  # the card of an intent that has one, by its id
        self.keys = {}  # Idempotency-Key: (path and parameters, (status, body) or RUNNING)

    def reserve(self, request, function):
        if request.path.startswith("/authenticate/"):
            return None
        if request.headers.get("authorization") != f"Bearer {self.options.secret}":
            return problem(401, "Invalid API Key provided: sk_test_***")
        key = key_of(request)
        if key is None:
            return None
        if not 0 < len(key) <= 255:
            return problem(400, "Idempotency keys have 1 to 255 characters.")
        if key not in self.keys:
            self.keys[key] = (parameters_of(request), RUNNING)
            return None
        parameters, answer = self.keys[key]
        if parameters != parameters_of(request):
            return problem(400, "Keys for idempotent requests can only be used with the same parameters they were first "
                           f"used with. Try using a key other than '{key}' if you meant to execute a different request.",
                           type="idempotency_error")
        if answer is RUNNING:
            return problem(409, "There is currently another in-progress request using this Idempotent Key.",
                           **FAULT_ERRORS[409])
        return Answer(answer[0], json.loads(answer[1]), Idempotent_Replayed="true", **self.headers_of(key))

    def execute(self, request, function, arguments):
        try:
            done, stored = function(request, *arguments), True
        except Refused as refused:
            done, stored = refused.answer, refused.stored
        answer = done if isinstance(done, Answer) else Answer(200, done)
        key = key_of(request)
        answer.headers |= Answer(0, **self.headers_of(key)).headers
        if key is not None and stored:
            self.keys[key] = (parameters_of(request), (answer.status, answer.body()))
        elif key is not None:
            self.keys.pop(key, None)
        return answer

    def remember(self, request, answer, instead):
        key = key_of(request)
        if key is not None and answer.status in STORED and (instead or key not in self.keys):
            self.keys[key] = (parameters_of(request), (answer.status, answer.body()))

    def headers_of(self, key):
        common = {"Request_Id": f"req_{self.random_word(14)}", "Stripe_Version": VERSION}
        return common if key is None else common | {"Idempotency_Key": key}

    def fault_answer(self, status, request):
        return problem(status, "As the test ordered.", **FAULT_ERRORS.get(
            status, {"type": "api_error" if status >= 500 else "invalid_request_error"}))

    def distort(self, kind, value):
        if value.get("object") == "list":
            return value | {"data": [self.distort(kind, one) for one in value["data"]]}
        if kind == "wrong_amount":
            names = ("amount", "amount_received", "amount_capturable")
            return value | {name: value[name] + 1 for name in names if value.get(name)}
        if kind == "wrong_currency":
            return value | {"currency": "xaf" if value.get("currency") != "xaf" else "usd"}
        if kind == "other_payment":
            about = {"payment_intent": "pi_of_somebody_else"} if "payment_intent" in value else {}
            others = {name: f"{text}0" for name, text in value.get("metadata", {}).items()}
            return value | about | {"id": value["id"][:3] + "of_somebody_else", "metadata": others}
        status = "quantum" if kind == "unknown_status" else EARLIER.get(value.get("status"), "requires_payment_method")
        return value | {"status": status}

    def state(self):
        charges = [{"id": charge["payment_intent"], "amount": charge["amount"], "currency": charge["currency"],
                    "captured": charge["amount_captured"], "refunded": charge["amount_refunded"],
                    "voided": self.intents[charge["payment_intent"]]["status"] == "canceled",
                    "metadata": charge["metadata"], "key": charge["key"], "charge": charge["id"],
                    "status": self.intents[charge["payment_intent"]]["status"]}
                   for charge in self.charges.values() if charge["paid"]]
        refunds = [{"id": one["id"], "charge": one["payment_intent"], "amount": one["amount"], "status": one["status"],
                    "metadata": one["metadata"], "key": one["key"]} for one in self.refunds.values()]
        return {"charges": charges, "refunds": refunds}

    def payer_says(self, about, outcome):
        if about in self.refunds:
            return self.settle_refund(self.refunds[about], outcome == "approve")
        return self.settle_intent(self.intents[about], outcome)

    def webhook(self, order):
        about = order.get("id", "")
        current = (self.shown(self.intents[about]) if about in self.intents else
                   shown(self.refunds[about]) if about in self.refunds else {"id": about})
        event = {"id": order.get("event_id") or f"evt_{self.random_word(24)}", "object": "event", "api_version": VERSION,
                 "created": int(time.time()), "type": order["type"], "livemode": False, "pending_webhooks": 1,
                 "request": {"id": None, "idempotency_key": None},
                 "data": {"object": order.get("object", current)}}
        body = json.dumps(event).encode()
        secrets = order.get("secret", self.options.webhook_secret)
        moment = int(time.time()) - order.get("age_seconds", 0)
        signatures = [signature("not the secret" if order.get("forge") else secret, moment, body)
                      for secret in (secrets if isinstance(secrets, list) else [secrets])]
        return event["id"], body, {"Stripe-Signature": ",".join([f"t={moment}", *(f"v1={one}" for one in signatures)])}


def signature(secret, moment, body):
    """docs.stripe.com/webhooks: HMAC-SHA256 of the time, a dot and the body."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def key_of(request):
    return request.headers.get("idempotency-key") if request.method == "POST" else None


def parameters_of(request):
    return request.path, sorted(request.form)


def problem(status, message, **fields):
    return Answer(status, {"error": {"type": "invalid_request_error", "message": message} | fields})


if __name__ == "__main__":
    options = parser_of("sk_test_peer")
    options.add_argument("--webhook-secret", default="whsec_peer")
    main(StripePeer(options.parse_args()))
