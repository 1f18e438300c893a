"""Both scripted providers by the same words, so that a test can be run on each, and the books compared with theirs."""

from collections import Counter
from dataclasses import dataclass

from support import payments
from support.provider_peers import PayPalPeer, StripePeer

SHOP = "https://shop.example/back?basket=7"


@dataclass(frozen=True)
class Kit:
    """What a provider calls things. `verbs`: the requests that move money, as a fault names them."""

    name: str
    peer: type
    good: dict
    declined: dict
    decline_code: str
    by_page: dict
    in_time: dict  # a source whose payment takes time
    verbs: dict

    def settings(self, peer):
        return peer.environment

    def page_of(self, payment):
        """What the provider calls whatever waits for its payer."""
        return payment["next_action"]["url"].rpartition("/")[2]


def card(token):
    return {"type": "card", "token": token}


STRIPE = Kit("stripe", StripePeer, card("pm_card_visa"), card("pm_card_chargeDeclinedInsufficientFunds"),
             "insufficient_funds", card("pm_card_authenticationRequired"), card("pm_usBankAccount_success"),
             {"authorize": "POST /v1/payment_intents$", "capture": "POST /v1/payment_intents/[^/]+/capture",
              "void": "POST /v1/payment_intents/[^/]+/cancel", "refund": "POST /v1/refunds"})
PAYPAL = Kit("paypal", PayPalPeer, card("VAULT-1"), card("VAULT-insufficient-funds"), "insufficient_funds",
             {"type": "wallet", "wallet": "paypal"}, card("VAULT-pending"),
             {"authorize": "POST /v2/checkout/orders$", "capture": "POST /v2/payments/authorizations/[^/]+/capture",
              "void": "POST /v2/payments/authorizations/[^/]+/void",
              "refund": "POST /v2/payments/captures/[^/]+/refund"})
KITS = [STRIPE, PAYPAL]


def pay(client, payment_id, source, key=None, return_url=SHOP, **more):
    body = {"payment_method": source, "return_url": return_url} | more
    return client.post(f"/payments/{payment_id}/process", body, key=key)


def process(client, source, amount=12.34, key=None, **fields):
    """(the payment's id, the reply)"""
    payment_id = payments.create(client, amount, **fields)["id"]
    return payment_id, pay(client, payment_id, source, key)


def do(client, payment_id, verb, body=None, key=None):
    return client.post(f"/payments/{payment_id}/{verb}", body or {}, key=key)


def attempts_of(client, payment_id):
    return payments.walk(client, f"/payments/{payment_id}/attempts")


def last_attempt(client, payment_id):
    return attempts_of(client, payment_id)[-1]


def provider(client, name):
    return next(one for one in payments.ok(client.get("/providers"))["data"] if one["name"] == name)


def leave_page(client, peer, payment, outcome):
    """As the payer's browser does: the provider's page, then wherever it is sent. The service's answer to it."""
    page = payment["next_action"]["url"].removeprefix(peer.url)
    assert peer.ask("GET", f"{page}?outcome={outcome}")[0] == 303
    return client.get("/" + peer.last_headers["location"].split("/", 3)[3])


def minor(amount):
    """Of a currency with two decimals."""
    return int(amount * 100)


def payment_of(charge):
    return int(charge["custom_id"] if "custom_id" in charge else charge["metadata"]["payment_id"])


def assert_books_agree(all_payments, state):
    """What the provider took, holds and gave back is what our payments say, each once."""
    charges = {}
    for charge in state["charges"]:
        charges.setdefault(payment_of(charge), []).append(charge)
    keys = Counter(charge["key"] for charge in state["charges"]) + Counter(one["key"] for one in state["refunds"])
    assert [key for key, times in keys.items() if times > 1] == [], "a key has two effects"
    for payment in all_payments:
        found = charges.pop(payment["id"], [])
        if payment["authorized_amount"] == 0:
            assert found == [] or all(one["voided"] for one in found), (payment, found)
            continue
        assert len(found) == 1, (payment, found)
        charge, = found
        assert charge["amount"] == minor(payment["authorized_amount"])
        assert charge["captured"] == minor(payment["captured_amount"]), (payment, charge)
        assert charge["refunded"] == minor(payment["refunded_amount"]), (payment, charge)
        assert charge["voided"] == (payment["status"] == "canceled"), (payment, charge)
    assert charges == {}, "the provider has money of payments that we do not know"
