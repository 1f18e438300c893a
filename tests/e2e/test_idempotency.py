"""Idempotency-Key (domain.md, "Idempotency"; api.md, "Idempotency").

Method: a request with a key is sent again in some other dress: the bytes of the first answer must come back, marked
as replayed, and nothing may have changed; another command under the same key is 422.
"""

import json
import uuid

import pytest
from support.client import exchange
from support.payments import (DECLINED, VISA, assert_problem, authorized, card, create, get, new_order, ok, order, paid,
                              process, walk)


def new_key():
    return f"key-{uuid.uuid4()}"


def assert_replayed(first, second):
    assert not first.replayed, first.headers
    assert second.replayed, (second, second.headers)
    assert (second.status, second.body) == (first.status, first.body)
    assert second.header("Content-Type") == first.header("Content-Type")
    assert second.header("Location") == first.header("Location")


def count(client, payment_id):
    return [len(walk(client, f"/payments/{payment_id}/{name}")) for name in ("events", "refunds", "attempts")]


def test_a_creation_is_replayed_as_it_was_whatever_happened_since(service):
    client, key, body = service.client(), new_key(), order(metadata={"a": "b"}, description="été")
    first = client.post("/payments", body, key=key)
    assert first.status == 201
    assert_replayed(first, client.post("/payments", body, key=key))
    ok(process(client, first.json["id"]))
    ok(client.post(f"/payments/{first.json['id']}/refund"))
    assert_replayed(first, client.post("/payments", body, key=key))
    assert len(walk(client, f"/payments?order_id={body['order_id']}")) == 1


REPLIES = [  # how the payment is made, verb, body, status
    (create, "process", card(VISA), 200), (create, "process", card(DECLINED), 402),
    (authorized, "capture", {"amount": 30}, 200), (authorized, "capture", {"amount": 300}, 409),
    (create, "capture", {}, 409), (authorized, "cancel", {"reason": "x"}, 200), (paid, "cancel", {}, 409),
    (paid, "refund", {"amount": 5, "reason": "y"}, 200), (paid, "refund", {}, 200),
    (paid, "refund", {"amount": 101}, 409), (create, "refund", {}, 409), (paid, "process", card(VISA), 200)
]


@pytest.mark.parametrize("make,verb,body,status", REPLIES)
def test_every_reply_is_replayed_and_does_nothing_again(service, make, verb, body, status):
    client, key = service.client(), new_key()
    payment_id = make(client)["id"]
    path = f"/payments/{payment_id}/{verb}"
    first = client.post(path, body, key=key)
    assert first.status == status, first
    before = count(client, payment_id)
    for _ in range(2):
        assert_replayed(first, client.post(path, body, key=key))
    assert count(client, payment_id) == before
    ok(client.delete(f"/payments/{payment_id}"))
    after = count(client, payment_id)
    assert_replayed(first, client.post(path, body, key=key))
    assert count(client, payment_id) == after


def test_a_second_try_of_a_declined_card_needs_a_new_key(service):
    client, key = service.client(), new_key()
    payment_id = create(client)["id"]
    first = process(client, payment_id, DECLINED, key=key)
    assert process(client, payment_id, DECLINED, key=key).replayed
    assert_problem(process(client, payment_id, VISA, key=key), 422, "idempotency_key_reused")
    assert ok(process(client, payment_id, VISA, key=new_key()))["status"] == "paid"
    assert_replayed(first, process(client, payment_id, DECLINED, key=key))


SAME_CREATIONS = [
    '{"order_id":%d,"user_id":1,"total_amount":100}', '{"total_amount":100.00,"user_id":"1",  "order_id":"%d"}',
    '{"total_amount":"100","user_id":1,"order_id":%d,"currency":"cad"}',
    '{"total_amount":1e2,"user_id":1,"order_id":%d,"extra":1}',
    '{"total_amount":100,"user_id":1,"order_id":%d,"capture_method":"automatic","description":null,"metadata":{}}',
    '{"total_amount":7,"total_amount":100,"user_id":1,"order_id":%d,"currency":"CAD","metadata":null}'
]


def test_another_dress_is_the_same_command(service):
    client, key, number = service.client(), new_key(), new_order()
    first = client.post("/payments", SAME_CREATIONS[0] % number, key=key)
    for text in SAME_CREATIONS[1:]:
        assert_replayed(first, client.post("/payments", text % number, key=key))
    assert_replayed(first, client.post("/payments-api/payments", SAME_CREATIONS[0] % number, key=key))


@pytest.mark.parametrize(
    "change",
    [{"total_amount": 100.01}, {"user_id": 2}, {"order_id": 3}, {"currency": "USD"}, {"capture_method": "manual"},
     {"description": "other"}, {"metadata": {"a": "c"}}, {"metadata": {"a": "b", "c": "d"}}, {"metadata": {}}])
def test_another_creation_under_the_same_key_is_422(service, change):
    client, key, body = service.client(), new_key(), order(metadata={"a": "b"})
    first = client.post("/payments", body, key=key)
    reply = client.post("/payments", body | change, key=key)
    assert_problem(reply, 422, "idempotency_key_reused")
    assert not reply.replayed
    assert_replayed(first, client.post("/payments", body, key=key))


def test_the_aliases_of_process_are_one_route(service):
    client, key = service.client(), new_key()
    payment_id = create(client)["id"]
    first = client.post(f"/payments/process/{payment_id}", card(), key=key)
    assert first.status == 200
    for path in ("/payments/{}/process", "/payments-api/payments/{}", "/payments-api/payments/process/{}",
                 "/payments/process/{}"):
        assert_replayed(first, client.post(path.format(payment_id), card(), key=key))


CARDS = [  # what is sent the second time, replayed?
    (card(cvc="999"), True), (card("4242 4242-4242 4242"), True), (card(int(VISA), cvc=321), True),
    (card(expiry="2040-12-31"), True), (card(expiry="12/2040"), True), (card() | {"note": "x"}, True),
    ({"payment_method": {"type": "card", "number": VISA, "cvc": "777", "exp_month": 12, "exp_year": 2040}}, True),
    (card("4111111111111111"), False), (card("4000056655665556"), False), (card("5555555555554444"), False),
    (card(expiry="11/40"), False), (card(expiry="12/41"), False), (card(DECLINED), False)
]


@pytest.mark.parametrize("body,same", CARDS)
def test_a_card_is_compared_by_its_outline(service, body, same):
    client, key = service.client(), new_key()
    payment_id = create(client)["id"]
    first = process(client, payment_id, key=key)
    assert first.status == 200
    reply = client.post(f"/payments/{payment_id}/process", body, key=key)
    if same:
        assert_replayed(first, reply)
    else:
        assert_problem(reply, 422, "idempotency_key_reused")


def test_a_key_belongs_to_one_route_and_one_payment(service):
    client, key = service.client(), new_key()
    one, other = paid(client), paid(client)
    first = client.post(f"/payments/{one['id']}/refund", {"amount": 1}, key=key)
    assert first.status == 200
    for path, body in [(f"/payments/{other['id']}/refund", {"amount": 1}), (f"/payments/{one['id']}/cancel", {}),
                       (f"/payments/{one['id']}/capture", {"amount": 1}),
                       (f"/payments/{one['id']}/refund", {"amount": 2}), (f"/payments/{one['id']}/refund", {}),
                       (f"/payments/{one['id']}/refund", {"amount": 1, "reason": "z"}), ("/payments", order()),
                       (f"/payments/refund-by-order/{one['order_id']}", {})]:
        assert_problem(client.post(path, body, key=key), 422, "idempotency_key_reused")
    assert get(client, other["id"]) == other


def test_by_order_routes_keep_a_key_and_show_the_present(service):
    client, key, number = service.client(), new_key(), new_order()
    create(client, order_id=number)
    path = f"/payments/cancel-by-order/{number}"
    first = client.post(path, key=key)
    assert first.status == 200 and not first.replayed
    later = create(client, order_id=number)
    again = client.post(path, key=key)
    assert again.status == 200 and again.replayed
    assert [payment["status"] for payment in again.json["payments"]] == ["pending", "canceled"]
    assert get(client, later["id"])["status"] == "pending"
    assert_problem(client.post(f"/payments/refund-by-order/{number}", key=key), 422, "idempotency_key_reused")
    assert_problem(client.post(f"/payments/cancel-by-order/{number + 1}", key=key), 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    "key", ["k", "K", "x" * 218, "!#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "550e8400-e29b-41d4-a716-446655440000"])
def test_keys_of_visible_characters_are_taken_bare_and_quoted(service, key):
    unique = uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))  # digits might make a card number
    client, body, key = service.client(), order(), key + unique + "."
    assert len(key) <= 255
    first = client.post("/payments", body, key=key)
    assert first.status == 201, first
    quoted = key.replace("\\", "\\\\")  # a string of RFC 8941 escapes a backslash
    assert_replayed(first, client.post("/payments", body, key=f'"{quoted}"'))
    assert_replayed(first, client.post("/payments", body, key=f"  {key} "))


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b", "é", "a\tb", '""', '"a b"', '"' + "x" * 256 + '"', "\x7f"])
@pytest.mark.parametrize("path", ["/payments", "/payments/cancel-by-order/77"])
def test_other_keys_are_400(http_service, path, key):
    body = json.dumps(order()).encode()
    wire = (f"POST {path} HTTP/1.1\r\nHost: a\r\nIdempotency-Key: {key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode("latin-1") + body
    [reply] = exchange(http_service.port, wire)
    if key == "\x7f":
        assert reply.status == 400
    else:
        assert_problem(reply, 400, "invalid_idempotency_key")


def test_two_key_headers_are_400(http_service):
    for first, second in (("a", "b"), ("same", "same")):
        wire = (f"POST /payments/cancel-by-order/7 HTTP/1.1\r\nHost: a\r\nIdempotency-Key: {first}\r\n"
                f"idempotency-key: {second}\r\nContent-Length: 0\r\n\r\n").encode()
        [reply] = exchange(http_service.port, wire)
        assert_problem(reply, 400, "invalid_idempotency_key")


def test_keys_are_compared_byte_by_byte(service):
    client, base = service.client(), new_key()
    bodies = {name: order() for name in (base + "abc", base + "ABC", base + "Abc", base + "abc.", base + "ab")}
    made = {key: client.post("/payments", body, key=key) for key, body in bodies.items()}
    assert len({reply.json["id"] for reply in made.values()}) == len(bodies)
    for key, body in bodies.items():
        assert_replayed(made[key], client.post("/payments", body, key=key))


def test_what_was_refused_before_anything_ran_is_not_saved(service):
    client, key = service.client(), new_key()
    payment_id = create(client)["id"]
    path = f"/payments/{payment_id}/process"
    refused = [
        client.post(path, "{", key=key),
        client.post(path, {}, key=key),
        client.post(path, card(cvc="1"), key=key),
        client.post(path, card("4539578763621486"), key=key),
        client.post(path, card("4242424242424241"), key=key),
        client.post(path, json.dumps(card()), {"Content-Type": "text/plain"}, key=key),
        process(client, 999999999, key=key),
        client.get("/payments/999999999", {"Idempotency-Key": key}),
        client.post("/payments", order(0), key=key)
    ]
    assert [reply.status for reply in refused] == [400, 400, 400, 400, 400, 415, 404, 404, 400]
    first = process(client, payment_id, key=key)
    assert first.status == 200
    assert_replayed(first, process(client, payment_id, key=key))


def test_replays_hold_over_a_restart_and_a_kill(launch):
    service = launch()
    client = service.client()
    body, pay, lose = order(), new_key(), new_key()
    created = client.post("/payments", body, key="first")
    lost = process(client, created.json["id"], DECLINED, key=lose)
    conflict = client.post(f"/payments/{created.json['id']}/refund", key="conflict")
    charged = process(client, created.json["id"], key=pay)
    for end in (service.stop, service.kill):
        end()
        service.start()
        client = service.client()
        assert_replayed(created, client.post("/payments", body, key="first"))
        assert_replayed(lost, process(client, created.json["id"], DECLINED, key=lose))
        assert_replayed(conflict, client.post(f"/payments/{created.json['id']}/refund", key="conflict"))
        assert_replayed(charged, process(client, created.json["id"], key=pay))
        assert_problem(client.post("/payments", order(1), key="first"), 422, "idempotency_key_reused")
    assert len(walk(client, "/payments")) == 1


def test_a_replayed_problem_is_the_same_in_another_request(service):
    """The saved reply holds nothing of one request: a replay under another request id has the same bytes."""
    client, key = service.client(), new_key()
    payment_id = create(client)["id"]
    first, second = (client.post(f"/payments/{payment_id}/refund", None, {"X-Request-Id": name}, key=key)
                     for name in ("one", "two"))
    assert_replayed(first, second)
    assert second.header("X-Request-Id") == "two"
