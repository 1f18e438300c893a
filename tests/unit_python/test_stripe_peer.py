"""The scripted Stripe keeps Stripe's rules, so that what passes against it has a meaning."""

import hashlib
import hmac
import http.client
import threading

import pytest

from support.provider_peers import StripePeer
from support.receiver import Receiver

CARD = {"amount": 9953, "currency": "cad", "confirm": "true", "payment_method": "pm_card_visa"}


@pytest.fixture(scope="module")
def running():
    with StripePeer(seed=1) as peer:
        yield peer


@pytest.fixture
def stripe(running):
    running.reset()
    return running


def pay(stripe, key=None, **fields):
    return stripe.call("POST", "/v1/payment_intents", CARD | fields, key)


def test_a_card_is_charged_and_shown(stripe):
    status, intent = pay(stripe, **{"metadata[attempt]": "7", "expand[]": "latest_charge", "payment_method":
                                    "pm_card_visa_debit"})
    assert (status, intent["status"], intent["amount_received"]) == (200, "succeeded", 9953)
    card = intent["latest_charge"]["payment_method_details"]["card"]
    assert (card["brand"], card["funding"], card["last4"]) == ("visa", "debit", "5556")
    charge, = stripe.charges
    assert (charge["captured"], charge["refunded"], charge["metadata"]) == (9953, 0, {"attempt": "7"})


@pytest.mark.parametrize("fields, code", [
    ({"foo": "1"}, "parameter_unknown"), ({"amount": "1.5"}, "parameter_invalid_integer"), ({"amount": 49},
                                                                                           "amount_too_small"),
    ({"amount": 10**12}, "amount_too_large"), ({"currency": "kwd", "amount": 1001}, "parameter_invalid_integer"),
    ({"payment_method": "pm_card_none"}, "resource_missing"), ({"metadata": "x"}, None), ({"currency": "xxx"}, None)])
def test_what_stripe_does_not_take_is_400_and_not_stored(stripe, fields, code):
    status, answer = pay(stripe, key="k", **fields)
    assert (status, answer["error"].get("code")) == (400, code)
    assert pay(stripe, key="k")[0] == 200


def test_a_wrong_secret_is_401(stripe):
    assert stripe.ask("GET", "/v1/payment_intents", Authorization="Bearer sk_test_other")[0] == 401


@pytest.mark.parametrize("name, code, decline_code", [
    ("chargeDeclined", "card_declined", "generic_decline"), ("visa_chargeDeclined", "card_declined", "generic_decline"),
    ("chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("chargeDeclinedExpiredCard", "expired_card", "expired_card")])
def test_a_decline_is_402_and_said_again_to_the_same_key(stripe, name, code, decline_code):
    answers = [pay(stripe, key="k", payment_method=f"pm_card_{name}") for _ in range(2)]
    assert answers[0] == answers[1] and stripe.last_headers["idempotent-replayed"] == "true"
    status, answer = answers[0]
    assert (status, answer["error"]["code"], answer["error"]["decline_code"]) == (402, code, decline_code)
    assert stripe.charges == []


def test_a_key_stands_for_one_request(stripe):
    first, again, other = pay(stripe, "k"), pay(stripe, "k"), pay(stripe, "k", amount=100)
    assert first == again and (other[0], other[1]["error"]["type"]) == (400, "idempotency_error")
    assert stripe.effects["capture"] == 1


def test_a_key_whose_request_runs_is_409(stripe):
    stripe.faults({"on": "POST /v1/payment_intents", "kind": "slow:300"})
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(pay(stripe, "k"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [200, 409]
    assert next(answer for status, answer in answers if status == 409)["error"]["code"] == "idempotency_key_in_use"


def test_part_is_captured_and_no_more_than_that_is_refunded(stripe):
    intent = pay(stripe, capture_method="manual")[1]
    where = f"/v1/payment_intents/{intent['id']}"
    assert intent["status"] == "requires_capture"
    assert stripe.call("POST", f"{where}/capture", {"amount_to_capture": 9954})[0] == 400
    assert stripe.call("POST", f"{where}/capture", {"amount_to_capture": 5000})[1]["amount_received"] == 5000
    status, answer = stripe.call("POST", f"{where}/capture")
    assert (status, answer["error"]["code"]) == (400, "payment_intent_unexpected_state")
    refund = {"payment_intent": intent["id"], "amount": 3000}
    assert stripe.call("POST", "/v1/refunds", refund)[1]["status"] == "succeeded"
    assert stripe.call("POST", "/v1/refunds", refund)[1]["error"]["code"] == "amount_too_large"
    assert stripe.call("POST", "/v1/refunds", refund | {"amount": 2000})[0] == 200
    assert stripe.call("POST", "/v1/refunds", refund)[1]["error"]["code"] == "charge_already_refunded"
    assert len(stripe.call("GET", f"/v1/refunds?payment_intent={intent['id']}")[1]["data"]) == 2
    assert stripe.effects == {"authorize": 1, "capture": 1, "void": 0, "refund": 2}


def test_what_is_canceled_cannot_be_captured(stripe):
    where = f"/v1/payment_intents/{pay(stripe, capture_method='manual')[1]['id']}"
    assert stripe.call("POST", f"{where}/cancel")[1]["status"] == "canceled"
    assert stripe.call("POST", f"{where}/capture")[0] == stripe.call("POST", f"{where}/cancel")[0] == 400
    assert stripe.charges[0]["voided"] and stripe.effects["void"] == 1


@pytest.mark.parametrize("outcome, status", [("approve", "succeeded"), ("fail", "requires_payment_method")])
def test_a_challenge_is_settled_on_the_payers_page(stripe, outcome, status):
    intent = pay(stripe, payment_method="pm_card_threeDSecure2Required", return_url="http://shop/back?a=1")[1]
    page = intent["next_action"]["redirect_to_url"]["url"].removeprefix(stripe.url)
    assert intent["status"] == "requires_action" and stripe.charges == []
    assert stripe.ask("GET", f"{page}?outcome={outcome}")[0] == 303
    assert stripe.last_headers["location"].startswith(f"http://shop/back?a=1&payment_intent={intent['id']}")
    assert stripe.call("GET", f"/v1/payment_intents/{intent['id']}")[1]["status"] == status


def test_the_list_is_newest_first_in_pages(stripe):
    names = [pay(stripe)[1]["id"] for _ in range(3)][::-1]
    first = stripe.call("GET", "/v1/payment_intents?limit=2&created[gte]=1")[1]
    rest = stripe.call("GET", f"/v1/payment_intents?limit=2&starting_after={names[1]}")[1]
    assert [one["id"] for one in first["data"] + rest["data"]] == names
    assert first["has_more"] and not rest["has_more"]


@pytest.mark.parametrize("kind, effects, first, again", [
    ("reset_before", 1, OSError, 200), ("reset_after", 1, OSError, 200), ("close_after", 1, OSError, 200),
    ("status:429", 1, 429, 200), ("status:503", 1, 503, 200), ("status:500", 0, 500, 500), ("500_before", 1, 500, 200),
    ("500_after", 1, 500, 200), ("500_after_stored", 1, 500, 500), ("html", 1, 200, 200), ("empty", 1, 200, 200),
    ("cut", 1, http.client.IncompleteRead, 200)])
def test_a_fault_has_the_effect_that_it_says(stripe, kind, effects, first, again):
    stripe.faults({"on": "POST /v1/payment_intents$", "kind": kind})
    if isinstance(first, int):
        assert pay(stripe, "k")[0] == first
    else:
        with pytest.raises(first):
            pay(stripe, "k")
    assert pay(stripe, "k")[0] == again
    assert stripe.effects["capture"] == effects


@pytest.mark.parametrize("kind, field, value", [
    ("wrong_amount", "amount", 9954), ("wrong_currency", "currency", "xaf"), ("other_payment", "id", "pi_of_somebody_else"),
    ("unknown_status", "status", "quantum"), ("backwards", "status", "requires_confirmation")])
def test_a_lie_is_told_once_and_the_truth_again(stripe, kind, field, value):
    stripe.faults({"on": "POST", "kind": kind})
    assert pay(stripe, "k")[1][field] == value != pay(stripe, "k")[1][field]


@pytest.mark.parametrize("order, right", [({}, True), ({"forge": True}, False)])
def test_a_webhook_is_signed_as_stripe_does(stripe, order, right):
    with Receiver() as shop:
        about = pay(stripe)[1]["id"]
        sent = stripe.webhook(f"{shop.url}/hook", "payment_intent.succeeded", about, times=2, age_seconds=10, **order)
        first, second = shop.received
    assert sent["statuses"] == [200, 200] and first.body == second.body and first.json["id"] == sent["event_id"]
    moment, given = (part.split("=")[1] for part in first.headers["Stripe-Signature"].split(","))
    made = hmac.new(b"whsec_peer", f"{moment}.".encode() + first.body, hashlib.sha256).hexdigest()
    assert (made == given) is right and first.json["data"]["object"]["status"] == "succeeded"
