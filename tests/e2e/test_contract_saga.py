"""Store Manager's rollbacks (contract.md, section 2): they try one route after the other and go on at 404 and 405.

Method: every compensation route on a payment in every state that a saga can meet, twice: always 200 with a JSON object
or 409 with the way out, never 204.
"""

import json

import pytest
from support.client import exchange
from support.payments import (assert_problem, authorized, canceled, captured, create, get, new_order, ok, paid, process,
                              refunded, walk)

STATES = {
    "pending": create, "authorized": authorized, "paid": paid, "captured in part": lambda c: captured(c, 100, 40),
    "refunded in part": lambda c: refunded(c, 100, 40), "refunded": refunded, "canceled": canceled
}
UNDONE = {
    "pending": "canceled", "authorized": "canceled", "paid": "refunded", "captured in part": "refunded",
    "refunded in part": "refunded", "refunded": "refunded", "canceled": "canceled"
}
FITS = {
    "cancel": {"pending", "authorized", "canceled"},
    "refund": {"paid", "captured in part", "refunded in part", "refunded"}
}


@pytest.mark.parametrize("verb", ["cancel", "refund"])
@pytest.mark.parametrize("state", STATES)
def test_a_verb_fits_or_is_409_with_the_way_out(service, state, verb):
    client = service.client()
    before = STATES[state](client)
    for _ in range(2):
        reply = client.post(f"/payments/{before['id']}/{verb}")
        if state in FITS[verb]:
            assert ok(reply)["status"] == UNDONE[state]
        else:
            detail = assert_problem(reply, 409, "invalid_state")["detail"]
            assert before["status"] in detail
            assert get(client, before["id"]) == before
    if state not in FITS[verb] and state in ("pending", "authorized", "paid", "refunded in part"):
        assert {"cancel": "refund", "refund": "cancel"}[verb] in detail.replace("refunded", "")


@pytest.mark.parametrize("state", STATES)
def test_delete_undoes_any_state(service, state):
    client = service.client()
    before = STATES[state](client)
    first = ok(client.delete(f"/payments/{before['id']}"))
    assert first["status"] == UNDONE[state]
    assert first["refunded_amount"] == first["captured_amount"]
    assert ok(client.delete(f"/payments/{before['id']}")) == first == get(client, before["id"])
    if before["status"] == UNDONE[state]:
        assert first == before


@pytest.mark.parametrize("route", ["cancel-by-order", "refund-by-order"])
def test_by_order_undoes_every_payment_of_the_order(service, route):
    client = service.client()
    number = new_order()
    pending = create(client, order_id=number)
    held = authorized(client, order_id=number)
    charged = paid(client, order_id=number)
    other = create(client)
    first = ok(client.post(f"/payments/{route}/{number}"))
    assert first["order_id"] == number
    states = {payment["id"]: payment["status"] for payment in first["payments"]}
    assert states == {pending["id"]: "canceled", held["id"]: "canceled", charged["id"]: "refunded"}
    assert [payment["id"] for payment in first["payments"]] == sorted(states, reverse=True)
    assert ok(client.post(f"/payments/{route}/{number}")) == first
    assert [get(client, payment_id) for payment_id in sorted(states, reverse=True)] == first["payments"]
    assert get(client, other["id"]) == other


@pytest.mark.parametrize("route", ["cancel-by-order", "refund-by-order"])
def test_an_order_without_payments_is_an_empty_list(service, route):
    number = new_order()
    assert ok(service.client().post(f"/payments/{route}/{number}")) == {"order_id": number, "payments": []}


@pytest.mark.parametrize("method,path", [("POST", "/payments/{id}/cancel"), ("POST", "/payments/{id}/refund"),
                                         ("DELETE", "/payments/{id}")])
def test_an_unknown_payment_is_404_so_that_a_saga_moves_on(service, method, path):
    assert_problem(service.client().send(method, path.replace("{id}", "999999999")), 404, "not_found")


def test_a_call_undoes_at_most_a_thousand_and_a_repeat_goes_on(service):
    number = new_order()
    body = json.dumps({"user_id": 1, "order_id": number, "total_amount": 5}).encode()
    wire = b"POST /payments HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    made = [reply.json["id"] for reply in exchange(service.port, wire * 1205, count=1205, timeout=60)]
    client = service.client()
    for turn in range(3):
        payments = ok(client.post(f"/payments/cancel-by-order/{number}"))["payments"]
        assert 0 < len(payments) <= 1000
        if turn == 0:
            assert [payment["id"] for payment in payments] == sorted(made, reverse=True)[:1000], "newest first"
    states = {payment["id"]: payment["status"] for payment in walk(client, f"/payments?order_id={number}")}
    assert len(states) == 1205 and set(states.values()) == {"canceled"}


def test_a_whole_rollback_ends_in_an_undone_payment(service):
    """The five tries in the saga's order, as one that never stops early would make them."""
    client = service.client()
    for state in STATES:
        payment = STATES[state](client)
        tries = [("POST", f"/payments/{payment['id']}/cancel"), ("POST", f"/payments/{payment['id']}/refund"),
                 ("DELETE", f"/payments/{payment['id']}"), ("POST", f"/payments/cancel-by-order/{payment['order_id']}"),
                 ("POST", f"/payments/refund-by-order/{payment['order_id']}")]
        for method, path in tries:
            reply = client.send(method, path)
            assert reply.status in (200, 409) and isinstance(reply.json, dict), reply
        assert get(client, payment["id"])["status"] == UNDONE[state]
        assert process(client, payment["id"]).status == 409
