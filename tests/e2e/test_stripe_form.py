"""What the service sends Stripe is what Stripe's own checker takes, and somebody else's Stripe understands it.

Method: stripe-mock knows Stripe's OpenAPI document and has no memory, so our peer gives the answers and stripe-mock gets a
copy of each request. localstripe has a memory, and lacks `return_url` and `description`: these are left out on the way.
Each is left out with its reason where the tool is not installed.
"""

import urllib.parse
from dataclasses import replace

import pytest
from support import payments
from support.between import Between
from support.payments import ok
from support.provider_peers import LocalStripe, StripeMock, StripePeer
from support.providing import STRIPE, card, do, last_attempt, leave_page, pay, process

TYPED = {"type": "card", "number": payments.VISA, "cvc": "123", "exp_month": 12, "exp_year": 2040}
MISSING_IN_LOCALSTRIPE = ("return_url", "description")


@pytest.fixture
def stripe():
    with StripePeer(seed=1) as peer:
        yield peer


@pytest.fixture(scope="module")
def mock():
    with StripeMock() as tool:
        yield tool


@pytest.fixture
def complaints():
    return []


def parts_of(request):
    """The document has no cards in `payment_method_data`, which Stripe takes from whoever may see them: that part is checked
    as the payment method that Stripe makes of it."""
    fields = urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True)
    inner = [(name.removeprefix("payment_method_data").replace("[", "", 1).replace("]", "", 1), text)
             for name, text in fields if name.startswith("payment_method_data")]
    if not inner:
        return [request]
    rest = [pair for pair in fields if not pair[0].startswith("payment_method_data")] + [("payment_method", "pm_1")]
    return [replace(request, path="/v1/payment_methods", body=urllib.parse.urlencode(inner).encode()),
            replace(request, body=urllib.parse.urlencode(rest).encode())]


@pytest.fixture
def line(stripe, mock, complaints):
    """Our peer answers; stripe-mock reads along."""

    def decide(request):
        for part in parts_of(request):
            status, _, text = part.on_to(mock.port)
            if status != 200:
                complaints.append(f"{part.method} {part.path} {part.body}: {status} {text}")
        return request.on_to(stripe.port)

    with Between(decide) as between:
        yield between


def test_every_request_fits_stripes_document(on_sqlite, stripe, line, complaints):
    service = on_sqlite("--provider", "stripe", "--stripe-allow-raw-cards", "--stripe-timeout-ms", "2000",
                        env=stripe.environment | {"STRIPE_API_BASE": line.url})
    client = service.client()
    taken, reply = process(client, STRIPE.good, description="Shoes, été & 50 % off")
    assert ok(reply)["status"] == "paid"
    assert ok(do(client, taken, "refund", {"amount": 2}))["status"] == "partially_refunded"
    assert ok(do(client, taken, "refund", {"reason": "too small"}))["status"] == "refunded"
    held, _ = process(client, card("tok_visa"), capture_method="manual")
    assert ok(do(client, held, "capture", {"amount": 10}))["status"] == "paid"
    dropped, _ = process(client, STRIPE.good, capture_method="manual")
    assert ok(do(client, dropped, "cancel", {"reason": "changed my mind"}))["status"] == "canceled"
    assert ok(process(client, TYPED)[1])["payment_method"]["last4"] == "4242"
    for currency, amount in (("JPY", 500), ("KWD", 5.12), ("ISK", 700), ("USD", 0.5)):
        assert ok(process(client, STRIPE.good, amount, currency=currency)[1])["status"] == "paid"
    wallet = {"type": "wallet", "wallet": "apple_pay", "token": "pm_card_visa_apple_pay"}
    assert ok(process(client, wallet)[1])["payment_method"]["type"] == "wallet"
    assert process(client, STRIPE.declined)[1].status == 402
    waiting = ok(process(client, STRIPE.by_page)[1])
    assert leave_page(client, stripe, waiting, "approve").status == 303
    for verb in ("authorize", "refund"):  # looked for by other means
        payment_id = (payments.create(client) if verb == "authorize" else ok(process(client, STRIPE.good)[1]))["id"]
        stripe.faults({"on": STRIPE.verbs[verb], "kind": "500_after_stored"})
        ok(pay(client, payment_id, STRIPE.good) if verb == "authorize" else do(client, payment_id, "refund"))
        pay(client, payment_id, STRIPE.good)
        assert last_attempt(client, payment_id)["outcome"] == "succeeded"
    assert complaints == []
    for part in ("/capture", "/cancel", "/v1/refunds", "POST /v1/payment_intents", "GET /v1/payment_intents/",
                 "GET /v1/payment_intents?", "GET /v1/refunds?"):
        assert any(part in one for one in line.passed), (part, line.passed)
    StripePeer(port=line.listener.port).call("POST", "/v1/payment_intents", {"amount": "x"})
    assert complaints, "what does not fit is noticed"


@pytest.fixture
def localstripe():
    """localstripe, and a line to it that leaves out what it does not know."""
    with LocalStripe() as tool:

        def decide(request):
            fields = [(name, text) for name, text in urllib.parse.parse_qsl(request.body.decode())
                      if name not in MISSING_IN_LOCALSTRIPE]
            return request.on_to(tool.port, body=urllib.parse.urlencode(fields).encode())

        with Between(decide) as between:
            yield between


def test_somebody_elses_stripe_takes_declines_and_gives_back(on_sqlite, localstripe):
    client = on_sqlite("--provider", "stripe", env={"STRIPE_SECRET_KEY": "sk_test_local",
                                                    "STRIPE_API_BASE": localstripe.url}).client()
    taken, reply = process(client, STRIPE.good, key="k")
    assert ok(reply)["status"] == "paid"
    assert ok(do(client, taken, "refund", {"amount": 2}))["status"] == "partially_refunded"
    assert ok(do(client, taken, "refund"))["status"] == "refunded"
    held, reply = process(client, STRIPE.good, capture_method="manual")
    assert ok(reply)["status"] == "authorized"
    assert ok(do(client, held, "capture", {"amount": 10}))["captured_amount"] == 10
    dropped, _ = process(client, STRIPE.good, capture_method="manual")
    assert ok(do(client, dropped, "cancel"))["status"] == "canceled"
    declined, reply = process(client, card("pm_card_chargeCustomerFail"))
    assert (reply.status, reply.code) == (402, "card_declined")
    assert payments.get(client, declined)["status"] == "pending"
    assert ok(pay(client, declined, STRIPE.good))["status"] == "paid"
