"""The scripted PayPal keeps PayPal's rules, so that what passes against it has a meaning."""

import pytest

from support.provider_peers import PayPalPeer
from support.receiver import Receiver

CARD = {"card": {"vault_id": "VAULT-amex"}}
PAYPAL = {"paypal": {"experience_context": {"return_url": "http://shop/back", "cancel_url": "http://shop/no?a=1"}}}


@pytest.fixture(scope="module")
def running():
    with PayPalPeer(seed=1) as peer:
        yield peer


@pytest.fixture
def paypal(running):
    running.reset()
    running.bearer = running.token()
    return running


def call(paypal, method, path, body=None, key=None, **headers):
    return paypal.call(method, path, body, key, paypal.bearer, **headers)


def order(paypal, source=None, value="99.53", currency="CAD", intent="CAPTURE", key="o", **unit):
    body = {"intent": intent, "purchase_units": [{"custom_id": "7", "amount": {"currency_code": currency, "value": value}}
                                                 | unit]}
    return call(paypal, "POST", "/v2/checkout/orders", body | ({"payment_source": source} if source else {}), key)


def issue(answer):
    status, body = answer
    return status, body["details"][0]["issue"] if body["details"] else body["name"]


def link(body, rel):
    return next(one["href"] for one in body["links"] if one["rel"] == rel)


def approved(paypal, intent="CAPTURE", outcome="approve"):
    created = order(paypal, PAYPAL, intent=intent)[1]
    paypal.ask("GET", link(created, "payer-action").removeprefix(paypal.url) + f"?outcome={outcome}")
    return f"/v2/checkout/orders/{created['id']}"


def test_an_order_is_approved_by_its_payer_and_captured_once(paypal):
    status, created = order(paypal, PAYPAL)
    where = f"/v2/checkout/orders/{created['id']}"
    assert (status, created["status"]) == (201, "PAYER_ACTION_REQUIRED")
    assert issue(call(paypal, "POST", f"{where}/capture")) == (422, "ORDER_NOT_APPROVED")
    assert paypal.ask("POST", link(created, "payer-action").removeprefix(paypal.url) + "?outcome=approve")[0] == 303
    assert paypal.last_headers["location"] == f"http://shop/back?token={created['id']}&PayerID=QYR5Z8XDVJNXQ"
    first, again = (call(paypal, "POST", f"{where}/capture", key="c") for _ in range(2))
    assert (first[0], again[0]) == (201, 200) and first[1]["purchase_units"] == again[1]["purchase_units"]
    assert issue(call(paypal, "POST", f"{where}/capture", key="d")) == (422, "ORDER_ALREADY_CAPTURED")
    charge, = paypal.charges
    assert (charge["amount"], charge["captured"], charge["custom_id"], paypal.effects["capture"]) == (9953, 9953, "7", 1)


def test_a_payer_may_cancel_or_be_declined(paypal):
    created = order(paypal, PAYPAL)[1]
    paypal.ask("GET", f"/approve/{created['id']}?outcome=cancel")
    assert paypal.last_headers["location"] == f"http://shop/no?a=1&token={created['id']}"
    assert issue(call(paypal, "POST", approved(paypal, outcome="decline") + "/capture")) == (422, "INSTRUMENT_DECLINED")
    assert paypal.charges == []


def test_a_vaulted_card_pays_at_once(paypal):
    status, body = order(paypal, CARD)
    capture, = body["purchase_units"][0]["payments"]["captures"]
    assert (status, body["status"], capture["status"], capture["amount"]["value"]) == (201, "COMPLETED", "COMPLETED", "99.53")
    assert body["payment_source"]["card"]["brand"] == "AMEX"
    assert issue(order(paypal, CARD, key=None)) == (400, "PAYPAL_REQUEST_ID_REQUIRED")


def test_a_refused_card_is_a_completed_order_with_a_declined_capture(paypal):
    body = order(paypal, {"card": {"vault_id": "VAULT-insufficient-funds"}})[1]
    capture, = body["purchase_units"][0]["payments"]["captures"]
    assert (body["status"], capture["status"]) == ("COMPLETED", "DECLINED")
    assert capture["processor_response"]["response_code"] == "5120" and paypal.charges == []


def test_an_authorization_is_captured_in_parts_refunded_or_voided(paypal):
    body = call(paypal, "POST", approved(paypal, "AUTHORIZE") + "/authorize")[1]
    held, = body["purchase_units"][0]["payments"]["authorizations"]
    where, part = f"/v2/payments/authorizations/{held['id']}", {"amount": {"currency_code": "CAD", "value": "50.00"}}
    status, capture = call(paypal, "POST", f"{where}/capture", part, "c")
    assert (status, capture.keys()) == (201, {"id", "status", "links"})
    assert issue(call(paypal, "POST", f"{where}/capture", part)) == (422, "MAX_CAPTURE_AMOUNT_EXCEEDED")
    refund = f"/v2/payments/captures/{capture['id']}/refund"
    more = {"amount": {"currency_code": "CAD", "value": "50.01"}}
    assert issue(call(paypal, "POST", refund, more)) == (422, "REFUND_AMOUNT_EXCEEDED")
    assert call(paypal, "POST", refund, key="r")[1] == call(paypal, "POST", refund, key="r")[1]
    assert issue(call(paypal, "POST", refund)) == (422, "CAPTURE_FULLY_REFUNDED")
    assert call(paypal, "POST", f"{where}/void") == (204, None)
    assert issue(call(paypal, "POST", f"{where}/void")) == (422, "PREVIOUSLY_VOIDED")
    assert issue(call(paypal, "POST", f"{where}/capture")) == (422, "AUTHORIZATION_VOIDED")
    assert paypal.effects == {"authorize": 1, "capture": 1, "void": 1, "refund": 1}


@pytest.mark.parametrize("currency, value, status, said", [
    ("JPY", "100.5", 422, "DECIMALS_NOT_SUPPORTED"), ("HUF", "1.50", 422, "DECIMALS_NOT_SUPPORTED"),
    ("CAD", "1.005", 422, "DECIMAL_PRECISION"), ("CAD", "0.00", 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
    ("CAD", "10000000.00", 422, "MAX_VALUE_EXCEEDED"), ("KWD", "1.00", 422, "INVALID_CURRENCY_CODE"),
    ("CAD", "1,5", 400, "INVALID_PARAMETER_SYNTAX")])
def test_amounts_that_paypal_does_not_take(paypal, currency, value, status, said):
    assert issue(order(paypal, CARD, value, currency)) == (status, said)


def test_a_token_ends(paypal):
    assert paypal.ask("GET", "/v2/checkout/orders/1", Authorization="Bearer x")[0] == 401
    paypal.revoke_tokens()
    assert order(paypal, CARD)[0] == 401
    paypal.bearer = paypal.token()
    assert order(paypal, CARD)[0] == 201


def test_an_invoice_is_paid_once(paypal):
    assert order(paypal, CARD, key="a", invoice_id="i-1")[0] == 201
    assert issue(order(paypal, CARD, key="b", invoice_id="i-1")) == (422, "DUPLICATE_INVOICE_ID")


def test_a_refund_that_takes_time_may_fail(paypal):
    capture, = order(paypal, CARD)[1]["purchase_units"][0]["payments"]["captures"]
    paypal.refunds_take_time()
    refund = call(paypal, "POST", f"/v2/payments/captures/{capture['id']}/refund")[1]
    assert refund["status"] == "PENDING" and paypal.payer(refund["id"], "fail") == "FAILED"
    assert paypal.charges[0]["refunded"] == 0


@pytest.mark.parametrize("kind, charges", [("reset_before", 1), ("reset_after", 1), ("500_after", 1), ("status:500", 1)])
def test_the_same_request_id_charges_once_whatever_happened(paypal, kind, charges):
    paypal.faults({"on": "POST /v2/checkout/orders", "kind": kind})
    try:
        order(paypal, CARD)
    except OSError:
        pass
    assert order(paypal, CARD)[0] in (200, 201) and len(paypal.charges) == charges


@pytest.mark.parametrize("kind, find", [
    ("wrong_amount", lambda body: body["purchase_units"][0]["payments"]["captures"][0]["amount"]["value"]),
    ("wrong_currency", lambda body: body["purchase_units"][0]["payments"]["captures"][0]["amount"]["currency_code"]),
    ("other_payment", lambda body: body["purchase_units"][0]["custom_id"]), ("backwards", lambda body: body["status"]),
    ("unknown_status", lambda body: body["purchase_units"][0]["payments"]["captures"][0]["status"])])
def test_a_lie_is_told_once_and_the_truth_again(paypal, kind, find):
    paypal.faults({"on": "POST", "kind": kind})
    assert find(order(paypal, CARD)[1]) != find(order(paypal, CARD)[1])


@pytest.mark.parametrize("forge, verdict", [(False, "SUCCESS"), (True, "FAILURE")])
def test_a_webhook_is_known_to_its_sender(paypal, forge, verdict):
    with Receiver() as shop:
        paypal.webhook(shop.url, "PAYMENT.CAPTURE.COMPLETED", order(paypal, CARD)[1]["id"], forge=forge)
        sent = shop.received[0]
    fields = {name.lower().removeprefix("paypal-").replace("-", "_"): text for name, text in sent.headers.items()
              if name.startswith("PAYPAL-")}
    body = fields | {"webhook_id": paypal.webhook_id, "webhook_event": sent.json}
    assert call(paypal, "POST", "/v1/notifications/verify-webhook-signature", body)[1]["verification_status"] == verdict
