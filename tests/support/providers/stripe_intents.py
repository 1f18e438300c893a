"""PaymentIntents: docs.stripe.com/payments/paymentintents/lifecycle. An intent is kept as the JSON that is shown."""

import time

from http_line import Answer
from peer import page, with_query
from stripe_cards import CURRENCIES, NUMBERS, amount_fault, card_of
from stripe_form import (CANCEL, CAPTURE, CONFIRM, INTENT, LIST, boolean, choice, error, fields_of, integer, object_of,
                         required)

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (*CONFIRMABLE, "requires_capture", "processing")
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
RETURN_URL_MISSING = ("This PaymentIntent is configured to accept payment methods that might redirect your customer off of "
                      "your page: you must provide a `return_url`, or set automatic_payment_methods[allow_redirects] to "
                      "never.")


class Intents:
    """A part of StripePeer, which has the memory: `intents`, `charges`, `effects`."""

    def create(self, request):
        fields = fields_of(request, INTENT)
        currency = required(fields, "currency").lower()
        required(fields, "amount")
        amount = integer(fields, "amount")
        if currency not in CURRENCIES:
            raise error(400, f"Invalid currency: {currency}.", param="currency")
        if fault := amount_fault(amount, currency):
            raise error(400, fault[1], code=fault[0], param="amount")
        automatic = object_of(fields, "automatic_payment_methods")
        intent = {
            "id": f"pi_{self.random_word(24)}", "object": "payment_intent", "amount": amount, "amount_capturable": 0,
            "amount_received": 0, "automatic_payment_methods": automatic and {
                "enabled": automatic.get("enabled") == "true",
                "allow_redirects": automatic.get("allow_redirects", "always")} or None,
            "canceled_at": None, "cancellation_reason": None,
            "capture_method": choice(fields, "capture_method", ("automatic", "automatic_async", "manual"), "automatic_async"),
            "client_secret": None, "confirmation_method": fields.get("confirmation_method", "automatic"),
            "created": int(time.time()), "currency": currency, "customer": fields.get("customer"),
            "description": fields.get("description"), "last_payment_error": None, "latest_charge": None, "livemode": False,
            "metadata": fields.get("metadata") or {}, "next_action": None, "payment_method": None,
            "payment_method_types": fields.get("payment_method_types", ["card"]), "receipt_email": None,
            "setup_future_usage": None, "statement_descriptor": fields.get("statement_descriptor"),
            "status": "requires_payment_method"}
        intent["client_secret"] = f"{intent['id']}_secret_{self.random_word(25)}"
        confirmed = boolean(fields, "confirm")
        if not confirmed and (fields.get("return_url") or fields.get("off_session")):
            raise error(400, "return_url and off_session can only be used when confirm=true.", param="return_url")
        card = self.method_of(fields, intent)
        if confirmed:
            self.check_return_url(intent, fields)
            if card is None:
                raise error(400, "You cannot confirm this PaymentIntent because it's missing a payment method.",
                            code="payment_intent_unexpected_state")
        self.intents[intent["id"]] = intent
        if confirmed:
            self.pay(request, intent, card, fields)
        return self.shown(intent, fields)

    def show(self, request, name):
        return self.shown(self.intent_of(name), fields_of(request, {"expand", "client_secret"}))

    def list_intents(self, request):
        fields = fields_of(request, LIST)
        rows = (one for one in reversed(self.intents.values()) if fields.get("customer") in (None, one["customer"]))
        return page_of(rows, self.shown, fields, "/v1/payment_intents")

    def confirm(self, request, name):
        fields = fields_of(request, CONFIRM)
        intent = self.intent_of(name)
        self.require(intent, CONFIRMABLE, "confirm")
        card = self.method_of(fields, intent)
        if card is None:
            raise unexpected(intent, "You cannot confirm this PaymentIntent because it's missing a payment method.")
        self.check_return_url(intent, fields)
        self.pay(request, intent, card, fields)
        return self.shown(intent, fields)

    def capture(self, request, name):
        fields = fields_of(request, CAPTURE)
        intent = self.intent_of(name)
        self.require(intent, ("requires_capture",), "capture")
        amount = integer(fields, "amount_to_capture", intent["amount_capturable"])
        if not 0 < amount <= intent["amount_capturable"]:
            raise error(400, f"Amount to capture must be between 1 and {intent['amount_capturable']}.", stored=True,
                        code="amount_too_large" if amount > 0 else "parameter_invalid_integer", param="amount_to_capture")
        self.take_money(intent, amount)
        return self.shown(intent, fields)

    def cancel(self, request, name):
        fields = fields_of(request, CANCEL)
        reason = choice(fields, "cancellation_reason", REASONS)
        intent = self.intent_of(name)
        self.require(intent, CANCELABLE, "cancel")
        if intent["status"] == "requires_capture":
            self.effects["void"] += 1
        intent.update(status="canceled", canceled_at=int(time.time()), cancellation_reason=reason, amount_capturable=0,
                      next_action=None)
        return self.shown(intent, fields)

    def authenticate(self, request, name):
        intent = self.intents.get(name)
        if intent is None or not (intent["next_action"] or intent.get("return_url")):
            return Answer(404, {"error": "no such challenge"})
        outcome = dict(request.query).get("outcome")
        if outcome is None and request.method == "GET":
            return page(f"Authenticate {name}", ("approve", "fail"))
        if intent["status"] == "requires_action":
            self.settle_intent(intent, outcome or "approve")
        passed = "failed" if intent["status"] == "requires_payment_method" else "succeeded"
        where = with_query(intent.get("return_url") or f"{self.base}/", payment_intent=name, redirect_status=passed,
                           payment_intent_client_secret=intent["client_secret"])
        return Answer(303, None, Location=where)

    def settle_intent(self, intent, outcome):
        """What came of a challenge or of slow money."""
        if intent["status"] not in ("requires_action", "processing"):
            raise ValueError(f"{intent['id']} waits for nobody: {intent['status']}")
        if outcome == "approve":
            self.approve(intent, self.cards_of[intent["id"]], intent.get("key"))
        elif intent["status"] == "processing":
            self.decline(intent, "payment_intent_payment_attempt_failed", "generic_decline", "The payment failed.")
        else:
            self.decline(intent, "payment_intent_authentication_failure", None,
                         "The provided PaymentMethod has failed authentication.")
        return intent["status"]

    def intent_of(self, name):
        if name not in self.intents:
            raise error(404, f"No such payment_intent: '{name}'", code="resource_missing", param="intent")
        return self.intents[name]

    def require(self, intent, statuses, verb):
        if intent["status"] not in statuses:
            raise unexpected(intent, f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. "
                             f"Only a PaymentIntent with one of the following statuses may be used: {', '.join(statuses)}.")

    def check_return_url(self, intent, fields):
        automatic = intent["automatic_payment_methods"]
        if automatic and automatic["enabled"] and automatic["allow_redirects"] != "never" and "return_url" not in fields:
            raise error(400, RETURN_URL_MISSING, param="return_url")

    def method_of(self, fields, intent):
        """The card that these fields, or earlier ones, name; the intent then shows it."""
        name, made = fields.get("payment_method"), object_of(fields, "payment_method_data")
        if made:
            required(made, "type")
            details = object_of(made, "card")
            name = details.get("token") or "pm_card_" + NUMBERS.get(details.get("number", ""), "")
        if name:
            card = card_of(name)
            if card is None:
                raise error(400, f"No such PaymentMethod: '{name}'", code="resource_missing", param="payment_method")
            intent["payment_method"] = f"pm_{self.random_word(24)}"
            intent["status"] = "requires_confirmation"
            self.cards_of[intent["id"]] = card
        return self.cards_of.get(intent["id"])

    def pay(self, request, intent, card, fields):
        intent["key"] = request.headers.get("idempotency-key")
        intent["return_url"] = fields.get("return_url")
        intent["last_payment_error"] = None
        if card.decline:
            raise self.declined(intent, card, *card.decline, "Your card was declined.")
        if card.challenge and (boolean_word(fields, "off_session") or boolean(fields, "error_on_requires_action")):
            raise self.declined(intent, card, "authentication_required", "authentication_required",
                                "Your card was declined. This transaction requires authentication.")
        if card.challenge:
            intent["status"] = "requires_action"
            url = {"return_url": intent["return_url"], "url": f"{self.base}/authenticate/{intent['id']}"}
            intent["next_action"] = ({"type": "redirect_to_url", "redirect_to_url": url} if intent["return_url"] else
                                     {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}})
        elif card.bank:
            intent["status"] = "processing"
        else:
            self.approve(intent, card, intent["key"])

    def approve(self, intent, card, key):
        charge = self.charge(intent, card, key, True)
        self.effects["authorize"] += 1
        intent.update(next_action=None, latest_charge=charge["id"])
        if intent["capture_method"] == "manual":
            intent.update(status="requires_capture", amount_capturable=intent["amount"])
        else:
            self.take_money(intent, intent["amount"])

    def take_money(self, intent, amount):
        self.effects["capture"] += 1
        self.charges[intent["latest_charge"]].update(captured=True, amount_captured=amount)
        intent.update(status="succeeded", amount_received=amount, amount_capturable=0)

    def decline(self, intent, code, decline_code, message):
        reason = {"type": "card_error", "code": code, "message": message}
        intent["last_payment_error"] = reason | ({"decline_code": decline_code} if decline_code else {})
        intent.update(status="requires_payment_method", next_action=None, payment_method=None)

    def declined(self, intent, card, code, decline_code, message):
        charge = self.charge(intent, card, intent["key"], False)
        intent["latest_charge"] = charge["id"]
        self.decline(intent, code, decline_code, message)
        self.cards_of.pop(intent["id"])
        return error(402, message, "card_error", True, code=code, decline_code=decline_code, charge=charge["id"],
                     payment_intent=self.shown(intent))

    def charge(self, intent, card, key, paid):
        wallet = card.wallet and {"type": card.wallet, "dynamic_last4": None, card.wallet: {}}
        details = {"brand": card.brand, "funding": card.funding, "last4": card.last4, "exp_month": 12, "exp_year": 2034,
                   "country": "US", "network": card.brand, "wallet": wallet}
        kind = "us_bank_account" if card.bank else "card"
        charge = {"id": f"ch_{self.random_word(24)}", "object": "charge", "amount": intent["amount"], "amount_captured": 0,
                  "amount_refunded": 0, "captured": False, "created": int(time.time()), "currency": intent["currency"],
                  "livemode": False, "metadata": intent["metadata"], "paid": paid, "payment_intent": intent["id"],
                  "payment_method_details": {"type": kind, kind: {"last4": card.last4} if card.bank else details},
                  "refunded": False, "status": "succeeded" if paid else "failed", "key": key, "refund": card.refund}
        self.charges[charge["id"]] = charge
        return charge

    def shown(self, intent, fields=None):
        shown = {name: value for name, value in intent.items() if name not in ("key", "return_url")}
        if fields and "latest_charge" in fields.get("expand", []) and shown["latest_charge"]:
            charge = self.charges[shown["latest_charge"]]
            shown["latest_charge"] = {name: value for name, value in charge.items() if name not in ("key", "refund")}
        return shown


def unexpected(intent, message):
    seen = {"id": intent["id"], "object": "payment_intent", "amount": intent["amount"], "status": intent["status"],
            "currency": intent["currency"], "metadata": intent["metadata"], "latest_charge": intent["latest_charge"],
            "amount_received": intent["amount_received"], "amount_capturable": intent["amount_capturable"]}
    return error(400, message, stored=True, code="payment_intent_unexpected_state", payment_intent=seen)


def boolean_word(fields, name):
    """off_session may also say why: one_off or recurring."""
    return fields.get(name) in ("true", "one_off", "recurring")


def page_of(rows, shown, fields, url):
    """Stripe's lists, newest first: `created[gte]` and kin, `starting_after`, `limit`. `rows` is read no further than needed."""
    limit = integer(fields, "limit", 10)
    if not 1 <= limit <= 100:
        raise error(400, "limit is 1 to 100", code="parameter_invalid_integer", param="limit")
    bounds = fields.get("created", {})
    if not isinstance(bounds, dict):
        bounds = {"gte": bounds, "lte": bounds}
    if unknown := bounds.keys() - {"gt", "gte", "lt", "lte"}:
        raise error(400, f"Received unknown parameter: created[{unknown.pop()}]", code="parameter_unknown", param="created")
    earliest = max(integer(bounds, "gte", 0), integer(bounds, "gt", -1) + 1)
    latest = min(integer(bounds, "lte", 1 << 60), integer(bounds, "lt", 1 << 60) - 1)
    after, found = fields.get("starting_after"), []
    for row in rows:
        if after is not None:
            after = None if row["id"] == after else after
        elif row["created"] < earliest or len(found) > limit:
            break
        elif row["created"] <= latest:
            found.append(row)
    if after is not None:
        raise error(400, f"No such object: '{after}'", code="resource_missing", param="starting_after")
    return {"object": "list", "url": url, "data": [shown(one) for one in found[:limit]], "has_more": len(found) > limit}
