"""Payments by PayPal, against a scripted PayPal with memory: the payer's page, bad days on the line, webhooks. What counts
in the end is how often PayPal moved money."""

import pytest

from support import payments
from support.provider_peers import PayPalPeer
from support.waiting import eventually

SAVED_CARD = {"type": "card", "token": "VAULT-1"}
BY_PAGE = {"type": "wallet", "wallet": "paypal"}
# On a connection that was kept, a request with a key is sent again at once: then it is paid already.
NOT_KNOWN_TO_HAVE_FAILED = ("processing", "paid")
SHOP = "https://shop.example/back?basket=7"


@pytest.fixture
def paypal():
    with PayPalPeer(seed=1) as peer:
        yield peer


@pytest.fixture
def service(on_sqlite, paypal):
    return on_sqlite("--provider", "paypal", "--paypal-timeout-ms", "1000", env=paypal.environment)


@pytest.fixture
def client(service):
    return service.client()


def process(client, source, key=None, **fields):
    """(the payment's id, the reply)"""
    payment = payments.create(client, 12.34, **fields)
    body = {"payment_method": source, "return_url": SHOP}
    return payment["id"], client.post(f"/payments/{payment['id']}/process", body, key=key)


def at_the_page(client, **fields):
    """A payment whose payer has been sent to PayPal."""
    payment_id, reply = process(client, BY_PAGE, **fields)
    payment = payments.ok(reply)
    assert (payment["status"], payment["next_action"]["type"]) == ("requires_action", "redirect")
    assert reply.header("Location") == f"/payments/{payment_id}"
    return payment


def order_of(payment):
    return payment["next_action"]["url"].rpartition("/")[2]


def leave_page(client, paypal, payment, outcome):
    """As the payer's browser does: PayPal's page, then wherever it is sent. What the shop is sent."""
    page = payment["next_action"]["url"].removeprefix(paypal.url)
    assert paypal.ask("GET", f"{page}?outcome={outcome}")[0] == 303
    back = client.get("/" + paypal.last_headers["location"].split("/", 3)[3])
    assert back.status == 303, back
    return back.header("Location")


def status_of(client, payment_id):
    return payments.get(client, payment_id)["status"]


def eventually_is(client, payment_id, status):
    eventually(lambda: status_of(client, payment_id) == status)


@pytest.mark.parametrize("capture_method, status", [("automatic", "paid"), ("manual", "authorized")])
def test_a_payer_approves_at_paypals_page(client, paypal, capture_method, status):
    payment = at_the_page(client, capture_method=capture_method)
    where = leave_page(client, paypal, payment, "approve")
    assert where == f"{SHOP}&payment_id={payment['id']}&status={status}"
    done = payments.get(client, payment["id"])
    assert (done["status"], done["next_action"]) == (status, None)
    assert (done["payment_method"]["type"], done["payment_method"]["brand"]) == ("wallet", "paypal")
    charge, = paypal.charges
    assert (charge["amount"], charge["custom_id"]) == (1234, str(payment["id"]))


def test_a_payer_who_turns_back_may_come_again(client, paypal):
    payment = at_the_page(client)
    assert leave_page(client, paypal, payment, "cancel").endswith("&status=requires_action")
    assert leave_page(client, paypal, payment, "approve").endswith("&status=paid")
    assert len(paypal.charges) == 1


def test_an_instrument_that_is_declined_leaves_the_payment_to_be_tried_again(client, paypal):
    payment = at_the_page(client)
    assert leave_page(client, paypal, payment, "decline").endswith("&status=pending")
    again = payments.get(client, payment["id"])
    assert again["last_error"] == {"code": "card_declined", "decline_code": "generic_decline"}
    assert client.post(f"/payments/{payment['id']}/process", {"payment_method": SAVED_CARD}).json["status"] == "paid"
    assert len(paypal.charges) == 1


def test_a_payment_whose_payer_is_at_the_page_can_be_canceled(client, paypal):
    payment = at_the_page(client)
    assert payments.ok(client.post(f"/payments/{payment['id']}/cancel"))["status"] == "canceled"
    paypal.payer(order_of(payment))
    leave_page(client, paypal, payment, "approve")
    assert status_of(client, payment["id"]) == "canceled" and paypal.charges == []


@pytest.mark.parametrize("token, decline_code", [("VAULT-declined", "do_not_honor"),
                                                 ("VAULT-insufficient-funds", "insufficient_funds"),
                                                 ("VAULT-expired", "expired_card"), ("VAULT-lost", "lost_card")])
def test_a_card_is_declined_in_our_words(client, paypal, token, decline_code):
    payment_id, reply = process(client, {"type": "card", "token": token})
    assert (reply.status, reply.code, reply.json["decline_code"]) == (402, "card_declined", decline_code)
    assert status_of(client, payment_id) == "pending" and paypal.charges == []


def test_a_payment_that_paypal_reviews_is_waited_for(client, paypal):
    payment_id, reply = process(client, {"type": "card", "token": "VAULT-pending"})
    assert payments.ok(reply)["status"] == "processing"
    attempt, = payments.ok(client.get(f"/payments/{payment_id}/attempts"))["data"]
    order = paypal.call("GET", f"/v2/checkout/orders/{attempt['provider_reference']}")[1]
    paypal.payer(order["purchase_units"][0]["payments"]["captures"][0]["id"])
    eventually_is(client, payment_id, "paid")


@pytest.mark.parametrize("fault", ["reset_after", "hang_after", "500_after", "html",
                                   "wrong_amount", "other_payment", "unknown_status"])
def test_an_answer_that_is_lost_or_wrong_is_found_out(client, paypal, fault):
    paypal.faults({"on": "POST /v2/checkout/orders", "kind": fault})
    payment_id, reply = process(client, SAVED_CARD)
    assert payments.ok(reply)["status"] in NOT_KNOWN_TO_HAVE_FAILED
    eventually_is(client, payment_id, "paid")
    charge, = paypal.charges
    assert (charge["captured"], charge["custom_id"]) == (1234, str(payment_id))


@pytest.mark.parametrize("fault", ["reset_before", "hang_before", "status:500", "status:409"])
def test_a_request_that_nobody_answered_is_made_once(client, paypal, fault):
    paypal.faults({"on": "POST /v2/checkout/orders", "kind": fault})
    payment_id, reply = process(client, SAVED_CARD)
    assert payments.ok(reply)["status"] in NOT_KNOWN_TO_HAVE_FAILED
    eventually_is(client, payment_id, "paid")
    assert len(paypal.charges) == 1


@pytest.mark.parametrize("fault", ["status:429", "status:403"])
def test_a_request_that_was_not_looked_at_is_not_executed(client, paypal, fault):
    paypal.faults({"on": "POST /v2/checkout/orders", "kind": fault})
    payment_id, reply = process(client, SAVED_CARD, key="first")
    assert (reply.status, reply.code) == (503, "unavailable")
    assert status_of(client, payment_id) == "pending" and paypal.charges == []


@pytest.mark.parametrize("fault", ["reset_after", "500_after", "wrong_amount", "other_payment"])
def test_captures_voids_and_refunds_survive_a_lost_answer(client, paypal, fault):
    first = payments.ok(process(client, SAVED_CARD, capture_method="manual")[1])["id"]
    second = payments.ok(process(client, SAVED_CARD, capture_method="manual")[1])["id"]
    paypal.faults({"on": "POST /v2/payments/", "kind": fault, "times": 1})
    client.post(f"/payments/{first}/capture", {"amount": 10})
    eventually_is(client, first, "paid")
    paypal.faults({"on": "POST /v2/payments/", "kind": fault, "times": 1})
    client.post(f"/payments/{first}/refund", {"amount": 4})
    eventually_is(client, first, "partially_refunded")
    paypal.faults({"on": "POST /v2/payments/", "kind": fault, "times": 1})
    client.post(f"/payments/{second}/cancel")
    eventually_is(client, second, "canceled")
    effects = paypal.effects
    assert (effects["capture"], effects["refund"], effects["void"]) == (1, 1, 1)


def test_a_token_that_paypal_takes_back_is_renewed(client, paypal):
    assert payments.ok(process(client, SAVED_CARD)[1])["status"] == "paid"
    paypal.revoke_tokens()
    assert payments.ok(process(client, SAVED_CARD)[1])["status"] == "paid"
    assert paypal.state()["tokens_given"] == 2


def test_a_webhook_brings_the_look_forward(client, service, paypal):
    payment = at_the_page(client)
    paypal.payer(order_of(payment))
    receiver = f"http://127.0.0.1:{service.port}/providers/paypal/webhook"
    forged = paypal.webhook(receiver, "CHECKOUT.ORDER.APPROVED", order_of(payment), forge=True)
    assert forged["statuses"] == [400]
    told = paypal.webhook(receiver, "CHECKOUT.ORDER.APPROVED", order_of(payment), times=3)
    assert told["statuses"] == [200, 200, 200]
    eventually_is(client, payment["id"], "paid")
    assert len(paypal.charges) == 1


def test_secrets_appear_nowhere(client, service, paypal):
    paypal.faults({"on": "POST /v1/oauth2/token", "kind": "status:401"})
    assert process(client, SAVED_CARD)[1].status == 503
    process(client, SAVED_CARD)
    shown = client.get("/providers").body + client.get("/metrics").body + service.said.encode()
    assert b"paypal" in shown
    for secret in (PayPalPeer.secret, PayPalPeer.client_id, "Bearer", "A21AA"):
        assert secret.encode() not in shown
