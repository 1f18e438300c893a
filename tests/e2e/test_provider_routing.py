"""Who takes which payment: rules, the next provider when one did not, circuits and limits, what clients may pay with, and
several instances that ask about one payment. One charge, whoever asks.

Method: a Stripe and a PayPal with memory beside each other; rules from a file.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import payments
from support.operators import clients, knows, new_key
from support.payments import assert_problem, ok
from support.provider_peers import PayPalPeer, StripePeer
from support.providing import (PAYPAL, STRIPE, assert_books_agree, attempts_of, card, do, last_attempt, pay, process,
                               provider)
from support.service import Service, verify
from support.stores import OnServer
from support.waiting import eventually

RULES = """
[[route]]
client = "books"
providers = ["paypal"]

[[route]]
method = "paypal"
providers = ["paypal"]

[[route]]
currency = "EUR"
providers = ["stripe"]

[[route]]
amount-from = 100
amount-below = 200
providers = ["stripe"]
"""


@pytest.fixture(scope="module")
def peers():
    with StripePeer(seed=1) as stripe, PayPalPeer(seed=1) as paypal:
        yield stripe, paypal


@pytest.fixture
def stripe(peers):
    peers[0].reset()
    return peers[0]


@pytest.fixture
def paypal(peers):
    peers[1].reset()
    return peers[1]


@pytest.fixture
def both(on_sqlite, stripe, paypal, tmp_path):
    """both(rules, *arguments): a service with the two, PayPal's first."""

    def start(rules="", *arguments):
        (tmp_path / "rules.toml").write_text('provider = "paypal,stripe"\n' + rules)
        return on_sqlite("--config", tmp_path / "rules.toml", *arguments, env=stripe.environment | paypal.environment)

    return start


# Both take it, once they may: a token is one provider's.
TYPED = {"type": "card", "number": payments.VISA, "cvc": "123", "exp_month": 12, "exp_year": 2040}
TYPED_CARDS = ("--stripe-allow-raw-cards", "--paypal-allow-raw-cards")


def asked(client, payment_id):
    return [one["provider"] for one in attempts_of(client, payment_id)]


# ---- rules ----


@pytest.mark.parametrize("fields, source, wanted", [
    ({"total_amount": 50}, PAYPAL.good, "paypal"),
    ({"total_amount": 50, "currency": "EUR"}, STRIPE.good, "stripe"),
    ({"total_amount": 99.99}, PAYPAL.good, "paypal"),
    ({"total_amount": 100}, STRIPE.good, "stripe"),
    ({"total_amount": 199.99}, STRIPE.good, "stripe"),
    ({"total_amount": 200}, PAYPAL.good, "paypal"),
    ({"currency": "EUR", "total_amount": 5}, PAYPAL.by_page, "paypal"),
], ids=str)
def test_the_first_rule_that_fits_chooses(both, fields, source, wanted):
    client = both(RULES).client()
    payment = payments.create(client, **fields)
    ok(pay(client, payment["id"], source))
    assert asked(client, payment["id"]) == [wanted]


def test_a_rule_of_a_client_counts_for_it_alone(both, stripe, paypal):
    service = both(RULES)
    books, shoes = (new_key(clients(service.database, "add", name)) for name in ("books", "shoes"))
    knows(service, books, shoes)
    for key, source, wanted in ((books, PAYPAL.good, "paypal"), (shoes, STRIPE.good, "stripe")):
        client = service.client(key=key)
        payment_id, reply = process(client, source, 150)
        assert ok(reply)["status"] == "paid" and asked(client, payment_id) == [wanted]


def test_a_payment_that_no_provider_takes_is_refused_before_anything_is_written(both, stripe, paypal):
    client = both('[[route]]\nproviders = "stripe"\n').client()
    for source, fields in ((PAYPAL.by_page, {}), (STRIPE.good, {"currency": "CLF"}),
                           (TYPED, {})):
        payment = payments.create(client, 10, **fields)
        reply = pay(client, payment["id"], source, key=str(payment["id"]))
        problem = assert_problem(reply, 400, "invalid_request")
        assert problem["errors"][0]["field"].startswith("payment_method")
        assert payments.get(client, payment["id"]) == payment and attempts_of(client, payment["id"]) == []
        assert not pay(client, payment["id"], source, key=str(payment["id"])).replayed
    assert stripe.state()["requests"] == paypal.state()["requests"] == 0


def test_a_typed_card_goes_to_a_provider_only_where_that_is_allowed(both, stripe):
    client = both("", "--stripe-allow-raw-cards").client()
    payment_id, reply = process(client, TYPED)
    assert (ok(reply)["status"], asked(client, payment_id)) == ("paid", ["stripe"])
    old = payments.create(client)
    assert ok(client.post(f"/payments/process/{old['id']}", payments.card()))["payment_method"]["last4"] == "4242"
    assert len(stripe.charges) == 2


def test_a_payment_stays_with_the_provider_that_authorized_it(both, stripe, paypal, tmp_path):
    service = both("")
    client = service.client()
    held, _ = process(client, PAYPAL.good, capture_method="manual")
    service.stop()
    (tmp_path / "rules.toml").write_text('provider = "stripe,paypal"\n[[route]]\nproviders = "stripe"\n')
    client = service.start().client()
    assert ok(do(client, held, "capture"))["status"] == "paid"
    assert ok(do(client, held, "refund"))["status"] == "refunded"
    assert set(asked(client, held)) == {"paypal"} and stripe.state()["requests"] == 0


# ---- the next one ----


@pytest.mark.parametrize("fault", ["status:429", "status:403", "status:401"])
def test_the_next_is_asked_when_the_first_was_not(both, stripe, paypal, fault):
    client = both("", *TYPED_CARDS).client()
    paypal.faults({"on": PAYPAL.verbs["authorize"], "kind": fault, "times": -1})
    payment_id, reply = process(client, TYPED, key="k")
    assert ok(reply)["status"] == "paid"
    assert [(one["provider"], one["outcome"]) for one in attempts_of(client, payment_id)] == [
        ("paypal", "not_executed"), ("stripe", "succeeded")]
    assert pay(client, payment_id, TYPED, key="k").replayed
    assert ok(do(client, payment_id, "refund"))["status"] == "refunded"
    assert len(stripe.state()["refunds"]) == 1


def test_a_token_of_stripe_waits_for_stripe(both, stripe, paypal):
    """PayPal would decline it for good, and the shopper could not even try again."""
    client = both().client()
    stripe.faults({"on": STRIPE.verbs["authorize"], "kind": "status:429", "times": -1})
    payment_id, reply = process(client, STRIPE.good, key="k")
    assert_problem(reply, 503, "unavailable")
    assert asked(client, payment_id) == ["stripe"] and paypal.state()["requests"] == 0
    stripe.faults()
    assert ok(pay(client, payment_id, STRIPE.good, key="k"))["status"] == "paid"


@pytest.mark.parametrize("fault", ["hang_after", "reset_after", "500_before", "status:409", "html"])
def test_nobody_else_is_asked_while_it_is_not_known(both, stripe, paypal, fault):
    client = both('[[route]]\nproviders = "stripe,paypal"\n', "--stripe-timeout-ms", "300", *TYPED_CARDS).client()
    stripe.faults({"on": STRIPE.verbs["authorize"], "kind": fault, "times": -1},
                  {"on": "GET /v1/payment_intents", "kind": "500_before", "times": -1})
    payment_id, reply = process(client, TYPED)
    assert ok(reply)["status"] == "processing"
    assert ok(pay(client, payment_id, TYPED))["status"] == "processing"
    stripe.faults()
    # A typed card is not sent a second time: what was made is found, or it stays unknown.
    assert ok(pay(client, payment_id, TYPED))["status"] == ("paid" if stripe.charges else "processing")
    assert asked(client, payment_id) == ["stripe"] and paypal.state()["requests"] == 0


def test_nobody_else_is_asked_after_a_decline(both, stripe, paypal):
    client = both().client()
    payment_id, reply = process(client, PAYPAL.declined)
    assert reply.status == 402 and asked(client, payment_id) == ["paypal"]
    assert stripe.state()["requests"] == 0


def test_when_none_is_left_it_is_said(both, stripe, paypal):
    client = both("", *TYPED_CARDS).client()
    stripe.faults({"on": STRIPE.verbs["authorize"], "kind": "status:429", "times": -1})
    paypal.faults({"on": PAYPAL.verbs["authorize"], "kind": "status:429", "times": -1})
    payment_id, reply = process(client, TYPED, key="k")
    assert_problem(reply, 503, "unavailable")
    assert payments.get(client, payment_id)["status"] == "pending" and asked(client, payment_id) == ["paypal", "stripe"]
    stripe.faults()
    assert ok(pay(client, payment_id, TYPED, key="k"))["status"] == "paid"
    assert len(stripe.charges) == 1 and paypal.charges == []


# ---- circuits and limits ----


def test_a_circuit_opens_lets_one_through_and_closes(both, stripe, paypal):
    client = both("", "--paypal-timeout-ms", "300", *TYPED_CARDS).client()
    paypal.faults({"on": PAYPAL.verbs["authorize"], "kind": "hang_before", "times": -1})
    unknown = [process(client, PAYPAL.good) for _ in range(5)]
    eventually(lambda: provider(client, "paypal")["state"] == "down", 5)
    before = paypal.state()["requests"]
    for _ in range(3):  # at once, and with the next
        payment_id, reply = process(client, TYPED)
        assert ok(reply)["status"] == "paid" and asked(client, payment_id) == ["paypal", "stripe"]
    assert paypal.state()["requests"] - before <= 1, "but for a trial now and then"
    paypal.faults()
    eventually(lambda: provider(client, "paypal")["state"] == "up", 15)
    for payment_id, reply in unknown:
        assert ok(reply)["status"] == "processing"
        eventually(lambda number=payment_id: pay(client, number, PAYPAL.good).json["status"] == "paid", 15)
    assert asked(client, process(client, PAYPAL.good)[0]) == ["paypal"]
    both_books(client, stripe, paypal)


def both_books(client, stripe, paypal):
    state, other = stripe.state(), paypal.state()
    assert_books_agree(payments.walk(client, "/payments"), {name: state[name] + other[name]
                                                           for name in ("charges", "refunds")})


def test_slow_answers_open_the_circuit_too(on_sqlite, stripe):
    client = on_sqlite("--provider", "stripe", "--stripe-timeout-ms", "2000", "--stripe-slow-ms", "50",
                       env=stripe.environment).client()
    stripe.latency(80)
    for _ in range(5):
        assert ok(process(client, STRIPE.good)[1])["status"] == "paid"
    assert provider(client, "stripe")["state"] == "down"
    payment_id, reply = process(client, STRIPE.good)
    assert_problem(reply, 503, "unavailable")
    assert last_attempt(client, payment_id)["last_error"].startswith("the provider does not answer well")


def test_no_more_than_so_many_are_asked_at_once_and_the_others_wait(on_sqlite, stripe):
    service = on_sqlite("--provider", "stripe", "--stripe-concurrency", "3", env=stripe.environment)
    stripe.latency(20)
    with ThreadPoolExecutor(24) as pool:
        replies = list(pool.map(lambda _: process(service.client(), STRIPE.good)[1], range(60)))
    assert {ok(reply)["status"] for reply in replies} == {"paid"}
    state = stripe.state()
    assert state["max_in_flight"] == 3 and len(state["charges"]) == 60
    shown = provider(service.client(), "stripe")
    assert (shown["in_flight"], shown["waiting"], shown["concurrency"]) == (0, 0, 3)


# ---- what clients may pay with ----


def test_a_client_pays_with_what_it_may(both):
    service = both("", "--methods", "card,wallet")
    wallets = new_key(clients(service.database, "add", "books", "--methods", "wallet"))
    cards = new_key(clients(service.database, "add", "shoes", "--methods", "card"))
    every = new_key(clients(service.database, "add", "all"))
    knows(service, wallets, cards, every)
    for key, source, takes in ((wallets, PAYPAL.by_page, True), (wallets, PAYPAL.good, False), (cards, PAYPAL.good, True),
                               (cards, PAYPAL.by_page, False), (every, PAYPAL.good, True), (every, PAYPAL.by_page, True)):
        reply = process(service.client(key=key), source)[1]
        if takes:
            ok(reply)
        else:
            assert assert_problem(reply, 400, "invalid_request")["errors"][0]["field"].startswith("payment_method")


# ---- several instances ----


def test_instances_that_race_on_one_payment_charge_it_once(mariadb_server, tmp_path, stripe):
    """Its outcome is not known: three instances are asked to pay, cancel and refund it while their repair looks for it."""
    database = OnServer("mariadb", mariadb_server)
    arguments = ("--provider", "stripe", "--stripe-timeout-ms", "500", "--public-url", "https://pay.example")
    trio = [Service(database, tmp_path, *arguments, env=stripe.environment).start() for _ in range(3)]
    try:
        for turn, fault in enumerate(["reset_after", "reset_before", "hang_after", "html", "500_after", "close_before"]):
            stripe.faults({"on": STRIPE.verbs["authorize"], "kind": fault, "times": 3})
            payment_id, reply = process(trio[0].client(), STRIPE.good, key=f"first-{turn}")
            assert reply.json["status"] in ("processing", "paid"), reply
            gate, replies = threading.Barrier(12), []

            def ask(number, payment_id=payment_id, gate=gate, replies=replies, turn=turn):
                client = trio[number % 3].client()
                gate.wait()
                replies.append((lambda: pay(client, payment_id, STRIPE.good),
                                lambda: do(client, payment_id, "refund", {"amount": 5}, key=f"r-{turn}"),
                                lambda: pay(client, payment_id, STRIPE.good, key=f"p-{turn}-{number}"),
                                lambda: do(client, payment_id, "capture"))[number // 3]())

            threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
            assert {reply.status for reply in replies} <= {200, 409}, replies
            client = trio[turn % 3].client()
            eventually(lambda client=client, number=payment_id: pay(client, number, STRIPE.good).json["status"] in
                       ("paid", "partially_refunded"), 20)
            again = do(client, payment_id, "refund", {"amount": 5}, key=f"r-{turn}")
            eventually(lambda client=client, number=payment_id: last_attempt(client, number)["finished_at"], 20)
            assert again.status in (200, 409), again
        state = stripe.state()
        assert len(state["charges"]) == 6 and all(one["refunded"] in (0, 500) for one in state["charges"])
        assert_books_agree(payments.walk(trio[0].client(), "/payments"), state)
    finally:
        codes = [one.stop() for one in trio]
    assert codes == [0, 0, 0]
    done = verify(database)
    assert done.returncode == 0, done.stdout + done.stderr
    database.drop()
