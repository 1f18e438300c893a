"""A database that goes away while the service runs: 503 with Retry-After, not ready, back by itself, nothing lost.

Method: MariaDB of this test's own is stopped, killed and started again under load; every acknowledged payment must be
there afterwards, and every key must have led to one payment.
"""

import threading
import time

import pytest
from support import databases
from support.payments import assert_problem, create, new_order, order, process, walk
from support.service import Service, verify
from support.stores import OnServer


@pytest.fixture
def server():
    try:
        with databases.mariadb(durable=True) as running:
            yield running
    except databases.Unavailable as reason:
        pytest.skip(str(reason))


def until(what, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("did not happen in time")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_without_its_database_the_service_says_so_and_comes_back(server, tmp_path, end):
    database = OnServer("mariadb", server)
    with Service(database, tmp_path) as service:
        client = service.client()
        payment = create(client)
        getattr(server, end)()
        for reply in (client.post("/payments",
                                  order()), client.get(f"/payments/{payment['id']}"), process(client, payment["id"]),
                      client.get("/payments"), client.get(f"/payments/{payment['id']}/events"),
                      client.delete("/payments/1"), client.get("/health/ready")):
            problem = assert_problem(reply, 503, "unavailable")
            assert int(reply.header("Retry-After")) >= 1
            assert problem["retryable"] is True
            assert b"127.0.0.1" not in reply.body and b"MySQL" not in reply.body and b"server" not in reply.body.lower()
        assert client.get("/health/live").status == 200
        assert client.get("/").status == 200 and client.get("/metrics").status == 200
        server.start()
        until(lambda: service.client().get("/health/ready").status == 200)
        client = service.client()
        assert client.get(f"/payments/{payment['id']}").json == payment
        assert process(client, payment["id"]).json["is_paid"] is True
        assert create(client)["id"] > payment["id"]
    assert verify(database).returncode == 0


def test_nothing_acknowledged_is_lost_and_no_key_pays_twice(server, tmp_path):
    database = OnServer("mariadb", server)
    user = new_order()
    acknowledged, orders, stop, lock = {}, {}, threading.Event(), threading.Lock()
    with Service(database, tmp_path) as service:

        def work(name):
            client, number = service.client(), 0
            while not stop.is_set():
                number += 1
                key, body = f"{name}-{number}", order(user_id=user)
                with lock:
                    orders[key] = body["order_id"]
                while not stop.is_set():
                    try:
                        reply = client.post("/payments", body, key=key)
                    except OSError:
                        continue
                    if reply.status == 201:
                        with lock:
                            acknowledged[key] = reply.json["id"]
                        break
                    assert reply.status in (503, 409), reply
                    time.sleep(0.02)

        workers = [threading.Thread(target=work, args=(name, )) for name in "abcdefgh"]
        for worker in workers:
            worker.start()
        for end in (server.stop, server.kill):
            time.sleep(0.7)
            end()
            time.sleep(0.5)
            server.start()
            until(lambda: service.client().get("/health/ready").status == 200)
        time.sleep(0.7)
        stop.set()
        for worker in workers:
            worker.join(20)
            assert not worker.is_alive()
        stored = {}
        for payment in walk(service.client(), f"/payments?user_id={user}"):
            stored.setdefault(payment["order_id"], []).append(payment["id"])
        assert len(acknowledged) > 50
        for key, payment_id in acknowledged.items():
            assert stored[orders[key]] == [payment_id], key
        assert all(len(made) == 1 for made in stored.values())
    assert verify(database).returncode == 0


def test_the_first_of_several_hosts_that_answers_is_used(server, tmp_path):
    database = OnServer("mariadb", server)
    dead = databases.free_port()
    database.env["DATABASE_URL"] = database.url.replace("127.0.0.1:", f"127.0.0.1:{dead},127.0.0.1:")
    with Service(database, tmp_path) as service:
        assert create(service.client())["id"] == 1
    assert verify(database).returncode == 0


def test_it_waits_for_a_database_that_starts_later(server, tmp_path):
    database = OnServer("mariadb", server)
    server.stop()
    later = threading.Timer(2, server.start)
    later.start()
    with Service(database, tmp_path) as service:
        assert create(service.client())["id"] == 1
    later.join()
