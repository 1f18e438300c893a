"""kill -9 in the middle of load, again and again: what was acknowledged is there, once, and no key has paid twice.

Method: each round starts the service on what the last one left, runs several clients for a random moment and kills
it. Every client writes down what it asked and what was answered. After each kill `verify` must hold; the next start
must show every acknowledged state, replay every acknowledged key to the byte, and every unanswered request is sent
again with its key: whether it had happened or not, its order has one payment in the end. Prints its seed
(PAY_E2E_SEED repeats it).

PAY_E2E_KILL_ROUNDS (SQLite, 50) and PAY_E2E_KILL_ROUNDS_SERVER (MariaDB, 15) say how many rounds.
"""

import http.client
import os
import random
import threading
import time
from decimal import Decimal

import pytest
from support.client import Client
from support.payments import DECLINED, VISA, card, ok, order, walk
from support.service import Service, verify

SEED = int(os.environ.get("PAY_E2E_SEED", time.time_ns() % 1_000_000))
ROUNDS = {
    "sqlite": int(os.environ.get("PAY_E2E_KILL_ROUNDS", "50")),
    "mariadb": int(os.environ.get("PAY_E2E_KILL_ROUNDS_SERVER", "15"))
}
CLIENTS = 6


class Shopper(threading.Thread):
    """One client that creates, pays, refunds and cancels until its connection breaks."""
    def __init__(self, port, name, seed):
        super().__init__()
        self.port, self.chance, self.name = port, random.Random(seed), name
        self.answered = []  # (path, body, key, reply), in order
        self.unanswered = None  # (path, body, key)
        self.failure = None

    def ask(self, client, path, body):
        key = f"{self.name}-{len(self.answered)}"
        self.unanswered = (path, body, key)
        reply = client.post(path, body, key=key)
        if reply.status == 503:  # refused while it ends: nothing was saved, so it is as good as unanswered
            raise ConnectionError
        assert reply.status in (200, 201, 402, 409), reply
        assert not reply.replayed, reply
        self.unanswered = None
        self.answered.append((path, body, key, reply))
        return reply

    def run(self):
        try:
            client = Client(self.port, timeout=20)
            while True:
                payment_id = self.ask(client, "/payments",
                                      order(10, capture_method=self.chance.choice(["automatic", "manual"]))).json["id"]
                for verb, body in self.chance.choices([("process", card(VISA)), ("process", card(DECLINED)),
                                                       ("capture", {}), ("cancel", {}), ("refund", {"amount": 4}),
                                                       ("refund", {})], [5, 1, 2, 1, 3, 1],
                                                      k=4):
                    self.ask(client, f"/payments/{payment_id}/{verb}", body)
        except (OSError, http.client.HTTPException):
            pass
        except BaseException as reason:  # told by the round, not by a thread
            self.failure = reason


def check(client, shoppers):
    """What the last round was told, against what the service shows now."""
    for shopper in shoppers:
        for path, body, key, told in shopper.answered:
            again = client.post(path, body, key=key)
            assert again.replayed and (again.status, again.body) == (told.status, told.body), (key, told, again)
        if shopper.unanswered:
            path, body, key = shopper.unanswered
            reply = client.post(path, body, key=key)
            assert reply.status in (200, 201, 402, 409), reply
        latest = {}
        for path, body, key, told in shopper.answered:
            if told.status in (200, 201):
                latest[told.json["id"]] = told.json
        tail = shopper.unanswered and shopper.unanswered[0]
        for payment_id, state in latest.items():
            now = ok(client.get(f"/payments/{payment_id}"))
            if f"/payments/{payment_id}/" not in (tail or ""):
                assert now["version"] >= state["version"]
                if now["version"] == state["version"]:
                    assert now == state
            refunds = walk(client, f"/payments/{payment_id}/refunds")
            assert sum((refund["amount"] for refund in refunds), Decimal(0)) == now["refunded_amount"]
            events = walk(client, f"/payments/{payment_id}/events")
            assert [event["sequence"] for event in events] == list(range(1, now["version"] + 1))
            assert events[-1]["data"] == now


def number_of_orders(shoppers):
    """Every creation that was sent, answered or not, is one payment in the end."""
    sent = sum(path == "/payments" for shopper in shoppers for path, *_ in shopper.answered)
    return sent + sum(shopper.unanswered is not None and shopper.unanswered[0] == "/payments" for shopper in shoppers)


@pytest.mark.slow
def test_a_killed_service_has_lost_nothing_and_doubled_nothing(database, tmp_path):
    print("PAY_E2E_SEED =", SEED)
    chance = random.Random(SEED)
    service = Service(database, tmp_path, "--log-level", "error")
    shoppers, created, asked = [], 0, 0
    for turn in range(ROUNDS[database.kind]):
        service.start()
        check(service.client(60), shoppers)
        created += number_of_orders(shoppers)
        shoppers = [Shopper(service.port, f"{turn}-{name}", chance.random()) for name in range(CLIENTS)]
        for shopper in shoppers:
            shopper.start()
        time.sleep(chance.uniform(0.01, 0.25))
        service.kill()
        for shopper in shoppers:
            shopper.join(30)
            assert not shopper.is_alive()
            assert shopper.failure is None, shopper.failure
        asked += sum(len(shopper.answered) for shopper in shoppers)
        done = verify(database)
        assert done.returncode == 0, (turn, done.stdout, done.stderr)
    with service.start() as service:
        client = service.client(60)
        check(client, shoppers)
        created += number_of_orders(shoppers)
        payments = walk(client, "/payments")
        assert len(payments) == created
        assert len({payment["order_id"] for payment in payments}) == created
        if database.kind == "sqlite":
            assert {payment["id"] for payment in payments} == set(range(1, created + 1))
    assert asked > 20 * ROUNDS[database.kind], "the load was too small to prove anything"
    assert verify(database).returncode == 0


@pytest.mark.slow
def test_migrations_survive_being_killed(database, tmp_path):
    """A start on an empty database is killed at random moments; the last one must serve."""
    print("PAY_E2E_SEED =", SEED)
    chance = random.Random(SEED)
    service = Service(database, tmp_path)
    for _ in range(12):
        starter = threading.Timer(chance.uniform(0.0, 0.05), lambda: service.process and service.process.kill())
        starter.start()
        try:
            service.start()
            service.kill()
        except AssertionError:
            pass
        starter.join()
        if service.running:
            service.kill()
    with service.start() as service:
        assert ok(service.client().get("/payments"))["data"] == []
    assert verify(database).returncode == 0
