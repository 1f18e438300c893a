"""Several instances, one truth: three services on one MariaDB, and three on a Galera cluster that loses a node.

Method: the same requests go to all three at once; an instance or a node is killed by kill -9 in the middle; a
receiver notes when each delivery begins and ends. Whatever happened, `verify` must hold at the end. Prints its seed
(PAY_E2E_SEED repeats it).
"""

import contextlib
import http.client
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from support import databases
from support.client import Client
from support.operators import add_client
from support.payments import authorized, card, create, get, new_order, ok, order, paid, process, walk
from support.receiver import error_500, hang, not_updated, slow, updated
from support.service import Service, verify
from support.stores import OnServer
from support.waiting import eventually

SEED = int(os.environ.get("PAY_E2E_SEED", time.time_ns() % 1_000_000))
TELLING = ("--notify-schedule", "200ms*500", "--notify-timeout-ms", "1500", "--notify-lease-ms", "3000")


@contextlib.contextmanager
def three(database, directory, *arguments, env=None):
    """Three services; those that were killed by a test stay so."""
    with contextlib.ExitStack() as stack:
        services = [stack.enter_context(Service(database, directory, *TELLING, *arguments, env=env)) for _ in range(3)]
        yield services
    done = verify(database)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def trio(mariadb_server, tmp_path, shop):
    with three(OnServer("mariadb", mariadb_server), tmp_path, env={"STORE_MANAGER_ORDERS_URL": shop.url}) as services:
        yield services


def at_once(services, *requests):
    """The n-th request goes to the n-th service, round and round, all together; replies in their order."""
    barrier = threading.Barrier(len(requests))

    def send(index, request):
        client = services[index % len(services)].client(60)
        client.get("/health/live")
        barrier.wait(30)
        return request(client)

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, range(len(requests)), requests))


def statuses(replies):
    return sorted(reply.status for reply in replies)


def one_key_everywhere(services):
    for turn in range(5):
        body = order(5)
        replies = at_once(services, *[lambda c: c.post("/payments", body, key=f"key-{SEED}-{turn}")] * 9)
        assert set(statuses(replies)) <= {201, 409}, replies
        made = [reply for reply in replies if reply.status == 201]
        assert len({reply.body for reply in made}) == 1 and sum(not reply.replayed for reply in made) == 1
        for service in services:
            assert len(walk(service.client(), f"/payments?order_id={body['order_id']}")) == 1


def racing_refunds(services):
    client = services[0].client()
    for amount, fitting in ((30, 3), (100, 1), (7, 14)):
        payment = paid(client, 100)
        path = f"/payments/{payment['id']}/refund"
        replies = at_once(services, *[lambda c: c.post(path, {"amount": amount})] * 21)
        assert statuses(replies) == [200] * fitting + [409] * (21 - fitting), replies
        for service in services:
            after = get(service.client(), payment["id"])
            assert after["refunded_amount"] == fitting * amount and after["version"] == 2 + fitting
            assert len(walk(service.client(), path + "s")) == fitting


def racing_processes(services):
    client = services[1].client()
    payment = create(client)
    replies = at_once(services, *[lambda c: process(c, payment["id"])] * 12)
    assert statuses(replies) == [200] * 12 and len({reply.body for reply in replies}) == 1
    attempts = walk(client, f"/payments/{payment['id']}/attempts")
    assert [attempt["outcome"] for attempt in attempts] == ["succeeded"]


def racing_captures(services):
    client = services[2].client()
    payment = authorized(client, 100)
    path = f"/payments/{payment['id']}"
    replies = at_once(services, *[lambda c, part=part: c.post(path + "/capture", {"amount": part})
                                  for part in (10, 20, 30) * 3], *[lambda c: c.post(path + "/cancel")] * 3)
    after = get(client, payment["id"])
    assert after["version"] == 3 and set(statuses(replies)) == {200, 409}
    for part, reply in zip((10, 20, 30) * 3, replies):
        assert (reply.status == 200) == (after["captured_amount"] == part), reply
    assert {reply.status for reply in replies[9:]} == ({200} if after["status"] == "canceled" else {409})


def reads_after_writes(services):
    clients = [service.client() for service in services]
    number, made = new_order(), set()
    for turn in range(30):
        writer, reader = clients[turn % 3], clients[(turn + 1) % 3]
        payment = create(writer, order_id=number, key=f"r{SEED}-{turn}")
        assert get(reader, payment["id"]) == payment
        made.add(payment["id"])
        assert {row["id"] for row in walk(clients[(turn + 2) % 3], f"/payments?order_id={number}")} == made
        done = ok(process(reader, payment["id"]))
        assert get(writer, payment["id"]) == done


RACES = [one_key_everywhere, racing_refunds, racing_processes, racing_captures, reads_after_writes]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_three_instances_are_one(trio, race):
    race(trio)


def told_once(service, shop):
    eventually(lambda: not walk(service.client(), "/notifications?status=pending"), 30)
    for payment in walk(service.client(), "/payments"):
        assert bool(shop.bodies(payment["id"])) == (payment["captured_amount"] > 0), payment
    assert shop.overlaps() == []


def test_two_relays_never_deliver_the_same_row_at_the_same_time(trio, shop):
    """All three find the same backlog due again and again."""

    def refuse_three_times(handler, delivery):
        handler.owner.let_go.wait(0.05)
        number = sum(one.body == delivery.body for one in list(shop.received))
        (not_updated if number < 4 else updated)(handler, delivery)

    shop.behaviour = refuse_three_times
    made = [create(trio[0].client())["id"] for _ in range(60)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda one: ok(process(trio[one % 3].client(), one)), made))
    told_once(trio[1], shop)
    counts = [len(shop.bodies(one)) for one in made]
    assert min(counts) == 4, "as often as it was refused, and once more; more often only when a try took too long"
    assert max(counts) <= 8, counts


def test_an_instance_that_dies_is_replaced_in_mid_delivery(trio, shop):
    shop.behaviour = hang
    payments = [paid(trio[0].client()) for _ in range(3)]
    eventually(lambda: len(shop.received) >= 3)
    trio[0].kill()
    shop.behaviour = updated
    shop.let_go.set()
    killed = time.monotonic()
    eventually(lambda: not walk(trio[1].client(), "/notifications?status=pending"), 20)
    assert time.monotonic() - killed < 15
    for payment in payments:
        assert shop.bodies(payment["id"])[-1]["is_paid"] is True
    racing_refunds(trio[1:])


def test_a_backlog_is_shared_and_told_in_order(trio, shop):
    shop.behaviour = error_500
    payments = [paid(service.client(), 90) for service in trio for _ in range(5)]
    for turn, payment in enumerate(payments):
        for part in (30, 30, 30):
            ok(trio[(turn + part) % 3].client().post(f"/payments/{payment['id']}/refund", {"amount": part}))
    shop.received.clear()
    shop.behaviour = slow(0.02)
    eventually(lambda: not walk(trio[2].client(), "/notifications?status=pending"), 40)
    for payment in payments:
        said = [body["is_paid"] for body in shop.bodies(payment["id"])]
        assert said == sorted(said, reverse=True) and said.count(False) >= 1 and said.count(True) >= 3


def test_a_new_client_is_known_everywhere(mariadb_server, tmp_path):
    database = OnServer("mariadb", mariadb_server)
    with three(database, tmp_path) as services:
        key = add_client(database, "alpha")
        eventually(lambda: all(service.client().get("/payments").status == 401 for service in services), 2)
        payment = create(services[0].client(key=key), key="one")
        again = services[1].client(key=key).post("/payments", order(1) | {"order_id": payment["order_id"],
                                                 "total_amount": 100, "user_id": 1}, key="one")
        assert again.replayed and again.json == payment


@pytest.fixture(scope="module")
def cluster():
    try:
        with databases.galera() as galera:
            yield galera
    except databases.Unavailable as reason:
        pytest.skip(str(reason))


class Shopper(threading.Thread):
    """Buys and refunds through one instance until told to stop; sends again, with its key, what was not answered."""

    def __init__(self, services, name):
        super().__init__()
        self.services, self.name, self.enough = services, name, threading.Event()
        self.chance = random.Random(f"{SEED}-{name}")
        self.made, self.failure, self.longest, self.turn = {}, None, 0.0, 0

    def send(self, path, body, key):
        """Until an answer comes from an instance that lives."""
        begin = time.monotonic()
        while time.monotonic() < begin + 60:
            service = self.services[self.turn % 3]
            try:
                reply = Client(service.port, timeout=30).post(path, body, key=key)
                if reply.status not in (503, 504) and reply.code != "idempotency_key_in_use":
                    self.longest = max(self.longest, time.monotonic() - begin)
                    return reply
            except (OSError, http.client.HTTPException):
                pass
            self.turn += 1
            time.sleep(0.1)
        raise AssertionError(f"no answer for 60 s to {path}")

    def run(self):
        try:
            while not self.enough.is_set():
                self.turn += 1
                number = len(self.made)
                made = self.send("/payments", order(20), f"{SEED}-{self.name}-{number}-c")
                assert made.status == 201, made
                path = f"/payments/{made.json['id']}"
                reply = self.send(f"{path}/process", card(), f"{SEED}-{self.name}-{number}-p")
                assert reply.status == 200, reply
                back = 0
                for part in self.chance.choice([[], [5], [15, 10], [20]]):
                    reply = self.send(f"{path}/refund", {"amount": part}, f"{SEED}-{self.name}-{number}-r{part}")
                    assert reply.status == (200 if back + part <= 20 else 409), reply
                    back += part if back + part <= 20 else 0
                self.made[made.json["id"]] = Decimal(back)
        except BaseException as reason:  # told by the test, not by a thread
            self.failure = reason


def shopping(services, disturb):
    """What several shoppers had answered while `disturb` ran."""
    shoppers = [Shopper(services, str(number)) for number in range(6)]
    for shopper in shoppers:
        shopper.start()
    try:
        disturb(lambda: sum(len(shopper.made) for shopper in shoppers))
    finally:
        for shopper in shoppers:
            shopper.enough.set()
        for shopper in shoppers:
            shopper.join(90)
    for shopper in shoppers:
        assert not shopper.is_alive() and shopper.failure is None, shopper.failure
    made = {payment: back for shopper in shoppers for payment, back in shopper.made.items()}
    print(len(made), "payments; longest wait for an answer:", round(max(one.longest for one in shoppers), 1), "s")
    return made


def check_all_is_there_and_told(made, services, shop):
    eventually(lambda: not walk(services[0].client(), "/notifications?status=pending"), 40)
    payments = {payment["id"]: payment for payment in walk(services[1].client(), "/payments")}
    assert set(made) <= set(payments)
    for payment_id, back in made.items():
        payment = payments[payment_id]
        assert (payment["captured_amount"], payment["refunded_amount"]) == (20, back), payment
    told = {}
    for body in shop.bodies():
        told.setdefault(body["payment_id"], []).append(body["is_paid"])
    for payment in payments.values():
        said = told.get(payment["id"], [])
        assert bool(said) == (payment["captured_amount"] > 0), payment
        assert not said or (said[0] is True and said[-1] is payment["is_paid"]), (payment, said)
    assert shop.overlaps() == []


def test_instances_are_killed_in_turn_and_nothing_is_lost(trio, shop):
    print("PAY_E2E_SEED =", SEED)
    chance = random.Random(SEED)
    shop.behaviour = slow(0.01)

    def disturb(count):
        for _ in range(8):
            begin = count()
            eventually(lambda: count() > begin + 15, 30)
            victim = chance.choice(trio)
            victim.kill()
            eventually(lambda: count() > begin + 30, 30)
            victim.start()

    check_all_is_there_and_told(shopping(trio, disturb), trio, shop)


@pytest.mark.slow
@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_three_instances_on_a_cluster_are_one(cluster, tmp_path, race):
    """Each on a node of its own: the first host of an instance's URL. When a machine stands still for seconds, nodes
    lose sight of each other and the cluster with it; the race is run again then, for nobody was killed in it."""
    database = OnServer("galera", cluster)
    with spread(database, cluster, tmp_path) as services:
        for last in (False, True):
            before = cluster.views()
            try:
                race(services)
                break
            except (AssertionError, TimeoutError):
                if last or cluster.views() == before:
                    raise
                eventually(cluster.is_whole, 60)


@contextlib.contextmanager
def spread(database, cluster, directory, env=None):
    """The n-th instance names the n-th node first, so that all nodes are written to."""
    with contextlib.ExitStack() as stack:
        services = []
        for turn in range(3):
            own = {"DATABASE_URL": cluster.url(database.name, turn)} | (env or {})
            services.append(stack.enter_context(Service(database, directory, *TELLING, env=own)))
        yield services
    done = verify(database)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_a_node_and_an_instance_die_and_nothing_is_lost(cluster, tmp_path, shop):
    print("PAY_E2E_SEED =", SEED)
    database = OnServer("galera", cluster)
    with spread(database, cluster, tmp_path, {"STORE_MANAGER_ORDERS_URL": shop.url}) as services:

        def disturb(count):

            def goes_on(seconds=40):
                begin = count()
                eventually(lambda: count() > begin + 20, seconds)

            goes_on()
            for victim in (cluster.nodes[1], cluster.nodes[0]):
                victim.kill()
                goes_on()
                cluster.rejoin(victim)
                goes_on()
            services[2].kill()
            goes_on()
            services[2].start()
            goes_on()

        check_all_is_there_and_told(shopping(services, disturb), services, shop)
