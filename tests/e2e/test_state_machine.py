"""Every command from every status (domain.md's table; api.md, "Repeats").

Method: a table with one row a case: state, request, status and code, and the state afterwards as status / authorized /
captured / refunded. All payments are of 100. "same" means that nothing changed, to the byte.
"""

from decimal import Decimal

import pytest
from support.payments import (DECLINED, VISA, assert_problem, authorized, canceled, captured, card, create, get, ok,
                              paid, refunded, walk)

STATES = {
    "pending": create, "manual": lambda c: create(c, capture_method="manual"), "authorized": authorized, "paid": paid,
    "captured": lambda c: captured(c, 100), "part": lambda c: captured(c, 100, 40),
    "some back": lambda c: refunded(c, 100, 40), "refunded": refunded, "canceled": canceled,
    "part back": lambda c: ok(c.post(f"/payments/{captured(c, 100, 40)['id']}/refund"))
}

PAY, LOSE = card(VISA), card(DECLINED)
SAME = "same"
CASES = [  # state, verb, body, status or code of the 409, afterwards
    ("pending", "process", PAY, 200, "paid 100 100 0"),
    ("pending", "process", LOSE, 402, "pending 0 0 0"),
    ("pending", "capture", {}, "invalid_state", SAME),
    ("pending", "capture", {"amount": 50}, "invalid_state", SAME),
    ("pending", "cancel", {}, 200, "canceled 0 0 0"),
    ("pending", "refund", {}, "invalid_state", SAME),
    ("pending", "refund", {"amount": 5}, "invalid_state", SAME),
    ("pending", "DELETE", None, 200, "canceled 0 0 0"),
    ("manual", "process", PAY, 200, "authorized 100 0 0"),
    ("manual", "process", LOSE, 402, "pending 0 0 0"),
    ("manual", "capture", {}, "invalid_state", SAME),
    ("authorized", "process", PAY, 200, SAME),
    ("authorized", "process", LOSE, 200, SAME),
    ("authorized", "capture", {}, 200, "paid 100 100 0"),
    ("authorized", "capture", {"amount": 100}, 200, "paid 100 100 0"),
    ("authorized", "capture", {"amount": 0.01}, 200, "paid 100 0.01 0"),
    ("authorized", "capture", {"amount": "40"}, 200, "paid 100 40 0"),
    ("authorized", "capture", {"amount": None}, 200, "paid 100 100 0"),
    ("authorized", "capture", {"amount": 100.01}, "amount_exceeds_authorized", SAME),
    ("authorized", "cancel", {"reason": "late"}, 200, "canceled 100 0 0"),
    ("authorized", "refund", {}, "invalid_state", SAME),
    ("authorized", "DELETE", None, 200, "canceled 100 0 0"),
    ("paid", "process", PAY, 200, SAME),
    ("paid", "process", LOSE, 200, SAME),
    ("paid", "capture", {}, 200, SAME),
    ("paid", "capture", {"amount": 100}, 200, SAME),
    ("paid", "capture", {"amount": 40}, 409, SAME),
    ("paid", "capture", {"amount": 101}, 409, SAME),
    ("paid", "cancel", {}, "invalid_state", SAME),
    ("paid", "refund", {}, 200, "refunded 100 100 100"),
    ("paid", "refund", {"amount": 100}, 200, "refunded 100 100 100"),
    ("paid", "refund", {"amount": 99.99}, 200, "partially_refunded 100 100 99.99"),
    ("paid", "refund", {"amount": 100.01}, "amount_exceeds_captured", SAME),
    ("paid", "DELETE", None, 200, "refunded 100 100 100"),
    ("captured", "process", PAY, 200, SAME),
    ("captured", "capture", {}, 200, SAME),
    ("captured", "capture", {"amount": 100}, 200, SAME),
    ("captured", "capture", {"amount": 99}, 409, SAME),
    ("captured", "cancel", {}, "invalid_state", SAME),
    ("captured", "refund", {}, 200, "refunded 100 100 100"),
    ("part", "process", PAY, 200, SAME),
    ("part", "capture", {"amount": 40}, 200, SAME),
    ("part", "capture", {"amount": 100}, 409, SAME),
    ("part", "capture", {"amount": 10}, 409, SAME),
    ("part", "refund", {}, 200, "refunded 100 40 40"),
    ("part", "refund", {"amount": 40.01}, "amount_exceeds_captured", SAME),
    ("part", "DELETE", None, 200, "refunded 100 40 40"),
    ("some back", "process", PAY, 200, SAME),
    ("some back", "process", LOSE, 200, SAME),
    ("some back", "capture", {"amount": 40}, 409, SAME),
    ("some back", "cancel", {}, "invalid_state", SAME),
    ("some back", "refund", {}, 200, "refunded 100 100 100"),
    ("some back", "refund", {"amount": 60}, 200, "refunded 100 100 100"),
    ("some back", "refund", {"amount": 59.99}, 200, "partially_refunded 100 100 99.99"),
    ("some back", "refund", {"amount": 60.01}, "amount_exceeds_captured", SAME),
    ("some back", "DELETE", None, 200, "refunded 100 100 100"),
    ("refunded", "process", PAY, "invalid_state", SAME),
    ("refunded", "process", LOSE, "invalid_state", SAME),
    ("refunded", "capture", {}, "invalid_state", SAME),
    ("refunded", "capture", {"amount": 100}, "invalid_state", SAME),
    ("refunded", "cancel", {}, "invalid_state", SAME),
    ("refunded", "refund", {}, 200, SAME),
    ("refunded", "refund", {"amount": 1}, 409, SAME),
    ("refunded", "refund", {"amount": 100}, 409, SAME),
    ("refunded", "DELETE", None, 200, SAME),
    ("part back", "refund", {}, 200, SAME),
    ("part back", "capture", {"amount": 40}, "invalid_state", SAME),
    ("part back", "DELETE", None, 200, SAME),
    ("canceled", "process", PAY, "invalid_state", SAME),
    ("canceled", "process", LOSE, "invalid_state", SAME),
    ("canceled", "capture", {}, "invalid_state", SAME),
    ("canceled", "cancel", {}, 200, SAME),
    ("canceled", "refund", {}, "invalid_state", SAME),
    ("canceled", "refund", {"amount": 5}, "invalid_state", SAME),
    ("canceled", "DELETE", None, 200, SAME)]


def request(client, verb, payment_id, body):
    if verb == "DELETE":
        return client.delete(f"/payments/{payment_id}")
    return client.post(f"/payments/{payment_id}/{verb}", body)


def follow(client, payment_id):
    return [walk(client, f"/payments/{payment_id}/{name}") for name in ("events", "refunds", "attempts")]


@pytest.mark.parametrize("state,verb,body,outcome,afterwards", CASES)
def test_a_command_from_a_status(service, state, verb, body, outcome, afterwards):
    client = service.client()
    before = STATES[state](client)
    followed = follow(client, before["id"])
    reply = request(client, verb, before["id"], body)
    after = get(client, before["id"])
    if isinstance(outcome, str) or outcome == 409:
        assert_problem(reply, 409, outcome if isinstance(outcome, str) else None)
    elif outcome == 402:
        assert_problem(reply, 402, "card_declined")
    else:
        assert ok(reply) == after
    if afterwards == SAME:
        assert after == before and follow(client, before["id"]) == followed
        return
    status, *amounts = afterwards.split()
    found = [after[name] for name in ("authorized_amount", "captured_amount", "refunded_amount")]
    assert (after["status"], found) == (status, [Decimal(text) for text in amounts])
    assert after["version"] == before["version"] + 1
    events, refunds, attempts = follow(client, before["id"])
    assert len(events) == len(followed[0]) + 1 and events[-1]["data"] == after
    assert sum(refund["amount"] for refund in refunds) == after["refunded_amount"]
    assert len(attempts) == len(followed[2]) + (verb == "process")


@pytest.mark.parametrize("verb,body", [("capture", {"amount": 0}), ("capture", {"amount": -1}),
                                       ("capture", {"amount": "x"}), ("refund", {"amount": 0}),
                                       ("refund", {"amount": 1.005}), ("refund", {"amount": True}),
                                       ("refund", {"amount": 1, "reason": 5})])
def test_a_wrong_field_is_400_before_the_state_is_looked_at(service, verb, body):
    client = service.client()
    payment = paid(client)
    assert_problem(request(client, verb, payment["id"], body), 400, "invalid_request")
    assert get(client, payment["id"]) == payment


@pytest.mark.parametrize("verb", ["cancel", "refund"])
def test_a_card_number_does_not_enter_as_a_reason(service, verb):
    client = service.client()
    reply = client.post(f"/payments/{paid(client)['id']}/{verb}", {"reason": "card 4242-4242 4242 4242"})
    assert_problem(reply, 400, "invalid_request")
    assert b"4242" not in reply.body


def test_amounts_have_the_decimals_of_the_payments_currency(service):
    client = service.client()
    yen, dinar = paid(client, 500, currency="JPY"), paid(client, "5.125", currency="KWD")
    assert_problem(client.post(f"/payments/{yen['id']}/refund", {"amount": 1.5}), 400, "invalid_request")
    assert ok(client.post(f"/payments/{yen['id']}/refund", {"amount": 499}))["status"] == "partially_refunded"
    assert ok(client.post(f"/payments/{dinar['id']}/refund",
                          {"amount": "5.124"}))["refunded_amount"] == Decimal("5.124")
    assert ok(client.post(f"/payments/{dinar['id']}/refund", {"amount": 0.001}))["status"] == "refunded"
    noisy = paid(client, 21999.890000000003)
    assert ok(client.post(f"/payments/{noisy['id']}/refund", {"amount": 21999.890000000003}))["status"] == "refunded"
