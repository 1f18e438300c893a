"""What only Stripe has: signed webhooks whose secrets rotate, its names of cards and declines, its amounts by currency.
The life of a payment there is in test_provider_life.py, bad days are in test_provider_bad_days.py."""

from decimal import Decimal

import pytest
from support import payments
from support.payments import assert_problem, ok
from support.provider_peers import StripePeer
from support.providing import STRIPE, card, pay, process
from support.waiting import eventually

OLD, NEW = "whsec_old", "whsec_new"


@pytest.fixture(scope="module")
def running():
    with StripePeer(seed=1, webhook_secret=OLD) as peer:
        yield peer


@pytest.fixture
def stripe(running):
    running.reset()
    return running


@pytest.fixture
def service(on_sqlite, stripe):
    """With both secrets, as while one replaces the other."""
    return on_sqlite("--provider", "stripe", env=stripe.environment | {"STRIPE_WEBHOOK_SECRET": f"{NEW},{OLD}"})


@pytest.fixture
def client(service):
    return service.client()


def tell(service, stripe, payment, **order):
    order = {"url": f"http://127.0.0.1:{service.port}/providers/stripe/webhook", "kind": "payment_intent.succeeded",
             "about": STRIPE.page_of(payment)} | order
    return stripe.webhook(order.pop("url"), order.pop("kind"), order.pop("about"), **order)["statuses"][0]


@pytest.mark.parametrize("order, status", [
    ({"secret": OLD}, 200), ({"secret": NEW}, 200), ({"secret": [OLD, NEW]}, 200), ({"secret": ["whsec_x", NEW]}, 200),
    ({"secret": "whsec_x"}, 400), ({"secret": ["whsec_x", "whsec_y"]}, 400), ({"secret": f"{NEW},{OLD}"}, 400),
    ({"forge": True}, 400), ({"age_seconds": 290}, 200), ({"age_seconds": 310}, 400), ({"age_seconds": -310}, 400)],
                         ids=str)
def test_a_webhook_is_heard_when_one_of_the_secrets_signed_it_lately(client, service, stripe, order, status):
    payment = ok(process(client, STRIPE.by_page)[1])
    stripe.payer(STRIPE.page_of(payment), "approve")
    assert tell(service, stripe, payment, **order) == status
    if status == 200:
        eventually(lambda: payments.get(client, payment["id"])["status"] == "paid", 1.5)
    else:
        assert payments.get(client, payment["id"])["status"] == "requires_action"


@pytest.mark.parametrize("signature", [None, "", "v1=00", "t=1", "t=x,v1=y", "t=99999999999999999999,v1=00", "v0=00,t=1",
                                       "t=1,v1=" + "0" * 64, "," * 5000])
def test_a_webhook_without_a_good_signature_is_refused(client, service, signature):
    headers = {"Content-Type": "application/json"} | ({"Stripe-Signature": signature} if signature is not None else {})
    reply = client.send("POST", "/providers/stripe/webhook", b'{"data":{"object":{"metadata":{"payment_id":"1"}}}}', headers)
    assert_problem(reply, 400, "invalid_signature")


def test_without_a_secret_there_is_no_webhook(on_sqlite, stripe):
    env = {name: text for name, text in stripe.environment.items() if name != "STRIPE_WEBHOOK_SECRET"}
    client = on_sqlite("--provider", "stripe", env=env).client()
    assert_problem(client.post("/providers/stripe/webhook", {}), 404, "not_found")


@pytest.mark.parametrize("name, decline_code", [
    ("chargeDeclined", "generic_decline"), ("chargeDeclinedLostCard", "lost_card"),
    ("chargeDeclinedStolenCard", "stolen_card"), ("chargeDeclinedExpiredCard", "expired_card"),
    ("chargeDeclinedIncorrectCvc", "incorrect_cvc"), ("chargeDeclinedProcessingError", "processing_error"),
    ("chargeDeclinedVelocityLimitExceeded", "card_velocity_exceeded"), ("chargeDeclinedFraudulent", "fraudulent")])
def test_a_decline_has_our_word(client, stripe, name, decline_code):
    payment_id, reply = process(client, card(f"pm_card_{name}"))
    assert (reply.status, reply.json["decline_code"]) == (402, decline_code)
    assert payments.get(client, payment_id)["last_error"]["decline_code"] == decline_code
    assert stripe.charges == []


@pytest.mark.parametrize("source, kind, brand", [
    (card("pm_card_visa_debit"), "debit_card", "visa"), (card("pm_card_mastercard_prepaid"), "prepaid_card", "mastercard"),
    (card("pm_card_amex"), "credit_card", "amex"), (card("tok_mastercard"), "credit_card", "mastercard"),
    ({"type": "wallet", "wallet": "apple_pay", "token": "pm_card_visa_apple_pay"}, "wallet", "apple_pay"),
    ({"type": "wallet", "wallet": "google_pay", "token": "tok_visa_google_pay"}, "wallet", "google_pay")], ids=str)
def test_what_paid_is_shown_as_what_it_is(client, source, kind, brand):
    method = ok(process(client, source)[1])["payment_method"]
    assert (method["type"], method["brand"]) == (kind, brand) and len(method["last4"] or "0000") == 4


@pytest.mark.parametrize("currency, amount, there", [("JPY", 500, 500), ("USD", 5.5, 550), ("KWD", 5.12, 5120),
                                                     ("ISK", 700, 70000), ("UGX", 5000, 500000), ("XAF", 900, 900)])
def test_amounts_are_written_as_stripe_wants_them(client, stripe, currency, amount, there):
    payment_id, reply = process(client, STRIPE.good, amount, currency=currency)
    assert ok(reply)["captured_amount"] == Decimal(str(amount))
    charge, = stripe.charges
    assert (charge["amount"], charge["captured"], charge["currency"]) == (there, there, currency.lower())
    assert ok(client.post(f"/payments/{payment_id}/refund"))["status"] == "refunded"
    assert stripe.charges[0]["refunded"] == there


def test_what_stripe_has_never_heard_of_is_declined_and_charges_nothing(client, stripe):
    for token in ("pm_card_nobody", "tok_nobody"):
        payment_id, reply = process(client, card(token))
        assert reply.status == 402, reply
        assert ok(pay(client, payment_id, STRIPE.good))["status"] == "paid"
    assert len(stripe.charges) == 2
