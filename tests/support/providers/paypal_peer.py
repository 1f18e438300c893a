#!/usr/bin/env python3
"""The part of PayPal's API that takes, captures, voids and refunds a payment, with memory.

    python3 tests/support/providers/paypal_peer.py --port 0      # prints: listening PORT

From PayPal's reference (developer.paypal.com: Orders v2, Payments v2, authentication, idempotency, webhooks). What a
test may order is in peer.py and faults.py, and here also:

POST /_peer/token      {"expires_in": 2} of tokens given from now on; {"revoke": true} ends those that were given
POST /_peer/refunds    {"take_time": true}: refunds are PENDING until POST /_peer/payers says what came

Outcomes of /_peer/payers: approve, fail (approves with what will be declined), cancel, expire (of an order that nobody
approved, or an authorization). The header PayPal-Mock-Response {"mock_application_codes": "…"} makes that issue, as in
PayPal's sandbox. GET /approve/{order} is the payer's page. The same PayPal-Request-Id on the same path gets the same
answer; answers of 4xx are forgotten, but for declines.
"""

import base64
import datetime
import hashlib
import hmac
import json
import string
import time

from http_line import Answer
from paypal_money import amount_of, invalid, not_found, refuse, unprocessable
from paypal_orders import Orders
from paypal_payments import Payments
from peer import Peer, Refused, main, parser_of

CODES = string.digits + string.ascii_uppercase
EARLIER = {"COMPLETED": "PENDING", "APPROVED": "CREATED", "CAPTURED": "CREATED", "VOIDED": "CREATED",
           "PARTIALLY_CAPTURED": "CREATED", "REFUNDED": "COMPLETED", "PARTIALLY_REFUNDED": "COMPLETED"}
NAMES = {400: "INVALID_REQUEST", 401: "AUTHENTICATION_FAILURE", 403: "NOT_AUTHORIZED", 404: "RESOURCE_NOT_FOUND",
         409: "RESOURCE_CONFLICT", 422: "UNPROCESSABLE_ENTITY", 429: "RATE_LIMIT_REACHED", 500: "INTERNAL_SERVER_ERROR",
         503: "SERVICE_UNAVAILABLE"}
SIGNED = ("auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time", "webhook_id",
          "webhook_event")
ALGORITHM = "SHA256withRSA"
RUNNING = None


class PayPalPeer(Orders, Payments, Peer):

    routes = [("POST", "/v1/oauth2/token", "give_token"),
              ("POST", "/v2/checkout/orders", "create_order"),
              ("GET", "/v2/checkout/orders/{id}", "show_order"),
              ("POST", "/v2/checkout/orders/{id}/capture", "capture_order"),
              ("POST", "/v2/checkout/orders/{id}/authorize", "authorize_order"),
              ("GET", "/v2/payments/authorizations/{id}", "show_authorization"),
              ("POST", "/v2/payments/authorizations/{id}/capture", "capture_authorization"),
              ("POST", "/v2/payments/authorizations/{id}/void", "void_authorization"),
              ("GET", "/v2/payments/captures/{id}", "show_capture"),
              ("POST", "/v2/payments/captures/{id}/refund", "refund_capture"),
              ("GET", "/v2/payments/refunds/{id}", "show_refund"),
              ("POST", "/v1/notifications/verify-webhook-signature", "verify_webhook"),
              ("GET", "/approve/{id}", "approve"),
              ("POST", "/approve/{id}", "approve")]

    def reset(self):
        super().reset()
        self.orders, self.authorizations, self.captures, self.refunds = {}, {}, {}, {}  # by id, oldest first
        self.invoices = {}  # invoice_id: the order that paid it
        self.tokens, self.token_seconds, self.tokens_given = {}, 32400, 0
        self.keys = {}  # (path, PayPal-Request-Id): (status, body) or RUNNING
        self.refunds_take_time = False

    def reserve(self, request, function):
        if function in (self.give_token, self.approve):
            return None
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, 0) <= time.monotonic():
            return Answer(401, {"error": "invalid_token", "error_description": "Token signature verification failed"})
        if request.method == "POST" and not request.headers.get("content-type", "").startswith("application/json"):
            return refuse(415, "UNSUPPORTED_MEDIA_TYPE").answer
        key = key_of(request)
        if key is None or key not in self.keys:
            if key is not None:
                self.keys[key] = RUNNING
            return None
        if self.keys[key] is RUNNING:
            return refuse(409, "RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS").answer
        status, body = self.keys[key]
        again = 200 if status == 201 and "/orders" in request.path else status
        return Answer(again, json.loads(body) if body else None, PayPal_Debug_Id=self.code(13).lower())

    def execute(self, request, function, arguments):
        try:
            if function in (self.give_token, self.approve):
                done = function(request, None, *arguments)
            else:
                self.check_mock(request)
                done = function(request, body_of(request), *arguments)
            stored = True
        except Refused as refused:
            done, stored = refused.answer, refused.stored
        answer = done if isinstance(done, Answer) else Answer(200, done)
        answer.headers["PayPal-Debug-Id"] = self.code(13).lower()
        key = key_of(request)
        if key is not None and stored:
            self.keys[key] = (answer.status, answer.body())
        elif key is not None:
            self.keys.pop(key, None)
        return answer

    def remember(self, request, answer, instead):
        """PayPal says nothing of remembered failures, so only a test that asks for one in so many words gets one."""
        if key_of(request) is not None and instead:
            self.keys[key_of(request)] = (answer.status, answer.body())

    def not_found(self, _request, _body):
        raise not_found()

    def check_mock(self, request):
        mock = request.headers.get("paypal-mock-response")
        if mock:
            issue = json.loads(mock)["mock_application_codes"]
            raise unprocessable(issue, stored=issue == "INSTRUMENT_DECLINED")

    def fault_answer(self, status, request):
        return refuse(status, NAMES.get(status, "INTERNAL_SERVER_ERROR")).answer

    def give_token(self, request, _body):
        wanted = base64.b64encode(f"{self.options.client_id}:{self.options.secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {wanted}":
            return Answer(401, {"error": "invalid_client", "error_description": "Client Authentication failed"})
        if dict(request.form).get("grant_type") != "client_credentials":
            return Answer(400, {"error": "unsupported_grant_type", "error_description": "unsupported grant_type"})
        token = "A21AA" + self.random_word(60)
        self.tokens[token] = time.monotonic() + self.token_seconds
        self.tokens_given += 1
        return {"scope": "https://uri.paypal.com/services/payments/payment", "access_token": token, "token_type": "Bearer",
                "app_id": "APP-PEER", "expires_in": self.token_seconds, "nonce": self.random_word(20)}

    def verify_webhook(self, _request, body):
        for name in SIGNED:
            if name not in body:
                raise invalid("MISSING_REQUIRED_PARAMETER", f"/{name}")
        right = (body["webhook_id"] == self.options.webhook_id and body["auth_algo"] == ALGORITHM and
                 hmac.compare_digest(body["transmission_sig"], self.signature(
                     body["transmission_id"], body["transmission_time"], body["webhook_event"])))
        return {"verification_status": "SUCCESS" if right else "FAILURE"}

    def signature(self, transmission, moment, event):
        """In place of PayPal's RSA signature, which only PayPal can make. Of the event's value, not of its bytes."""
        signed = f"{transmission}|{moment}|{self.options.webhook_id}|{json.dumps(event, sort_keys=True)}"
        return base64.b64encode(hmac.new(str(self.seed).encode(), signed.encode(), hashlib.sha256).digest()).decode()

    def webhook(self, order):
        about = order.get("id", "")
        rows = next((rows for rows in (self.authorizations, self.captures, self.refunds) if about in rows), None)
        current = (self.public(rows[about]) if rows else
                   self.shown_order(self.orders[about]) if about in self.orders else {"id": about})
        moment = self.now(seconds=-order.get("age_seconds", 0))
        event = {"id": order.get("event_id") or f"WH-{self.code(17)}-{self.code(17)}", "event_version": "1.0",
                 "create_time": moment, "event_type": order["type"], "resource_version": "2.0", "summary": order["type"],
                 "resource": order.get("object", current)}
        transmission = self.random_word(36).lower()
        signed = self.signature(transmission, moment, {} if order.get("forge") else event)
        return event["id"], json.dumps(event).encode(), {
            "PAYPAL-TRANSMISSION-ID": transmission, "PAYPAL-TRANSMISSION-TIME": moment, "PAYPAL-TRANSMISSION-SIG": signed,
            "PAYPAL-CERT-URL": f"{self.base}/v1/notifications/certs/CERT-PEER", "PAYPAL-AUTH-ALGO": ALGORITHM}

    def payer_says(self, about, outcome):
        for rows in (self.authorizations, self.captures, self.refunds):
            if about in rows:
                return self.settle(rows[about], outcome)
        return self.decided(self.orders[about], outcome)

    def ordered(self, what, order):
        if what == "POST token":
            self.token_seconds = order.get("expires_in", self.token_seconds)
            if order.get("revoke"):
                self.tokens.clear()
        elif what == "POST refunds":
            self.refunds_take_time = order["take_time"]
        else:
            return super().ordered(what, order)
        return {"ok": True}

    def state(self):
        charges = [charge for order in self.orders.values() if (charge := charge_of(order))]
        refunds = [{"id": one["id"], "charge": one["_order"], "amount": one["_minor"], "status": one["status"],
                    "key": one["_key"]} for one in self.refunds.values()]
        return {"charges": charges, "refunds": refunds, "tokens_given": self.tokens_given}

    def distort(self, kind, value):
        if kind in ("unknown_status", "backwards"):
            change_statuses(value, kind == "unknown_status")
        else:
            change_everywhere(value, kind)
        if kind == "other_payment" and "id" in value:
            value["id"] = "0" * len(value["id"])
        return value

    def code(self, length):
        return "".join(self.chance.choices(CODES, k=length))

    def order_id(self):
        return self.code(17)

    transaction_id = order_id

    def now(self, **later):
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**later)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def body_of(request):
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise refuse(400, "INVALID_REQUEST", "MALFORMED_REQUEST_JSON")
    return body


def key_of(request):
    name = request.headers.get("paypal-request-id")
    return None if name is None or request.method != "POST" else (request.path, name)


def charge_of(order):
    """The money of an order, or None when none was taken or held."""
    captures = [one for one in order.get("_captures", {}).values() if one["status"] not in ("DECLINED", "PENDING")]
    held = [one for one in order.get("_authorizations", {}).values() if one["status"] != "DENIED"]
    if not captures and not held:
        return None
    unit = order["purchase_units"][0]
    return {"id": order["id"], "amount": order["_minor"], "currency": order["_currency"],
            "value": amount_of(order["_currency"], order["_minor"])["value"],
            "captured": sum(one["_minor"] for one in captures), "refunded": sum(one["_refunded"] for one in captures),
            "voided": any(one["status"] == "VOIDED" for one in held), "custom_id": unit.get("custom_id"),
            "invoice_id": unit.get("invoice_id"), "reference_id": unit["reference_id"], "key": order["_key"],
            "authorizations": [one["id"] for one in held], "captures": [one["id"] for one in captures],
            "status": order["status"]}


def change_statuses(value, unknown):
    """Of the object, and of every payment in it."""
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, (dict, list)):
            change_statuses(one, unknown)
    if isinstance(value, dict) and "status" in value:
        value["status"] = "QUANTUM" if unknown else EARLIER.get(value["status"], "CREATED")


def change_everywhere(value, kind):
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, (dict, list)):
            change_everywhere(one, kind)
    if not isinstance(value, dict):
        return
    if kind == "wrong_amount" and "value" in value:
        value["value"] = value["value"][:-1] + str((int(value["value"][-1]) + 1) % 10)
    if kind == "wrong_currency" and "currency_code" in value:
        value["currency_code"] = "ILS" if value["currency_code"] != "ILS" else "USD"
    if kind == "other_payment":
        for name in {"custom_id", "invoice_id", "reference_id"} & value.keys():
            value[name] += "0"


if __name__ == "__main__":
    options = parser_of("peer-secret")
    options.add_argument("--client-id", default="peer-client")
    options.add_argument("--webhook-id", default="WH-PEER")
    main(PayPalPeer(options.parse_args()))
