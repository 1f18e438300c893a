"""Receivers on bad days (the shop down, slow, wrong, hostile): bounded, tried again, and invisible to the payer.

Method: a receiver misbehaves in one way; the payer's answer is compared with the one without any receiver and timed.
Then the receiver is well again and the order must become paid.
"""

import pytest
from support import receiver as behaviours
from support.client import Client
from support.operators import add_client, clients, notifications
from support.payments import VISA, create, ok, paid, pending, process, walk
from support.receiver import Receiver, error_500, hang, not_updated, slow, updated
from support.service import Service
from support.waiting import eventually, median_seconds, seconds_of

SOON = ("--notify-schedule", "200ms*200", "--notify-timeout-ms", "1500")
INLINE_SECONDS = 3.0  # the inline time of one second, and room for a busy machine


@pytest.fixture
def at(on_sqlite):
    """at(url, *arguments): a service that tells there."""
    return lambda url, *arguments: on_sqlite(*arguments, env={"STORE_MANAGER_ORDERS_URL": url})


def shape(reply):
    """What a payer can see of an answer, without what differs between any two payments."""
    body = {name: value for name, value in reply.json.items()
            if name not in ("id", "payment_id", "order_id", "created_at", "updated_at")}
    names = sorted(name.lower() for name, _ in reply.headers)
    return reply.status, body, names


BAD = ["down", "hang", "slow", "error_500", "not_found", "not_updated", "garbage", "broken_json", "no_object",
       "no_body", "huge", "endless", "redirect", "hang_up"]


@pytest.mark.parametrize("mood", BAD)
def test_the_payer_sees_nothing_of_it_and_the_order_becomes_paid(at, shop, http_service, mood):
    expected = shape(process(http_service.client(), create(http_service.client())["id"]))
    service = at(shop.url + "/orders", *SOON)
    client = service.client()
    before = service.memory_kib()
    if mood == "down":
        shop.stop()
    else:
        shop.behaviour = slow(3) if mood == "slow" else getattr(behaviours, mood)
    payments = [create(client) for _ in range(3)]
    for payment in payments:
        reply, took = seconds_of(lambda: process(client, payment["id"]))
        assert shape(reply) == expected
        assert took < INLINE_SECONDS, (mood, took)
    rows = eventually(lambda: [row for row in pending(client) if row["attempts"] >= 2])
    assert all(row["last_error"] and len(row["last_error"]) < 500 for row in rows), rows
    assert all(row["status"] == "pending" and row["next_attempt_at"] for row in rows)
    assert service.memory_kib() < before + 30_000
    if mood == "down":
        shop.start()
    shop.behaviour = updated
    shop.let_go.set()
    eventually(lambda: not pending(client), 25)
    for payment in payments:
        assert {"order_id": payment["order_id"], "is_paid": True, "payment_id": payment["id"]} in shop.bodies()
    assert {delivery.path for delivery in shop.received} <= {"/orders"}, "a redirect is not followed"
    assert {delivery.method for delivery in shop.received} <= {"PUT"}


@pytest.mark.parametrize("url", ["http://no-such-host.invalid/orders", "http://127.0.0.1:1/orders"])
def test_a_place_that_cannot_be_reached(at, url):
    client = at(url, *SOON).client()
    for _ in range(3):
        reply, took = seconds_of(lambda: process(client, create(client)["id"]))
        assert reply.status == 200 and took < INLINE_SECONDS
    assert len(pending(client)) == 3


def test_a_receiver_that_is_late_for_the_answer_is_told_by_the_relay(at, shop):
    """Slower than the inline time, faster than the relay's: it knows in the end."""
    shop.behaviour = slow(1.2)
    client = at(shop.url, "--notify-inline-ms", "200", *SOON).client()
    reply, took = seconds_of(lambda: process(client, create(client)["id"]))
    assert reply.status == 200 and took < 1.1, "before the shop has answered"
    eventually(lambda: not pending(client))


def test_one_slow_receiver_delays_nobody_else(sqlite, tmp_path, shop):
    with Receiver(hang) as stuck, Service(sqlite, tmp_path, *SOON) as service:
        keys = [add_client(sqlite, name, place.url + "/told") for name, place in (("stuck", stuck), ("well", shop))]
        eventually(lambda: service.client().get("/payments").status == 401)
        unlucky, lucky = (Client(service.port, 15, {"X-Api-Key": key}) for key in keys)
        for _ in range(3):
            payment = create(unlucky)
            assert process(unlucky, payment["id"]).status == 200
            for _ in range(10):
                payment = create(lucky)
                assert process(lucky, payment["id"]).status == 200
                assert shop.bodies()[-1]["payment_id"] == payment["id"], "told before process returned"
        ok(lucky.post(f"/payments/{payment['id']}/refund"))
        assert median_seconds(lambda: process(lucky, create(lucky)["id"])) < 0.5, "others' second is not theirs"
        eventually(lambda: not pending(lucky), 5)
        assert len(pending(unlucky)) == 3


def test_after_five_time_outs_process_waits_no_more(at, shop):
    shop.behaviour = hang
    service = at(shop.url, *SOON)
    client = service.client()
    for _ in range(5):
        payment = create(client)
        reply, took = seconds_of(lambda: process(client, payment["id"]))
        assert reply.status == 200 and took < INLINE_SECONDS
    assert median_seconds(lambda: ok(process(client, create(client)["id"])), 31) < 0.5, "half of the inline second"
    assert len(shop.received) <= 5 + 3, "an open circuit lets one try through now and then"
    shop.behaviour = updated
    shop.let_go.set()
    eventually(lambda: not pending(client), 25)  # the probe comes within ten seconds
    payment = paid(client)
    assert shop.bodies()[-1]["payment_id"] == payment["id"], "closed again: told before process returns"


@pytest.mark.parametrize("answer", [not_updated, error_500])
def test_an_answer_of_any_kind_opens_no_circuit(at, shop, answer):
    """A shop that does not know one order yet is alive: others are told at once."""
    shop.behaviour = answer
    client = at(shop.url, "--notify-schedule", "1h").client()
    for count in range(1, 13):
        payment = paid(client)
        assert len(shop.received) == count and shop.bodies()[-1]["payment_id"] == payment["id"]
    shop.behaviour = updated
    payment = paid(client)
    delivered = eventually(lambda: walk(client, "/notifications?status=delivered"))
    assert [row["payment_id"] for row in delivered] == [payment["id"]]


def test_the_end_does_not_wait_for_a_receiver_that_hangs(at, shop):
    shop.behaviour = hang
    service = at(shop.url, "--notify-timeout-ms", "20000", "--notify-schedule", "50ms*100")
    client = service.client()
    payments = [paid(client) for _ in range(3)]
    eventually(lambda: len(shop.received) >= 4)
    code, took = seconds_of(service.stop)
    assert code == 0 and took < 5, took
    shop.let_go.set()
    shop.behaviour = updated
    shop.received.clear()
    service.start()
    client = service.client()
    eventually(lambda: not pending(client), 20)
    assert {body["payment_id"] for body in shop.bodies()} == {payment["id"] for payment in payments}


def test_neither_the_login_of_the_url_nor_a_card_is_shown(at, shop, sqlite):

    def echo(handler, delivery):
        handler.answer(200, b'{"updated":false,"you":"hunter22","card":"%s"}' % VISA.encode())

    shop.behaviour = echo
    login = f"http://shop:hunter22@127.0.0.1:{shop.port}/orders"
    service = at(login, "--log-level", "debug", "--notify-schedule", "20ms*3")
    client = service.client()
    paid(client)
    assert shop.received[0].headers["Authorization"].startswith("Basic "), "the receiver gets it"
    eventually(lambda: walk(client, "/notifications?status=dead"))
    shop.stop()
    paid(client)
    eventually(lambda: len(walk(client, "/notifications?status=dead")) == 2)
    key = add_client(sqlite, "another", login)
    shown = client.get("/notifications").body + client.get("/metrics").body
    eventually(lambda: service.client().get("/payments").status == 401)
    ok(service.client(key=key).get("/payments"))
    said = service.said + notifications(sqlite, "list").stdout + clients(sqlite, "list").stdout
    for text in (shown.decode(), said):
        assert "hunter22" not in text and VISA not in text and VISA[:12] not in text
