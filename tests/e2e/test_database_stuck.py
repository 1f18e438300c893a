"""A database that is there but does not answer: a frozen server, a locked file. Answers come in bounded time, and
SIGTERM still ends the service within its 5 s.

Method: MariaDB of this test's own is frozen with SIGSTOP (as a hung host or a cut network is seen from here) and
thawed; on SQLite another process holds the write lock.
"""

import http.client
import signal
import sqlite3
import threading
import time

import pytest
from support import databases
from support.payments import assert_problem, create, get, ok, order, process
from support.service import Service, verify
from support.stores import OnServer

PATIENCE_SECONDS = 20


@pytest.fixture
def server():
    try:
        with databases.mariadb(durable=False) as running:
            yield running
            running.process.send_signal(signal.SIGCONT)
    except databases.Unavailable as reason:
        pytest.skip(str(reason))


def in_time(request):
    begin = time.monotonic()
    reply = request()
    assert time.monotonic() - begin < PATIENCE_SECONDS
    return reply


def in_background(service, request):
    """Sends and forgets: the answer may never come."""
    def send():
        try:
            request(service.client(60))
        except (OSError, http.client.HTTPException):
            pass

    thread = threading.Thread(target=send)
    thread.start()
    time.sleep(0.3)
    return thread


def ends_in_time(service):
    begin = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(90) == 0
    return time.monotonic() - begin < 5


def test_a_frozen_server_is_503_in_bounded_time_and_comes_back(server, tmp_path):
    database = OnServer("mariadb", server)
    with Service(database, tmp_path) as service:
        client = service.client(90)
        payment = create(client)
        server.process.send_signal(signal.SIGSTOP)
        for request in (lambda: client.get(f"/payments/{payment['id']}"), lambda: client.get("/health/ready"),
                        lambda: process(client, payment["id"], key="once")):
            reply = in_time(request)
            assert_problem(reply, 503, "unavailable")
            assert int(reply.header("Retry-After")) >= 1
        assert client.get("/health/live").status == 200
        server.process.send_signal(signal.SIGCONT)
        deadline = time.monotonic() + 15
        while client.get("/health/ready").status != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert ok(process(client, payment["id"], key="once"))["is_paid"] is True
        assert len(client.get(f"/payments/{payment['id']}/attempts").json["data"]) == 1
    assert verify(database).returncode == 0


@pytest.mark.parametrize("what", ["nothing", "a read", "a write"])
def test_sigterm_ends_it_in_time_while_the_server_is_frozen(server, tmp_path, what):
    database = OnServer("mariadb", server)
    service = Service(database, tmp_path).start()
    payment = create(service.client())
    server.process.send_signal(signal.SIGSTOP)
    flight = in_background(
        service, {
            "nothing": lambda client: client.get("/health/live"),
            "a read": lambda client: client.get(f"/payments/{payment['id']}"),
            "a write": lambda client: client.post("/payments", order())
        }[what])
    ended = ends_in_time(service)
    server.process.send_signal(signal.SIGCONT)
    flight.join(60)
    assert ended, "it took more than 5 s"
    assert verify(database).returncode == 0


@pytest.fixture
def locked(sqlite, tmp_path):
    """A service whose file another process may lock: (service, lock)."""
    service = Service(sqlite, tmp_path).start()
    other = sqlite3.connect(sqlite.path, isolation_level=None)
    yield service, other
    other.close()
    if service.running:
        assert service.stop() == 0
    assert verify(sqlite).returncode == 0


def test_a_locked_file_is_503_in_bounded_time_and_reads_go_on(locked):
    service, other = locked
    client = service.client(90)
    payment = create(client)
    other.execute("BEGIN IMMEDIATE")
    assert_problem(in_time(lambda: client.post("/payments", order())), 503, "unavailable")
    assert get(client, payment["id"]) == payment
    other.execute("ROLLBACK")
    assert create(client)["id"] == payment["id"] + 1


def test_sigterm_ends_it_in_time_while_the_file_is_locked(locked):
    service, other = locked
    create(service.client())
    other.execute("BEGIN IMMEDIATE")
    flight = in_background(service, lambda client: client.post("/payments", order()))
    ended = ends_in_time(service)
    other.execute("ROLLBACK")
    flight.join(60)
    assert ended, "it took more than 5 s"
