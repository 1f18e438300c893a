"""The simulator asked as a real provider is: with latency, with failures drawn from a seed, killed and started again.

Method: the same orders under the same seed come to the same outcomes; after a kill nothing is lost and nobody asks twice.
"""

import contextlib
import http.client
import random
import threading
import time

from support import payments
from support.operators import attempts
from support.payments import assert_problem, ok
from support.providing import attempts_of, card, do, last_attempt, pay, process, provider
from support.service import Service, verify
from support.stores import Sqlite
from support.waiting import eventually, seconds_of

GOOD = card("pm_card_visa")
FAILURES = "refuse=0.1,timeout-before=0.05,timeout-after=0.05,pending=0.1"


def two_steps(*more, timeout_ms=100):
    return ("--simulator-two-step", "--simulator-timeout-ms", str(timeout_ms), "--log-level", "error", *more)


def outcomes(directory, name, seed):
    """What came of sixty payments on a fresh database: HTTP status, status and word of the attempt."""
    database = Sqlite(directory, name)
    arguments = two_steps("--simulator-seed", str(seed), "--simulator-failures", FAILURES, "--simulator-slow-ms", "60",
                          timeout_ms=60)
    with Service(database, directory, *arguments) as service:
        client, seen = service.client(), []
        for _ in range(60):
            payment_id, reply = process(client, GOOD)
            seen.append((reply.status, reply.json["status"], last_attempt(client, payment_id)["outcome"]))
    assert verify(database).returncode == 0
    return seen


def test_the_same_words_as_a_real_provider(launch):
    client = launch(*two_steps()).client()
    payment_id, reply = process(client, GOOD, 100, capture_method="manual", key="k")
    assert ok(reply)["status"] == "authorized"
    assert ok(do(client, payment_id, "capture", {"amount": 70}))["captured_amount"] == 70
    assert ok(do(client, payment_id, "refund", {"amount": 20}))["status"] == "partially_refunded"
    assert ok(do(client, payment_id, "refund"))["status"] == "refunded"
    assert [one["kind"] for one in attempts_of(client, payment_id)] == ["authorize", "capture", "refund", "refund"]
    held, _ = process(client, GOOD, capture_method="manual")
    assert ok(do(client, held, "cancel"))["status"] == "canceled"
    declined, reply = process(client, card("pm_card_chargeDeclinedInsufficientFunds"))
    assert_problem(reply, 402, "card_declined")
    assert reply.json["decline_code"] == "insufficient_funds"
    typed = payments.create(client)
    assert ok(payments.process(client, typed["id"]))["payment_method"]["last4"] == "4242"
    assert payments.process(client, payments.create(client)["id"], payments.DECLINED).status == 402


def test_whoever_pays_agrees_after_a_while(on_sqlite):
    client = on_sqlite(*two_steps("--simulator-approval-ms", "300")).client()
    payment_id, reply = process(client, card("pm_card_authenticationRequired"))
    payment = ok(reply)
    assert payment["status"] == "requires_action" and reply.header("Location") == f"/payments/{payment_id}"
    path = "/" + payment["next_action"]["url"].split("/", 3)[3]
    early = client.get(path)
    assert early.status == 303 and early.header("Location").endswith("&status=requires_action")
    eventually(lambda: client.get(path).header("Location").endswith("&status=paid"), 5)
    assert payments.get(client, payment_id)["next_action"] is None


def test_latency_is_waited_for_side_by_side(on_sqlite):
    service = on_sqlite(*two_steps("--simulator-latency-ms", "150", timeout_ms=5000))
    client = service.client()
    _, seconds = seconds_of(lambda: ok(process(client, GOOD)[1]))
    assert seconds > 0.15
    assert provider(client, "simulator")["at_once"] is False


def test_a_seed_says_what_fails(tmp_path):
    first = outcomes(tmp_path, "first.db", 7)
    assert outcomes(tmp_path, "again.db", 7) == first
    assert outcomes(tmp_path, "other.db", 8) != first
    assert set(first) == {(200, "paid", "succeeded"), (200, "processing", "unknown"), (200, "processing", "pending"),
                          (503, 503, "not_executed")}


def test_killed_and_started_again_it_knows_what_it_did(database, tmp_path):
    seed = time.time_ns() % 1_000_000
    print("seed =", seed)
    chance = random.Random(seed)
    arguments = two_steps("--simulator-latency-ms", "40", timeout_ms=1000)
    service, asked = Service(database, tmp_path, *arguments), []
    for turn in range(8):
        service.start()
        client = service.client(5)
        for number in range(3):
            payment_id = payments.create(client)["id"]
            asked.append((payment_id, f"{turn}-{number}"))
        killer = threading.Timer(chance.uniform(0.01, 0.12), service.kill)
        killer.start()
        with contextlib.suppress(OSError, http.client.HTTPException):
            for payment_id, key in asked[-3:]:
                pay(client, payment_id, GOOD, key=key)
        killer.join()
        assert verify(database).returncode == 0
    with service.start():
        client = service.client()
        for payment_id, key in asked:
            eventually(lambda number=payment_id, name=key: pay(client, number, GOOD, key=name).status == 200, 15)
            eventually(lambda number=payment_id: payments.get(client, number)["status"] == "paid", 15)
    assert verify(database).returncode == 0


def test_attempts_that_stay_unknown_are_listed_and_settled(on_sqlite):
    service = on_sqlite(*two_steps("--simulator-failures", "timeout-before=1", timeout_ms=50))
    client, env = service.client(), {"PAYMENT_SIMULATOR_TWO_STEP": "true"}
    waiting = [process(client, GOOD, key=f"k{number}")[0] for number in range(3)]
    listed = attempts(service.database, "list", "--unknown", env=env)
    assert listed.returncode == 0 and listed.stdout.splitlines()[-1] == "3 attempts"
    assert [one["payment_id"] for one in payments.walk(client, "/attempts?outcome=unknown")] == waiting[::-1]
    for payment_id, word, status in zip(waiting, ("succeeded", "declined", "not_executed"), ("paid", "pending", "pending")):
        number = last_attempt(client, payment_id)["id"]
        done = attempts(service.database, "resolve", str(number), "--as", word, "--because", "by their support",
                        *(("--reference", "theirs-1") if word == "succeeded" else ()), env=env)
        assert done.returncode == 0, done
        assert payments.get(client, payment_id)["status"] == status
    assert pay(client, waiting[0], GOOD, key="k0").replayed
    assert pay(client, waiting[1], GOOD, key="k1").status == 402, "the key that waited has its answer"
    assert payments.walk(client, "/attempts?outcome=unknown") == []
