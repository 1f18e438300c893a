"""Races: many clients at one payment or one key at once, on one instance and on two instances over one database.

Method: a barrier lets all threads go together; what is stored afterwards must be what some order of the requests, one
after the other, would have left.
"""

import threading
from decimal import Decimal

import pytest
from support.payments import DECLINED, VISA, authorized, card, create, get, new_order, order, paid, walk
from support.service import Service, verify
from support.stores import OnServer

MANY = 30


@pytest.fixture(params=["sqlite", "mariadb", "two instances"])
def services(request, tmp_path):
    """One or two services over one fresh database."""
    if request.param == "two instances":
        database = OnServer("mariadb", request.getfixturevalue("mariadb_server"))
        with Service(database, tmp_path) as one, Service(database, tmp_path) as other:
            yield [one, other]
        assert verify(database).returncode == 0
    else:
        yield [request.getfixturevalue({"sqlite": "sqlite_service", "mariadb": "mariadb_service"}[request.param])]


def one_service(database, tmp_path):
    with Service(database, tmp_path) as service:
        yield service
    assert verify(database).returncode == 0


@pytest.fixture
def sqlite_service(sqlite, tmp_path):
    yield from one_service(sqlite, tmp_path)


@pytest.fixture
def mariadb_service(mariadb_server, tmp_path):
    yield from one_service(OnServer("mariadb", mariadb_server), tmp_path)


def at_once(services, *requests):
    """Sends all of them together; the replies in the order of the requests."""
    barrier, replies = threading.Barrier(len(requests)), [None] * len(requests)

    def send(index, request):
        client = services[index % len(services)].client(30)
        client.get("/health/live")
        barrier.wait(20)
        replies[index] = request(client)

    threads = [threading.Thread(target=send, args=item) for item in enumerate(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    assert None not in replies
    return replies


def statuses(replies):
    return sorted(reply.status for reply in replies)


def test_racing_refunds_never_exceed_what_was_captured(services):
    client = services[0].client()
    for amount, fitting in ((30, 3), (100, 1), (7, 14)):
        payment = paid(client, 100)
        path = f"/payments/{payment['id']}/refund"
        replies = at_once(services, *[lambda c: c.post(path, {"amount": amount})] * MANY)
        assert statuses(replies) == [200] * fitting + [409] * (MANY - fitting)
        after = get(client, payment["id"])
        assert after["refunded_amount"] == fitting * amount
        refunds = walk(client, path + "s")
        assert sum(refund["amount"] for refund in refunds) == fitting * amount and len(refunds) == fitting
        assert len(walk(client, f"/payments/{payment['id']}/events")) == after["version"] == 2 + fitting


def test_racing_refunds_of_all_that_is_left_give_it_back_once(services):
    client = services[0].client()
    payment = paid(client, 100)
    replies = at_once(services, *[lambda c: c.post(f"/payments/{payment['id']}/refund")] * MANY,
                      *[lambda c: c.delete(f"/payments/{payment['id']}")] * MANY)
    assert statuses(replies) == [200] * 2 * MANY
    assert len(walk(client, f"/payments/{payment['id']}/refunds")) == 1
    assert get(client, payment["id"])["refunded_amount"] == 100


def test_racing_processes_charge_once(services):
    client = services[0].client()
    for capture_method, status in (("automatic", "paid"), ("manual", "authorized")):
        payment = create(client, capture_method=capture_method)
        path = f"/payments/{payment['id']}/process"
        replies = at_once(services, *[lambda c: c.post(path, card(VISA))] * MANY)
        assert statuses(replies) == [200] * MANY
        assert len({reply.body for reply in replies}) == 1
        outcomes = [attempt["outcome"] for attempt in walk(client, f"/payments/{payment['id']}/attempts")]
        assert outcomes == ["succeeded"]
        assert get(client, payment["id"])["status"] == status


def test_a_good_and_many_bad_cards_race(services):
    client = services[0].client()
    payment = create(client)
    path = f"/payments/{payment['id']}/process"
    replies = at_once(services, *[lambda c: c.post(path, card(DECLINED))] * (MANY // 2),
                      *[lambda c: c.post(path, card(VISA))] * 2)
    assert set(statuses(replies)) <= {200, 402}
    attempts = walk(client, f"/payments/{payment['id']}/attempts")
    assert [attempt["outcome"] for attempt in attempts].count("succeeded") == 1
    last = max(attempts, key=lambda attempt: attempt["finished_at"])
    assert last["outcome"] == "succeeded", "nothing is tried after the charge"
    assert sum(attempt["outcome"] == "declined" for attempt in attempts) == statuses(replies).count(402)
    after = get(client, payment["id"])
    assert after["status"] == "paid" and after["last_error"] is None


def test_captures_against_cancels_have_one_winner(services):
    client = services[0].client()
    for _ in range(5):
        payment = authorized(client, 100)
        path = f"/payments/{payment['id']}"
        replies = at_once(
            services, *[lambda c: c.post(path + "/capture", {"amount": 60}), lambda c: c.post(path + "/cancel")] * 8)
        captures, cancels = {reply.status for reply in replies[::2]}, {reply.status for reply in replies[1::2]}
        after = get(client, payment["id"])
        if after["status"] == "paid":
            assert (captures, cancels) == ({200}, {409}) and after["captured_amount"] == 60
        else:
            assert after["status"] == "canceled" and after["captured_amount"] == 0
            assert (captures, cancels) == ({409}, {200})
        assert after["version"] == 3


def test_one_key_sent_many_times_at_once_makes_one_payment(services):
    client = services[0].client()
    for turn in range(3):
        body = order(5)
        replies = at_once(services, *[lambda c: c.post("/payments", body, key=f"key-{turn}")] * MANY)
        assert set(statuses(replies)) <= {201, 409}
        made = [reply for reply in replies if reply.status == 201]
        assert len({reply.body for reply in made}) == 1
        assert sum(not reply.replayed for reply in made) == 1
        for reply in replies:
            if reply.status == 409:
                assert reply.code == "idempotency_key_in_use" and int(reply.header("Retry-After")) >= 0
        assert len(walk(client, f"/payments?order_id={body['order_id']}")) == 1


def test_one_key_with_two_commands_at_once_does_one_of_them(services):
    client = services[0].client()
    payment = paid(client, 100)
    path = f"/payments/{payment['id']}/refund"
    replies = at_once(
        services,
        *[lambda c: c.post(path, {"amount": 10}, key="one"), lambda c: c.post(path, {"amount": 20}, key="one")] * 10)
    assert set(statuses(replies)) <= {200, 409, 422}
    winners = {reply.body for reply in replies if reply.status == 200}
    assert len(winners) == 1
    assert get(client, payment["id"])["refunded_amount"] in (10, 20)
    assert {reply.code for reply in replies if reply.status == 422} == {"idempotency_key_reused"}


def test_everything_at_once_leaves_books_that_balance(services):
    client = services[0].client()
    number = new_order()
    payments = [create(client, 50, order_id=number, capture_method="manual")["id"] for _ in range(4)]
    verbs = [("process", card()), ("capture", {"amount": 20}), ("refund", {"amount": 5}), ("cancel", {}),
             ("refund", {})]
    requests = [
        lambda c, p=payment, v=verb, b=body: c.post(f"/payments/{p}/{v}", b)
        for payment in payments
        for verb, body in verbs * 2
    ]
    requests += [lambda c: c.post(f"/payments/refund-by-order/{number}")
                 ] * 4 + [lambda c: c.post("/payments", order(1))] * 10
    replies = at_once(services, *requests)
    assert set(statuses(replies)) <= {200, 201, 409}
    for payment_id in payments:
        after = get(client, payment_id)
        refunds = walk(client, f"/payments/{payment_id}/refunds")
        assert sum((refund["amount"]
                    for refund in refunds), Decimal(0)) == after["refunded_amount"] <= after["captured_amount"]
        assert [event["sequence"]
                for event in walk(client, f"/payments/{payment_id}/events")] == list(range(1, after["version"] + 1))
