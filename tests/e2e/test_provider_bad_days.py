"""Bad days at a provider, as a table: what each failure is answered with, what word its attempt ends in, how often money
moved, and what it comes to when all is well again. On Stripe and PayPal, for each of the four verbs.

Method: the scripted peers do what the fault says on every try until it is mended; then the payment is asked for again, which
looks first. Which answer has to mean what is in docs/providers.md. Nothing may be paid without proof, or moved twice.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import payments
from support.cut_line import CutLine
from support.operators import attempts
from support.payments import assert_problem, ok
from support.providing import KITS, PAYPAL, STRIPE, assert_books_agree, do, last_attempt, pay, process, provider
from support.waiting import eventually

TIMEOUT_MS = 400
STEPS = {  # verb: how the payment is captured, the request, its body, the status after it
    "capture": ("manual", "capture", {"amount": 10}, "paid"),
    "void": ("manual", "cancel", {}, "canceled"),
    "refund": ("automatic", "refund", {"amount": 4}, "partially_refunded"),
}
MOVES = {"authorize": 2, "capture": 1, "void": 1, "refund": 1}  # an automatic capture counts of its own

# Nobody knows what came of it: whether it had an effect.
UNKNOWN = {"reset_before": False, "close_before": False, "hang_before": False, "500_before": False, "status:409": False,
           "status:503": False, "reset_after": True, "close_after": True, "hang_after": True, "500_after": True,
           "html": True, "huge": True, "bad_json": True, "empty": True, "cut": True, "wrong_amount": True,
           "wrong_currency": True, "other_payment": True, "unknown_status": True, "backwards": True,
           f"slow:{TIMEOUT_MS + 200}": True}
NOT_EXECUTED = ["status:400", "status:401", "status:403", "status:429"]
WORDS_OF_WAITING = {("paypal", "capture", "backwards"): "pending", ("paypal", "refund", "backwards"): "pending"}


@pytest.fixture(scope="module", params=KITS, ids=lambda kit: kit.name)
def kit(request):
    return request.param


@pytest.fixture(scope="module")
def running(kit):
    with kit.peer(seed=1) as peer:
        yield peer


@pytest.fixture
def peer(running):
    running.reset()
    return running


def serve(on_sqlite, kit, peer, *arguments, **env):
    return on_sqlite("--provider", kit.name, f"--{kit.name}-timeout-ms", str(TIMEOUT_MS), "--log-level", "warn",
                     *arguments, env=peer.environment | env)


@pytest.fixture
def service(on_sqlite, kit, peer):
    return serve(on_sqlite, kit, peer)


@pytest.fixture
def client(service, peer):
    client = service.client()
    yield client
    assert_books_agree(payments.walk(client, "/payments"), peer.state())


def moves(peer):
    """How often money moved, once the peer has carried out all that it was sent."""
    eventually(lambda: peer.state()["in_flight"] == 0, 5)
    return sum(peer.effects.values())


def step_of(client, kit, verb):
    """A payment before this verb: (its id, what asks for the verb, the status before, the status after)."""
    if verb == "authorize":
        payment_id = payments.create(client, 12.34)["id"]
        return payment_id, lambda: pay(client, payment_id, kit.good), "processing", "paid"
    method, path, body, after = STEPS[verb]
    payment = ok(process(client, kit.good, capture_method=method)[1])
    return payment["id"], lambda: do(client, payment["id"], path, body), payment["status"], after


def look_now(client, kit, payment_id):
    """To pay again asks the provider on the spot, and changes nothing of a payment that is paid."""
    assert pay(client, payment_id, kit.good).status in (200, 409)


@pytest.mark.parametrize("fault", UNKNOWN)
def test_what_may_have_happened_is_unknown_and_found_out(client, kit, peer, fault):
    for verb in MOVES:
        payment_id, ask, before, after = step_of(client, kit, verb)
        start = moves(peer)
        peer.faults({"on": kit.verbs[verb], "kind": fault, "times": -1})
        reply = ask()
        assert (reply.status, reply.json["status"]) == (200, before), (verb, reply)
        attempt = last_attempt(client, payment_id)
        assert attempt["outcome"] == WORDS_OF_WAITING.get((kit.name, verb, fault), "unknown"), (verb, attempt)
        assert attempt["next_look_at"] and attempt["finished_at"] is None
        assert moves(peer) - start == UNKNOWN[fault] * MOVES[verb], verb
        assert payments.get(client, payment_id)["status"] == before
        peer.faults()
        look_now(client, kit, payment_id)
        assert payments.get(client, payment_id)["status"] == after, verb
        assert last_attempt(client, payment_id)["outcome"] == "succeeded"
        assert moves(peer) - start == MOVES[verb], verb


@pytest.mark.parametrize("fault", NOT_EXECUTED)
def test_what_did_not_happen_may_be_asked_for_again(client, kit, peer, fault):
    for verb in MOVES:
        payment_id, ask, before, after = step_of(client, kit, verb)
        start = moves(peer)
        peer.faults({"on": kit.verbs[verb], "kind": fault, "times": -1})
        assert_problem(ask(), 503, "unavailable")
        shown = payments.get(client, payment_id)
        assert shown["status"] == ("pending" if verb == "authorize" else before)
        assert last_attempt(client, payment_id)["outcome"] == "not_executed"
        assert moves(peer) == start
        peer.faults()
        assert ok(ask())["status"] == after
        assert moves(peer) - start == MOVES[verb]


@pytest.mark.parametrize("fault", ["wrong_amount", "wrong_currency", "other_payment", "unknown_status", "html", "huge"])
def test_a_provider_that_goes_on_lying_is_never_believed(client, kit, peer, fault):
    """Every answer is wrong, those to look-ups too."""
    everything = "(GET|POST) /v[12]/(payment_intents|refunds|checkout|payments)"
    for verb in MOVES:
        payment_id, ask, before, after = step_of(client, kit, verb)
        start = moves(peer)
        peer.faults({"on": everything, "kind": fault, "times": -1})
        ask()
        for _ in range(2):
            look_now(client, kit, payment_id)
            assert payments.get(client, payment_id)["status"] == before
            assert last_attempt(client, payment_id)["outcome"] == "unknown"
        peer.faults()
        look_now(client, kit, payment_id)
        assert payments.get(client, payment_id)["status"] == after
        assert moves(peer) - start == MOVES[verb]


def test_a_slow_answer_is_an_answer(client, kit, peer):
    for verb in MOVES:
        payment_id, ask, _, after = step_of(client, kit, verb)
        peer.faults({"on": kit.verbs[verb], "kind": f"slow:{TIMEOUT_MS - 200}", "times": -1})
        assert ok(ask())["status"] == after
        peer.faults()


@pytest.mark.parametrize("kit, fault", [(STRIPE, "status:500"), (PAYPAL, "500_after_stored")], indirect=["kit"],
                         scope="module", ids=["stripe", "paypal"])
def test_a_failure_that_is_told_again_for_ever_waits_for_an_operator(client, service, kit, peer, fault):
    """Stripe tells a stored 500 again, and does not know the payment: nobody can tell but the operator. So does
    PayPal here, which does know it: it is the operator's dashboard that shows so."""
    payment_id, ask, _, _ = step_of(client, kit, "authorize")
    peer.faults({"on": kit.verbs["authorize"], "kind": fault, "times": -1})
    assert ok(ask())["status"] == "processing"
    peer.faults()
    look_now(client, kit, payment_id)
    attempt = last_attempt(client, payment_id)
    assert (attempt["outcome"], payments.get(client, payment_id)["status"]) == ("unknown", "processing")
    word = "succeeded" if peer.charges else "not_executed"
    named = ("--reference", "seen-there") if word == "succeeded" else ()
    done = attempts(service.database, "resolve", str(attempt["id"]), "--as", word, "--because", "seen there", *named,
                    env=peer.environment | {"PAYMENT_PROVIDER": kit.name})
    assert done.returncode == 0, done
    assert ok(pay(client, payment_id, kit.good))["status"] == "paid"


# ---- on the line ----


@pytest.fixture
def line(peer):
    with CutLine(to=peer.port) as line:
        yield line


@pytest.fixture
def over_the_line(on_sqlite, kit, peer, line):
    base = "STRIPE_API_BASE" if kit is STRIPE else "PAYPAL_API_BASE"
    return serve(on_sqlite, kit, peer, **{base: line.url}).client()


def test_a_provider_that_is_down_was_not_asked(over_the_line, kit, peer, line):
    client = over_the_line
    line.refuse()
    payment_id, reply = process(client, kit.good, key="k")
    assert_problem(reply, 503, "unavailable")
    assert (last_attempt(client, payment_id)["outcome"], payments.get(client, payment_id)["status"]) == ("not_executed",
                                                                                                        "pending")
    line.mend()
    reply = pay(client, payment_id, kit.good, key="k")
    assert ok(reply)["status"] == "paid" and not reply.replayed, "the key was given back"
    assert len(peer.charges) == 1


@pytest.mark.parametrize("where, moved", [("requests", 0), ("answers", 2)])
def test_a_line_that_is_stopped_up(over_the_line, kit, peer, line, where, moved):
    client = over_the_line
    payments.ok(process(client, kit.good)[1])  # a connection that is kept, and a token
    start = moves(peer)
    line.stop_up(where)
    payment_id, reply = process(client, kit.good)
    assert ok(reply)["status"] == "processing"
    assert moves(peer) - start == moved
    line.mend()
    line.cut()
    look_now(client, kit, payment_id)
    assert payments.get(client, payment_id)["status"] == "paid" and moves(peer) - start == 2


@pytest.mark.parametrize("count", [1, 12, 40, 300])
def test_a_line_that_breaks_within_the_answer(over_the_line, kit, peer, line, count):
    client = over_the_line
    payments.ok(process(client, kit.good)[1])
    start = moves(peer)
    line.cut_after(count, "answers")
    payment_id, reply = process(client, kit.good)
    assert reply.json.get("status") in ("processing", "paid", 503), reply
    line.mend()
    line.cut()
    assert pay(client, payment_id, kit.good).json["status"] == "paid"
    assert moves(peer) - start == 2
    assert_books_agree(payments.walk(client, "/payments"), peer.state())


def test_a_line_that_is_cut_under_load_moves_nothing_twice(over_the_line, kit, peer, line, on_sqlite):
    """Cuts come at any moment of 60 payments."""
    peer.latency(10)
    with ThreadPoolExecutor(8) as pool:
        replies = [pool.submit(process, type(over_the_line)(over_the_line.port), kit.good) for _ in range(60)]
        while not all(reply.done() for reply in replies):
            time.sleep(0.015)
            line.cut()
    line.mend()
    statuses = [reply.result()[1].json["status"] for reply in replies]
    assert set(statuses) <= {"paid", "processing", 503}, statuses
    client = over_the_line
    eventually(lambda: provider(client, kit.name)["state"] != "down", 15)
    for payment in payments.walk(client, "/payments"):
        eventually(lambda number=payment["id"]: pay(client, number, kit.good).json["status"] == "paid", 15)
    assert len(peer.charges) == 60
    assert_books_agree(payments.walk(client, "/payments"), peer.state())
