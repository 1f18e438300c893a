"""What tests say of payments: short words for the requests that most of them begin with."""

import itertools
import json
import os
from decimal import Decimal

VISA = "4242424242424242"
DECLINED = "4000000000000002"
POOR = "4000000000009995"

_numbers = itertools.count(1000 * (os.getpid() % 10_000_000) + 1)


def new_order():
    """An order number that no other test of this run uses."""
    return next(_numbers)


def card(number=VISA, cvc="123", expiry="12/40"):
    return {"cardNumber": number, "cardCode": cvc, "expirationDate": expiry}


def order(amount=100, **fields):
    return {"user_id": 1, "order_id": new_order(), "total_amount": amount} | fields


def create(client, amount=100, key=None, **fields):
    """A new payment, as it was answered."""
    reply = client.post("/payments", order(amount, **fields), key=key)
    assert reply.status == 201, reply
    return reply.json


def process(client, payment_id, number=VISA, key=None, **fields):
    return client.post(f"/payments/{payment_id}/process", card(number, **fields), key=key)


def ok(reply):
    assert reply.status == 200, reply
    return reply.json


def paid(client, amount=100, **fields):
    return ok(process(client, create(client, amount, **fields)["id"]))


def authorized(client, amount=100, **fields):
    return paid(client, amount, capture_method="manual", **fields)


def captured(client, amount=100, part=None):
    payment = authorized(client, amount)
    return ok(client.post(f"/payments/{payment['id']}/capture", {"amount": part} if part else {}))


def refunded(client, amount=100, part=None):
    payment = paid(client, amount)
    return ok(client.post(f"/payments/{payment['id']}/refund", {"amount": part} if part else {}))


def canceled(client, amount=100):
    return ok(client.post(f"/payments/{create(client, amount)['id']}/cancel"))


def get(client, payment_id):
    return ok(client.get(f"/payments/{payment_id}"))


def pending(client):
    """Notifications that are not told yet."""
    return walk(client, "/notifications?status=pending")


def walk(client, path, limit=100):
    """Every row of a list, page by page."""
    rows, cursor = [], None
    for _ in range(10_000):
        mark = "&" if "?" in path else "?"
        page = ok(client.get(f"{path}{mark}limit={limit}" + (f"&cursor={cursor}" if cursor else "")))
        rows += page["data"]
        cursor = page["next_cursor"]
        assert page["has_more"] == (cursor is not None)
        assert len(page["data"]) <= limit
        if not cursor:
            return rows
    raise AssertionError("a list without an end")


def assert_problem(reply, status, code=None):
    """RFC 9457, with the members that contract.md, section 3, adds."""
    assert reply.status == status, reply
    assert reply.header("Content-Type").split(";")[0] == "application/problem+json", reply.headers
    body = reply.json
    assert isinstance(body["type"], str) and isinstance(body["title"], str) and body["title"]
    assert body["status"] == status
    assert isinstance(body["detail"], str) and body["detail"]
    assert isinstance(body["instance"], str)
    assert isinstance(body["code"], str) and body["code"]
    assert isinstance(body["error"], str) and body["error"]
    assert isinstance(body.get("retryable", False), bool)
    for error in body.get("errors", []):
        assert set(error) >= {"field", "message"} and error["message"]
    if code is not None:
        assert body["code"] == code, reply
    return body


def dump(value):
    return json.dumps(value, default=lambda number: float(number) if isinstance(number, Decimal) else str(number))
