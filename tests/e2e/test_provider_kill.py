"""kill -9 while a provider is asked: between the intent and the call, between the call and its outcome, during repair.

Method: a Stripe with memory, in a process of its own, that answers each call after some milliseconds, and lets in so few
at once that most intents wait for their call. Each round is two kills at random moments: one under load, and one while the
next start repairs what the first left. After each kill `verify` must hold. What a kill cut is counted by what is left:
an open attempt that Stripe has not carried out was cut before its call, one that it has was cut after it, and what Stripe
was asked during a repair without its attempt being settled was cut in repair.

At the end every payment reaches a final state by repair alone, every request that was never answered is sent again with
its key, and Stripe's charges are our payments, each once. Prints its seed (PAY_E2E_SEED repeats it).

PAY_E2E_PROVIDER_KILL_ROUNDS (SQLite, 70) and PAY_E2E_PROVIDER_KILL_ROUNDS_SERVER (MariaDB with two instances, 12) say
how many rounds; every place must have cut three payments a round.
"""

import contextlib
import http.client
import os
import random
import threading
import time

import pytest
from support.client import Client
from support.payments import order, walk
from support.provider_peers import StripePeer
from support.providing import STRIPE, assert_books_agree
from support.service import Service, verify
from support.stores import OnServer
from support.waiting import eventually

SEED = int(os.environ.get("PAY_E2E_SEED", time.time_ns() % 1_000_000))
ROUNDS = int(os.environ.get("PAY_E2E_PROVIDER_KILL_ROUNDS", "70"))
ROUNDS_ON_SERVER = int(os.environ.get("PAY_E2E_PROVIDER_KILL_ROUNDS_SERVER", "12"))
SHOPPERS = 20
AT_ONCE = 8
LATENCY_MS = 25
ARGUMENTS = ("--provider", "stripe", "--stripe-timeout-ms", "2000", "--stripe-concurrency", str(AT_ONCE),
             "--log-level", "error")
FINAL = (200, 201, 402)


class Shopper(threading.Thread):
    """Creates, pays, captures, refunds and cancels until the connection breaks."""

    def __init__(self, port, name, seed):
        super().__init__()
        self.port, self.name, self.chance = port, name, random.Random(seed)
        self.answered, self.unanswered, self.failure = [], None, None

    def ask(self, client, path, body):
        self.unanswered = (path, body, f"{self.name}-{len(self.answered)}")
        reply = client.post(path, body, key=self.unanswered[2])
        if reply.status == 503:  # it had waited too long for its turn: nothing was done
            raise ConnectionError
        assert reply.status in FINAL and not reply.replayed, reply
        if reply.status == 200 and reply.json["status"] == "processing":
            raise ConnectionError
        self.answered.append((*self.unanswered, reply))
        self.unanswered = None
        return reply

    def run(self):
        try:
            client = Client(self.port, timeout=20)
            while True:
                method = self.chance.choice(("automatic", "manual"))
                payment_id = self.ask(client, "/payments", order(10, capture_method=method)).json["id"]
                source = self.chance.choices((STRIPE.good, STRIPE.declined), (8, 1))[0]
                if self.ask(client, f"/payments/{payment_id}/process", {"payment_method": source}).status == 402:
                    continue
                for verb, body in self.chance.choice(((("refund", {"amount": 4}), ("refund", {})), (("refund", {}),), ())
                                                     if method == "automatic" else
                                                     ((("capture", {"amount": 7}),), (("cancel", {}),), ())):
                    self.ask(client, f"/payments/{payment_id}/{verb}", body)
        except (OSError, http.client.HTTPException):
            pass
        except BaseException as reason:  # told by the round, not by a thread
            self.failure = reason


def shop(ports, turn, chance, seconds, kill):
    """Load on all instances for so long, then what `kill` does. The shoppers, with what each was told."""
    shoppers = [Shopper(ports[name % len(ports)], f"{turn}-{name}", chance.random()) for name in range(SHOPPERS)]
    for shopper in shoppers:
        shopper.start()
    time.sleep(seconds)
    kill()
    for shopper in shoppers:
        shopper.join(30)
        assert not shopper.is_alive()
        assert shopper.failure is None, shopper.failure
    return shoppers


def open_attempts(database):
    """{attempt: (kind, the key that Stripe sees)}"""
    rows = database.sql("SELECT c.attempt_id, c.kind, a.created_at FROM provider_calls c "
                        "JOIN attempts a ON a.id = c.attempt_id WHERE c.is_open = 1 "
                        "AND c.source_token NOT LIKE '%Declined%'")
    return {int(number): (kind, f"attempt-{number}-{int(created):x}") for number, kind, created in rows}


class Counts:
    """How many payments each place has cut; one that stays open over several kills counts once."""

    def __init__(self):
        self.kills = self.before_the_call = self.after_the_call = self.in_repair = 0
        self.seen = set()

    def load_killed(self, opened, stripe):
        eventually(lambda: stripe.state()["in_flight"] == 0)
        state = stripe.state()
        heard = {one["key"] for one in state["charges"] + state["refunds"]}
        for attempt in opened.keys() - self.seen:
            kind, key = opened[attempt]
            if kind in ("authorize", "refund"):  # captures and voids have no key in Stripe's books
                self.after_the_call += key in heard
                self.before_the_call += key not in heard
        self.seen |= opened.keys()
        self.kills += 1

    def repair_killed(self, asked, settled):
        self.in_repair += max(0, asked - settled)
        self.kills += 1

    def __repr__(self):
        return str({name: value for name, value in vars(self).items() if name != "seen"})


def assert_it_holds(database, turn):
    done = verify(database)
    assert done.returncode == 0, (turn, done.stdout, done.stderr)


def everything_is_known(client, database, stripe, told):
    """The end: repair leaves nothing open, keys are kept, and the books agree."""
    with contextlib.suppress(AssertionError):
        eventually(lambda: not open_attempts(database), 30, 0.1)
    assert open_attempts(database) == {}
    for shopper in told:
        for path, body, key, reply in shopper.answered[-2:]:
            again = client.post(path, body, key=key)
            assert again.replayed and (again.status, again.body) == (reply.status, reply.body), (key, reply, again)
        if shopper.unanswered:
            path, body, key = shopper.unanswered
            reply = client.post(path, body, key=key)
            assert reply.status in FINAL, (shopper.unanswered, reply)
            assert reply.json.get("status") != "processing", reply
    paid = walk(client, "/payments")
    assert len(paid) == len({payment["order_id"] for payment in paid}), "an order has two payments"
    assert {payment["status"] for payment in paid}.isdisjoint({"processing", "requires_action"})
    assert_books_agree(paid, stripe.state())


@pytest.mark.slow
def test_a_killed_service_charges_nobody_twice_and_forgets_no_charge(sqlite, tmp_path):
    print("PAY_E2E_SEED =", SEED)
    chance, counts, told = random.Random(SEED), Counts(), []
    with StripePeer(seed=SEED, latency_ms=LATENCY_MS) as stripe:
        service = Service(sqlite, tmp_path, *ARGUMENTS, env=stripe.environment)
        for turn in range(ROUNDS):
            service.start()
            told += shop([service.port], turn, chance, chance.uniform(0.03, 0.2), service.kill)
            left, asked = open_attempts(sqlite), 0
            counts.load_killed(left, stripe)
            assert_it_holds(sqlite, turn)
            asked -= stripe.state()["requests"]
            service.start()
            time.sleep(chance.uniform(0, 0.12))
            service.kill()
            asked += stripe.state()["requests"]
            counts.repair_killed(asked, len(left.keys() - open_attempts(sqlite).keys()))
            assert_it_holds(sqlite, turn)
        with service.start():
            everything_is_known(service.client(60), sqlite, stripe, told)
    assert_it_holds(sqlite, "end")
    print(counts)
    for cut in (counts.before_the_call, counts.after_the_call, counts.in_repair):
        assert cut >= 3 * ROUNDS, counts


@pytest.mark.slow
def test_what_a_killed_instance_began_another_finds_out(mariadb_server, tmp_path):
    """Two instances over one MariaDB: one, the other or both are killed. What was under way is due when its lease ends. Both
    have the public address of the gateway before them: Stripe takes a call with another return_url for another call."""
    print("PAY_E2E_SEED =", SEED)
    chance, counts, told = random.Random(SEED), Counts(), []
    database = OnServer("mariadb", mariadb_server)
    with StripePeer(seed=SEED, latency_ms=LATENCY_MS) as stripe:
        arguments = (*ARGUMENTS, "--public-url", "https://pay.example")
        pair = [Service(database, tmp_path, *arguments, env=stripe.environment) for _ in range(2)]

        def kill_some():
            for one in chance.choice((pair[:1], pair[1:], pair)):
                one.kill()
            time.sleep(0.05)
            for one in pair:
                if one.running:
                    one.kill()

        for turn in range(ROUNDS_ON_SERVER):
            for one in pair:
                one.start()
            told += shop([one.port for one in pair], turn, chance, chance.uniform(0.05, 0.3), kill_some)
            counts.load_killed(open_attempts(database), stripe)
            counts.kills += 1  # both
            assert_it_holds(database, turn)
        with pair[0].start(), pair[1].start():
            everything_is_known(pair[0].client(60), database, stripe, told)
    assert_it_holds(database, "end")
    print(counts)
    assert counts.before_the_call + counts.after_the_call >= 3 * ROUNDS_ON_SERVER, counts
    database.drop()
