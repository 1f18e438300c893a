"""The shape of what is answered (api.md: Payment, Event, Refund, Attempt, Errors).

Method: one payment is led through a long life; after each step the one representation is compared everywhere it is
shown, and every member's type is checked against a table.
"""

import datetime
import re
from decimal import Decimal

import pytest
from support.payments import (DECLINED, assert_problem, authorized, card, create, get, order, paid, process, walk)

AMOUNT = (int, Decimal)
TEXT_OR_NONE = (str, type(None))
PAYMENT = {
    "id": int, "payment_id": int, "order_id": int, "user_id": int, "total_amount": AMOUNT, "currency": str,
    "status": str, "is_paid": bool, "capture_method": str, "authorized_amount": AMOUNT, "captured_amount": AMOUNT,
    "refunded_amount": AMOUNT, "payment_method": (dict, type(None)), "last_error": (dict, type(None)),
    "next_action": type(None), "description": TEXT_OR_NONE, "client": type(None), "metadata": dict, "version": int,
    "created_at": str, "updated_at": str
}
EVENT = {"id": str, "payment_id": int, "sequence": int, "type": str, "data": dict, "created_at": str}
REFUND = {"id": int, "payment_id": int, "amount": AMOUNT, "status": str, "reason": TEXT_OR_NONE, "created_at": str}
ATTEMPT = {
    "id": int, "payment_id": int, "provider": str, "outcome": str, "decline_code": TEXT_OR_NONE, "created_at": str,
    "finished_at": str
}
METHOD = {"type": str, "brand": str, "last4": str, "exp_month": int, "exp_year": int}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def assert_shape(value, shape):
    assert set(value) >= set(shape), set(shape) - set(value)
    for name, kind in shape.items():
        kinds = kind if isinstance(kind, tuple) else (kind, )
        assert type(value[name]) in kinds, f"{name}: {value[name]!r}"
        if name.endswith("_at"):
            assert TIME.fullmatch(value[name]), value[name]


def assert_payment(payment):
    assert_shape(payment, PAYMENT)
    assert payment["id"] == payment["payment_id"]
    if payment["payment_method"]:
        assert_shape(payment["payment_method"], METHOD)
        assert set(payment["payment_method"]) <= set(METHOD)


def test_a_payment_looks_the_same_everywhere_all_its_life(service):
    client = service.client()
    payment_id = create(client, 100, capture_method="manual", description="a chair", metadata={"shop": "7"})["id"]
    path = f"/payments/{payment_id}"
    steps = [
        lambda: process(client, payment_id, DECLINED), lambda: process(client, payment_id),
        lambda: client.post(path + "/capture", {"amount": 80}),
        lambda: client.post(path + "/refund", {"amount": "30.50", "reason": "scratched"}),
        lambda: client.post(path + "/refund", {"amount": 9.5}), lambda: client.delete(path)
    ]
    states = [get(client, payment_id)]
    for step in steps:
        reply = step()
        states.append(get(client, payment_id))
        assert_payment(states[-1])
        if reply.status == 200:
            assert reply.json == states[-1]
    assert [state["status"] for state in states
            ] == ["pending", "pending", "authorized", "paid", "partially_refunded", "partially_refunded", "refunded"]
    assert [state["is_paid"] for state in states] == [False, False, False, True, True, True, False]
    assert [state["authorized_amount"] for state in states] == [0, 0, 100, 100, 100, 100, 100]
    assert [state["captured_amount"] for state in states] == [0, 0, 0, 80, 80, 80, 80]
    assert [state["refunded_amount"] for state in states] == [0, 0, 0, 0, Decimal("30.5"), 40, 80]
    assert [state["version"] for state in states] == [1, 2, 3, 4, 5, 6, 7]
    listed = walk(client, f"/payments?order_id={states[0]['order_id']}")
    assert listed == [states[-1]]

    events = walk(client, path + "/events")
    for event in events:
        assert_shape(event, EVENT)
        assert_payment(event["data"])
        assert event["id"] == f"{payment_id}-{event['sequence']}"
        assert event["payment_id"] == payment_id and event["created_at"] == event["data"]["updated_at"]
    assert [event["data"] for event in events] == states
    assert [event["sequence"] for event in events] == [1, 2, 3, 4, 5, 6, 7]
    assert [event["type"] for event in events] == [
        "payment." + name for name in ("created", "declined", "authorized", "paid", "refunded", "refunded", "refunded")
    ]
    times = [event["created_at"] for event in events]
    assert times == sorted(set(times)) and times[0] == states[-1]["created_at"]

    refunds = walk(client, path + "/refunds")
    for refund in refunds:
        assert_shape(refund, REFUND)
        assert (refund["payment_id"], refund["status"]) == (payment_id, "succeeded")
    assert [refund["amount"] for refund in refunds] == [Decimal("30.5"), Decimal("9.5"), 40]
    assert [refund["reason"] for refund in refunds][:2] == ["scratched", None]

    attempts = walk(client, path + "/attempts")
    for attempt in attempts:
        assert_shape(attempt, ATTEMPT)
        assert attempt["payment_id"] == payment_id and attempt["finished_at"] >= attempt["created_at"]
    assert [attempt["outcome"] for attempt in attempts] == ["declined", "succeeded"]
    assert [attempt["decline_code"] for attempt in attempts] == ["generic_decline", None]


def test_times_are_now_in_utc(service):
    before = datetime.datetime.now(datetime.timezone.utc)
    created = datetime.datetime.fromisoformat(create(service.client())["created_at"].replace("Z", "+00:00"))
    after = datetime.datetime.now(datetime.timezone.utc)
    second = datetime.timedelta(seconds=1)
    assert before - second <= created <= after + second


@pytest.mark.parametrize("currency,amount", [("CAD", "1999.99"), ("JPY", "500"), ("KWD", "1.234"), ("CAD", "500"),
                                             ("CLF", "0.0001"), ("CAD", "0.05"), ("CAD", "9999999999.99")])
def test_amounts_are_json_numbers_with_at_most_the_currencys_decimals(service, currency, amount):
    client = service.client()
    created = create(client, amount, currency=currency)
    body = client.get(f"/payments/{created['id']}").body.decode().replace(" ", "")
    [text] = re.findall(r'"total_amount":([^,}]+)', body)
    assert re.fullmatch(r"\d+(\.\d+)?", text), text
    assert Decimal(text) == Decimal(amount)
    assert len(text.partition(".")[2]) <= {"JPY": 0, "KWD": 3, "CLF": 4}.get(currency, 2)


def test_location_names_the_payment(service):
    client = service.client()
    reply = client.post("/payments", order())
    assert reply.header("Location") == f"/payments/{reply.json['id']}"
    assert reply.header("Content-Type").startswith("application/json")
    assert client.get(reply.header("Location")).json == reply.json


def errors(client):
    """One request for every error that a client can cause, with its status and code."""
    number = create(client)["id"]
    held = authorized(client)["id"]
    charge = paid(client)["id"]
    return [(client.post("/payments", "{"), 400, "malformed_json"),
            (client.post("/payments", {}), 400, "invalid_request"),
            (process(client, number, "4242424242424241"), 400, "incorrect_number"),
            (process(client, number, expiry="13/40"), 400, "invalid_expiry_month"),
            (process(client, number, expiry="01/20"), 400, "invalid_expiry_year"),
            (process(client, number, cvc="1"), 400, "invalid_cvc"),
            (process(client, number, "4539578763621486"), 400, "live_card_refused"),
            (client.post("/payments", order(), key="a b"), 400, "invalid_idempotency_key"),
            (process(client, number, DECLINED), 402, "card_declined"),
            (client.get("/payments/999999999"), 404, "not_found"), (client.get("/nowhere"), 404, "not_found"),
            (client.send("PUT", "/payments"), 405, "method_not_allowed"),
            (client.post(f"/payments/{number}/refund"), 409, "invalid_state"),
            (client.post(f"/payments/{held}/capture", {"amount": 101}), 409, "amount_exceeds_authorized"),
            (client.post(f"/payments/{charge}/refund", {"amount": 101}), 409, "amount_exceeds_captured"),
            (client.post("/payments", " " * 70_000), 413, "payload_too_large"),
            (client.post("/payments", "{}", {"Content-Type": "text/plain"}), 415, "unsupported_media_type")]


def test_every_error_is_a_problem_document_with_its_code(service):
    for reply, status, code in errors(service.client()):
        problem = assert_problem(reply, status, code)
        assert reply.header("X-Request-Id")
        assert ("errors" in problem and problem["errors"] != []) == (code == "invalid_request"), reply
        assert ("decline_code" in problem) == (status == 402), reply
        for leak in (b"sqlite", b"SELECT", b"INSERT", b".cpp", b"exception", b"std::", b"mysql", b"boost"):
            assert leak.lower() not in reply.body.lower(), reply


def test_a_conflict_says_the_status_and_what_is_possible(service):
    client = service.client()
    problem = assert_problem(client.post(f"/payments/{authorized(client)['id']}/refund"), 409, "invalid_state")
    assert "authorized" in problem["detail"]
    assert "capture" in problem["detail"] and "cancel" in problem["detail"]
    assert problem["error"]


def test_errors_name_their_instance(service):
    client = service.client()
    assert client.get("/payments/999999999").json["instance"] == "/payments/999999999"
    assert client.get("/nowhere?x=1").json["instance"] in ("/nowhere", "/nowhere?x=1")
    payment_id = create(client)["id"]
    assert process(client, payment_id, DECLINED).json["instance"].startswith("/payments/")
    assert client.post("/payments", card()).json["instance"] == "/payments"
