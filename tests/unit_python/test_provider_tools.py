"""The tools that others wrote start, answer and refuse; and PayPal's own documents find nothing wrong with our PayPal."""

import pytest

from support.provider_peers import LocalStripe, PayPalPeer, Prism, StripeMock, StripePeer, paypal_document

CARD = {"amount": 9953, "currency": "cad", "confirm": "true", "payment_method": "pm_card_visa"}
MONEY = {"currency_code": "CAD", "value": "99.53"}
ORDER = {"intent": "AUTHORIZE", "purchase_units": [{"custom_id": "7", "amount": MONEY}]}


def call_stripe(tool, path, fields):
    stripe = StripePeer(port=tool.port)
    return stripe.call("POST", path, fields)


def through(tool, paypal, method, path, body=None, **headers):
    """As PayPal's clients ask, but through `tool`."""
    headers |= {"Prefer": "return=representation"}
    return PayPalPeer(port=tool.port).call(method, path, body, token=paypal.token() if paypal else "x", **headers)


def test_stripe_mock_checks_form():
    with StripeMock() as mock:
        assert call_stripe(mock, "/v1/payment_intents", CARD)[1]["amount"] == 9953
        assert call_stripe(mock, "/v1/payment_intents", CARD | {"amount": "x"})[0] == 400


def test_localstripe_charges_and_refunds():
    with LocalStripe() as local:
        intent = call_stripe(local, "/v1/payment_intents", CARD)[1]
        assert intent["status"] == "succeeded"
        refund = {"payment_intent": intent["id"], "amount": 100}
        assert call_stripe(local, "/v1/refunds", refund)[1]["status"] == "succeeded"


def test_prism_checks_form():
    with Prism(paypal_document("checkout_orders_v2.json")) as prism:
        assert through(prism, None, "POST", "/v2/checkout/orders", ORDER, key="k")[0] in (200, 201)
        wrong = ORDER | {"purchase_units": [{"amount": MONEY | {"value": "1,5"}}]}
        assert through(prism, None, "POST", "/v2/checkout/orders", wrong, key="k")[0] == 422
    with Prism(paypal_document("payments_payment_v2.json")) as prism:
        assert through(prism, None, "POST", "/v2/payments/captures/1/refund", {"amount": MONEY})[0] == 201


@pytest.fixture(scope="module")
def lines():
    """Our PayPal, and Prism before it with each document."""
    with PayPalPeer(seed=1) as paypal, Prism(paypal_document("checkout_orders_v2.json"), paypal.url) as orders:
        with Prism(paypal_document("payments_payment_v2.json"), paypal.url) as payments:
            yield paypal, orders, payments


def test_our_paypal_answers_as_paypals_documents_have_it(lines):
    paypal, orders, payments = lines
    urls = {"experience_context": {"return_url": "https://shop.example/back", "cancel_url": "https://shop.example/no"}}
    status, order = through(orders, paypal, "POST", "/v2/checkout/orders",
                            ORDER | {"payment_source": {"paypal": urls}}, key="o")
    assert status == 201, order
    where = f"/v2/checkout/orders/{order['id']}"
    assert through(orders, paypal, "POST", f"{where}/authorize")[1]["details"][0]["issue"] == "ORDER_NOT_APPROVED"
    paypal.payer(order["id"])
    status, order = through(orders, paypal, "POST", f"{where}/authorize")
    assert (status, through(orders, paypal, "GET", where)[0]) == (201, 200), order
    held = f"/v2/payments/authorizations/{order['purchase_units'][0]['payments']['authorizations'][0]['id']}"
    capture = {"amount": MONEY | {"value": "9.00"}}
    status, taken = through(payments, paypal, "POST", f"{held}/capture", capture)
    assert status == 201, taken
    given = through(payments, paypal, "POST", f"/v2/payments/captures/{taken['id']}/refund", capture)[1]
    shown = [through(payments, paypal, "GET", path)[0]
             for path in (held, f"/v2/payments/captures/{taken['id']}", f"/v2/payments/refunds/{given['id']}")]
    assert shown == [200, 200, 200]
    assert through(payments, paypal, "POST", f"{held}/void")[0] == 200
    assert through(payments, paypal, "POST", f"{held}/void")[1]["details"][0]["issue"] == "PREVIOUSLY_VOIDED"
    assert through(payments, paypal, "GET", "/v2/payments/captures/none")[0] == 404


def test_a_card_that_pays_at_once_too(lines):
    paypal, orders, _ = lines
    for vault in ("VAULT", "VAULT-insufficient-funds"):
        body = ORDER | {"intent": "CAPTURE", "payment_source": {"card": {"vault_id": vault}}}
        assert through(orders, paypal, "POST", "/v2/checkout/orders", body, key=vault)[0] == 201
