"""Refunds: docs.stripe.com/api/refunds."""

import time

from stripe_form import LIST, REFUND, choice, error, fields_of, integer
from stripe_intents import page_of

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class Refunds:
    """A part of StripePeer, which has the memory: `intents`, `charges`, `refunds`, `effects`."""

    def refund(self, request):
        fields = fields_of(request, REFUND)
        charge = self.charge_to_refund(fields)
        reason = choice(fields, "reason", REASONS)
        left = charge["amount_captured"] - charge["amount_refunded"]
        if left == 0:
            raise error(400, f"Charge {charge['id']} has already been refunded.", stored=True,
                        code="charge_already_refunded")
        amount = integer(fields, "amount", left)
        if amount <= 0:
            raise error(400, "Invalid positive integer", code="parameter_invalid_integer", param="amount")
        if amount > left:
            raise error(400, f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", stored=True,
                        code="amount_too_large", param="amount")
        self.effects["refund"] += 1
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        refund = {"id": f"re_{self.random_word(24)}", "object": "refund", "amount": amount, "charge": charge["id"],
                  "created": int(time.time()), "currency": charge["currency"], "metadata": fields.get("metadata") or {},
                  "payment_intent": charge["payment_intent"], "reason": reason, "status": charge["refund"] or "succeeded",
                  "key": request.headers.get("idempotency-key")}
        self.refunds[refund["id"]] = refund
        return shown(refund)

    def charge_to_refund(self, fields):
        if fields.get("charge") in self.charges:
            charge = self.charges[fields["charge"]]
        elif "payment_intent" in fields:
            intent = self.intent_of(fields["payment_intent"])
            charge = self.charges.get(intent["latest_charge"])
        else:
            raise error(400, "One of the following params should be provided for this request: payment_intent or charge.",
                        code="parameter_missing")
        if charge is None or not charge["captured"]:
            raise error(400, "This PaymentIntent does not have a successful charge to refund.", stored=True,
                        code="payment_intent_unexpected_state", param="payment_intent")
        return charge

    def show_refund(self, request, name):
        fields_of(request, {"expand"})
        if name not in self.refunds:
            raise error(404, f"No such refund: '{name}'", code="resource_missing", param="id")
        return shown(self.refunds[name])

    def list_refunds(self, request):
        fields = fields_of(request, LIST)
        rows = (one for one in reversed(self.refunds.values())
                if fields.get("payment_intent") in (None, one["payment_intent"])
                and fields.get("charge") in (None, one["charge"]))
        return page_of(rows, shown, fields, "/v1/refunds")

    def settle_refund(self, refund, approved):
        """A refund that takes time has come to its end; one that fails gives the money back to the merchant."""
        if refund["status"] in ("failed", "canceled"):
            raise ValueError(f"{refund['id']} has failed already")
        refund["status"] = "succeeded" if approved else "failed"
        if not approved:
            charge = self.charges[refund["charge"]]
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
            refund["failure_reason"] = "expired_or_canceled_card"
        return refund["status"]


def shown(refund):
    return {name: value for name, value in refund.items() if name != "key"}
