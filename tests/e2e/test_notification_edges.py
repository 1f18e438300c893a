"""Corners of telling the shop: payers that do not wait, ends in mid-try, other places after a restart, odd answers.

Method: one small scene each, on SQLite; a receiver that hangs or answers oddly, and what is asked meanwhile.
"""

import json
import signal
import socket
import threading
import time

import pytest
from support.client import connect, read_reply
from support.operators import add_client, clients
from support.payments import card, create, ok, paid, pending, process, walk
from support.receiver import Receiver, hang, slow, updated
from support.waiting import eventually, median_seconds, seconds_of

INLINE_SECONDS = 1.0  # that a payer waits for a shop that says nothing
SOON = ("--notify-schedule", "100ms*300", "--notify-timeout-ms", "1000")


@pytest.fixture
def at(on_sqlite):
    """at(url, *arguments): a service that tells there; nowhere for None."""
    return lambda url, *arguments, **env: on_sqlite(*SOON, *arguments, env=to(url) | env)


def to(url):
    return {"STORE_MANAGER_ORDERS_URL": url} if url else {}


def raw_process(payment_id):
    body = json.dumps(card()).encode()
    return (b"POST /payments/%d/process HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (payment_id, len(body), body))


def test_payers_that_hang_up_while_the_shop_is_told(at, shop):
    shop.behaviour = slow(0.3)
    service = at(shop.url)
    client = service.client()
    made = [create(client)["id"] for _ in range(20)]
    for payment_id in made:
        with connect(service.port) as peer:
            peer.sendall(raw_process(payment_id))
            eventually(lambda: walk(client, f"/notifications?payment_id={payment_id}"))
    eventually(lambda: not pending(client))
    assert {body["payment_id"] for body in shop.bodies()} == set(made)
    assert all(ok(client.get(f"/payments/{payment_id}"))["is_paid"] for payment_id in made)


def test_requests_behind_one_that_waits_are_answered_in_order(at, shop):
    shop.behaviour = slow(0.3)
    service = at(shop.url)
    payment = create(service.client())
    with connect(service.port) as peer, peer.makefile("rb") as stream:
        peer.sendall(raw_process(payment["id"]) + b"GET /payments/%d HTTP/1.1\r\nHost: a\r\n\r\n" % payment["id"] * 2)
        replies = [read_reply(stream) for _ in range(3)]
    assert [reply.status for reply in replies] == [200] * 3 and replies[1].json["status"] == "paid"


def test_others_are_served_while_many_payers_wait(at, shop):
    shop.behaviour = hang
    service = at(shop.url)
    client = service.client()
    made = [create(client)["id"] for _ in range(40)]
    peers = [connect(service.port) for _ in made]
    for peer, payment_id in zip(peers, made):
        peer.sendall(raw_process(payment_id))
    eventually(lambda: len(shop.received) > 10, 2)
    assert median_seconds(lambda: create(client)) < INLINE_SECONDS / 3, "they wait for nobody"
    for peer in peers:
        with peer, peer.makefile("rb") as stream:
            assert read_reply(stream).status == 200


def test_a_replay_does_not_wait_for_the_shop(at, shop):
    shop.behaviour = hang
    client = at(shop.url).client()
    payment = create(client)
    first = process(client, payment["id"], key="one")
    for again in (lambda: process(client, payment["id"], key="one"), lambda: process(client, payment["id"])):
        reply = again()
        assert reply.status == 200 and reply.json == first.json
        assert median_seconds(again) < INLINE_SECONDS / 3


def test_a_payer_that_waits_is_answered_when_the_service_ends(at, shop):
    shop.behaviour = hang
    service = at(shop.url, "--notify-inline-ms", "30000", "--notify-lease-ms", "60000")
    payment = create(service.client())
    with connect(service.port, 10) as peer, peer.makefile("rb") as stream:
        peer.sendall(raw_process(payment["id"]))
        eventually(lambda: shop.received)
        begin = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        reply = read_reply(stream)
        assert reply is not None and reply.status == 200 and reply.json["is_paid"] is True, reply
        assert service.process.wait(6) == 0 and time.monotonic() - begin < 5
    shop.let_go.set()
    shop.behaviour = updated
    count = len(shop.received)
    client = service.start().client()
    eventually(lambda: not pending(client), 15)
    assert len(shop.received) > count, "what was let go of is told after the start"


def test_what_waits_is_told_at_the_new_place_after_a_restart(at, shop, sqlite, tmp_path):
    with Receiver() as moved:
        shop.stop()
        first = at(shop.url + "/old")
        payment = paid(first.client())
        assert first.stop() == 0
        alone = at(None)
        assert len(pending(alone.client())) == 1
        assert alone.stop() == 0
        client = at(moved.url + "/new").client()
        eventually(lambda: not pending(client))
        assert [(one.path, one.json["payment_id"]) for one in moved.received] == [("/new", payment["id"])]


def test_a_client_that_leaves_is_told_no_more_and_harms_nobody(at, shop, sqlite):
    service = at(None)
    with Receiver(hang) as stuck:
        key = add_client(sqlite, "leaving", stuck.url)
        other = add_client(sqlite, "staying", shop.url)
        eventually(lambda: service.client().get("/payments").status == 401)
        leaving, staying = service.client(key=key), service.client(key=other)
        paid(leaving)
        assert clients(sqlite, "remove", "leaving").returncode == 0
        eventually(lambda: leaving.get("/payments").status == 401)
        told = paid(staying)
        assert shop.bodies()[-1]["payment_id"] == told["id"]
        count = len(stuck.received)
        back = add_client(sqlite, "leaving", shop.url)
        eventually(lambda: service.client(key=back).get("/payments").status == 200)
        eventually(lambda: not pending(service.client(key=back)))
        assert len(shop.bodies()) == 2 and len(stuck.received) <= count + 1


def many_headers(handler, _delivery):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 2_000_000 + b"\r\n\r\n")
    handler.close_connection = True


def many_interim_answers(handler, _delivery):
    for _ in range(20_000):
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    handler.close_connection = True


def shorter_than_said(handler, _delivery):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"updated\":true}")
    handler.close_connection = True


def strange_letters(handler, _delivery):
    handler.answer(503, b"\x00\xff\xfe\x1b[31m \"quoted\" \r\n\r\n" * 100)


def deeply_nested(handler, _delivery):
    handler.answer(200, b'{"updated":' + b"[" * 30_000)


@pytest.mark.parametrize("answer", [many_headers, many_interim_answers, shorter_than_said, strange_letters,
                                    deeply_nested], ids=lambda answer: answer.__name__)
def test_answers_that_are_meant_to_hurt(at, shop, answer):
    shop.behaviour = answer
    service = at(shop.url, "--log-format", "json")
    client = service.client()
    before = service.memory_kib()
    payment = create(client)
    reply, took = seconds_of(lambda: process(client, payment["id"]))
    assert reply.status == 200 and took < 3 * INLINE_SECONDS
    row = eventually(lambda: [one for one in pending(client) if one["attempts"] >= 3])[0]
    assert row["last_error"].isprintable() and len(row["last_error"]) < 500
    assert service.memory_kib() < before + 30_000
    shop.behaviour = updated
    eventually(lambda: not pending(client), 20)
    assert all(json.loads(line) for line in service.log.read_text().splitlines())


def test_a_proxy_of_the_environment_is_not_asked(at, shop):
    with Receiver() as proxy:
        client = at(shop.url, http_proxy=proxy.url, HTTP_PROXY=proxy.url, all_proxy=proxy.url).client()
        payment = paid(client)
        assert shop.bodies()[-1]["payment_id"] == payment["id"] and proxy.received == []


def test_a_url_with_a_query_an_order_twice_and_an_address_in_brackets(at, shop):
    client = at(shop.url + "/shops/3/orders/{order_id}?of={order_id}&token=a%20b").client()
    payment = paid(client, order_id=77)
    assert [one.path for one in shop.received] == ["/shops/3/orders/77?of=77&token=a%20b"]
    assert shop.bodies() == [{"order_id": 77, "is_paid": True, "payment_id": payment["id"]}]


def test_a_new_connection_is_made_when_the_shop_has_closed_the_old_one(at, shop):
    """A shop that restarts leaves a dead kept-alive connection behind: the next payer notices nothing."""
    client = at(shop.url).client()
    for _ in range(5):
        paid(client)
        shop.stop()
        shop.start()
        payment = paid(client)
        assert shop.bodies()[-1]["payment_id"] == payment["id"]


def test_a_shop_that_accepts_and_says_nothing_at_all(at):
    """Not even HTTP: a listener whose backlog takes the connection."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(1)
        client = at(f"http://127.0.0.1:{deaf.getsockname()[1]}/orders").client()
        threads = [threading.Thread(target=lambda: paid(client)) for _ in range(1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(3)
            assert not thread.is_alive()
        for _ in range(8):
            reply, took = seconds_of(lambda: process(client, create(client)["id"]))
            assert reply.status == 200 and took < 3 * INLINE_SECONDS
