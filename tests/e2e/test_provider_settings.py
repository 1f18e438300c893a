"""Providers as an operator meets them: what is said at the start, what is shown, what is settled by hand.

Method: the real binary with the simulator in two steps, which answers, hangs or forgets to answer as it is told, and
with a scripted Stripe where a secret must have somebody to be sent to.
"""

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.operators import attempts, clients, knows, new_key
from support.payments import assert_problem, create, get, ok, paid, process, walk
from support.provider_peers import StripePeer
from support.service import Service, verify
from support.store_manager import StoreManager
from support.stores import Sqlite
from support.waiting import eventually

TWO_STEPS = ("--simulator-two-step", "--simulator-timeout-ms", "200")
NEVER_ANSWERS = (*TWO_STEPS, "--simulator-failures", "timeout-after=1")
SECRET = "sk_test_hunter22hunter22"


def pay(client, payment_id, token="pm_card_visa", **more):
    return client.post(f"/payments/{payment_id}/process", {"payment_method": {"type": "card", "token": token}} | more)


def providers(client):
    return {one["name"]: one for one in ok(client.get("/providers"))["data"]}


def unknown(client):
    """A payment whose provider did not answer."""
    payment = create(client)
    assert ok(pay(client, payment["id"]))["status"] == "processing"
    return payment


def attempt_of(client, payment):
    return walk(client, f"/payments/{payment['id']}/attempts")[-1]


def resolve(service, attempt_id, outcome, because="seen in the dashboard", env=None, reference="their-name-1"):
    named = ("--reference", reference) if reference and outcome == "succeeded" else ()

    def once():
        return attempts(service.database, "resolve", str(attempt_id), "--as", outcome, "--because", because, *named,
                        env=env)

    def answered():
        """The repair loop may be asking at that moment."""
        done = once()
        return None if "being asked about it now" in done.stderr else done

    return eventually(answered)


# ---- at the start ----


def test_the_simulator_is_the_provider_when_nobody_says_otherwise(launch):
    shown = providers(launch().client())
    assert list(shown) == ["simulator"] and shown["simulator"]["at_once"] is True


def test_what_is_set_is_shown(launch):
    shown = providers(launch(*TWO_STEPS, "--simulator-concurrency", "7").client())["simulator"]
    assert (shown["at_once"], shown["concurrency"], shown["deadline_ms"], shown["state"]) == (False, 7, 200, "up")


def test_rules_of_the_file_send_payments_to_their_providers(launch, tmp_path):
    rules = 'provider = "simulator"\n[[route]]\namount-from = 100\nproviders = ["stripe"]\n'
    (tmp_path / "rules.toml").write_text(rules)
    with StripePeer(secret=SECRET) as stripe:
        service = launch("--config", tmp_path / "rules.toml",
                         env={"STRIPE_SECRET_KEY": SECRET, "STRIPE_API_BASE": stripe.url})
        client = service.client()
        for amount, provider in ((99.99, "simulator"), (100, "stripe")):
            payment = create(client, amount)
            assert ok(pay(client, payment["id"]))["status"] == "paid"
            assert attempt_of(client, payment)["provider"] == provider
        assert list(providers(client)) == ["simulator", "stripe"]


def test_a_simulator_beside_a_real_provider_is_worth_a_warning(launch):
    service = launch("--provider", "stripe,simulator", env={"STRIPE_SECRET_KEY": SECRET})
    assert "the simulator stands beside a real provider" in service.said


@pytest.mark.parametrize("arguments,base", [((), "http://127.0.0.1:{port}"),
                                            (("--public-url", "https://pay.example/x/"), "https://pay.example/x")])
def test_payers_come_back_to_the_public_url_or_to_the_listener(launch, arguments, base):
    service = launch(*TWO_STEPS, *arguments)
    client = service.client()
    payment = create(client)
    reply = ok(pay(client, payment["id"], "pm_card_authenticationRequired", return_url="https://shop.example/done"))
    assert reply["status"] == "requires_action"
    wanted = base.format(port=service.port) + f"/payments/{payment['id']}/return?attempt="
    assert reply["next_action"]["url"].startswith(wanted), reply


# ---- secrets ----


def test_a_secret_is_nowhere_but_at_its_provider(launch):
    with StripePeer(secret=SECRET, webhook_secret="whsec_hunter22") as stripe:
        env = {"STRIPE_SECRET_KEY": SECRET, "STRIPE_WEBHOOK_SECRET": "whsec_hunter22", "STRIPE_API_BASE": stripe.url}
        service = launch("--provider", "stripe", "--log-level", "debug", env=env)
        client = service.client()
        assert ok(pay(client, create(client)["id"]))["status"] == "paid"
        stripe.faults({"on": "POST /v1/payment_intents", "kind": "status:500"})
        pay(client, create(client)["id"])
        seen = [client.get(path).body for path in ("/providers", "/metrics", "/attempts", "/openapi.json")]
        done = attempts(service.database, "list", env=env)
        with open(f"/proc/{service.process.pid}/cmdline", "rb") as file:
            seen.append(file.read())
        service.stop()
        text = b"".join(seen).decode(errors="replace") + service.said + done.stdout + done.stderr
        assert "hunter22" not in text


# ---- methods ----


def test_what_can_be_paid_with_is_the_services_and_then_the_clients(launch):
    service = launch("--methods", "card")
    client = service.client()
    wallet = {"payment_method": {"type": "wallet", "wallet": "paypal", "token": "t"}}
    payment = create(client)
    problem = assert_problem(client.post(f"/payments/{payment['id']}/process", wallet), 400, "invalid_request")
    assert problem["errors"][0]["field"].startswith("payment_method")
    assert ok(process(client, payment["id"]))["status"] == "paid"

    key = new_key(clients(service.database, "add", "books", "--methods", "paypal"))
    knows(service, key)
    books = service.client(key=key)
    assert_problem(process(books, create(books)["id"]), 400, "invalid_request")
    assert ok(books.post(f"/payments/{create(books)['id']}/process", wallet))["status"] == "paid"
    assert "paid with paypal" in clients(service.database, "list").stdout
    assert "card,paypal" in clients(service.database, "set", "books", "--methods", "card,paypal").stdout
    eventually(lambda: process(books, create(books)["id"]).status == 200, 3)
    assert "whatever the service takes" in clients(service.database, "set", "books", "--methods", "default").stdout
    eventually(lambda: books.post(f"/payments/{create(books)['id']}/process", wallet).status == 400, 3)
    every = new_key(clients(service.database, "add", "every", "--methods", "card,wallet"))
    knows(service, every)
    client = service.client(key=every)
    assert ok(client.post(f"/payments/{create(client)['id']}/process", wallet))["status"] == "paid"


# ---- metrics ----


def test_calls_circuits_and_what_needs_attention_are_counted(launch):
    service = launch(*NEVER_ANSWERS)
    client = service.client()
    for _ in range(5):
        unknown(client)
    text = client.get("/metrics").body.decode()
    found = re.search(r'payment_provider_calls_total\{outcome="unknown",provider="simulator"\} (\d+)', text)
    assert int(found.group(1)) >= 5
    assert 'payment_provider_call_duration_seconds_count{provider="simulator"}' in text
    assert 'payment_provider_call_wait_seconds_count{provider="simulator"}' in text
    assert 'payment_provider_circuit_open{provider="simulator"} 1' in text
    assert "payment_attempts_need_attention 0" in text
    assert providers(client)["simulator"]["state"] in ("down", "trial")
    assert_problem(pay(client, create(client)["id"]), 503, "unavailable")
    kept_back = 'payment_provider_calls_kept_back_total{provider="simulator",reason="circuit_open"}'
    assert kept_back in client.get("/metrics").body.decode()


# ---- by hand ----


def test_unknown_attempts_are_listed(launch):
    service = launch(*NEVER_ANSWERS)
    client = service.client()
    payment = unknown(client)
    of_payment = ("--payment-id", str(payment["id"]))
    for options in ((), ("--unknown",), of_payment, ("--unknown", *of_payment)):
        done = attempts(service.database, "list", *options)
        assert done.returncode == 0 and done.stderr == "", done
        first, count = done.stdout.splitlines()
        assert f"authorize of payment {payment['id']} at simulator  unknown" in first and count == "1 attempt"
    assert attempts(service.database, "list", "--needs-attention").stdout == "0 attempts\n"
    missing = attempts(service.database, "list", "--payment-id", "999")
    assert missing.returncode == 2 and len((missing.stdout + missing.stderr).splitlines()) == 1


@pytest.mark.parametrize("outcome,status", [("succeeded", "paid"), ("declined", "pending"),
                                            ("not_executed", "pending")])
def test_an_attempt_is_settled_by_hand_beside_the_service(launch, outcome, status):
    service = launch(*NEVER_ANSWERS)
    client = service.client()
    payment = unknown(client)
    attempt = attempt_of(client, payment)
    done = resolve(service, attempt["id"], outcome, "their support says so")
    assert done.returncode == 0, done
    assert f"counts as {outcome}: payment {payment['id']} is {status}" in done.stdout
    assert get(client, payment["id"])["status"] == status
    assert attempt_of(client, payment)["outcome"] == outcome
    assert walk(client, f"/payments/{payment['id']}/events")[-1]["reason"] == "their support says so"
    again = resolve(service, attempt["id"], "declined")
    assert again.returncode == 1 and "settled already" in again.stderr and len(again.stderr.splitlines()) == 1
    assert resolve(service, 999, "declined").returncode == 2
    assert verify(service.database).returncode == 0


def test_what_nobody_has_a_name_for_is_not_counted_as_paid(launch):
    service = launch(*NEVER_ANSWERS)
    client = service.client()
    payment = unknown(client)
    attempt = attempt_of(client, payment)
    done = resolve(service, attempt["id"], "succeeded", reference=None)
    assert done.returncode == 2 and "--reference" in done.stderr and len(done.stderr.splitlines()) == 1
    for wrong in ("two words", "4242424242424242", "x" * 256):
        assert resolve(service, attempt["id"], "succeeded", reference=wrong).returncode == 2
    assert get(client, payment["id"])["status"] == "processing"
    assert resolve(service, attempt["id"], "succeeded", reference="pi_77").returncode == 0
    assert attempt_of(client, payment)["provider_reference"] == "pi_77"


def test_the_shop_is_told_of_what_was_settled_by_hand_and_the_service_goes_on(sqlite, tmp_path):
    with StoreManager() as shop:
        env = {"STORE_MANAGER_ORDERS_URL": shop.orders_url}
        with Service(sqlite, tmp_path, *NEVER_ANSWERS, env=env) as service:
            client = service.client()
            payment = unknown(client)
            shop.put_order(payment["order_id"])
            assert resolve(service, attempt_of(client, payment)["id"], "succeeded", env=env).returncode == 0
            shop.wait_for(lambda: shop.orders[payment["order_id"]]["is_paid"])
            another = unknown(client)
            assert resolve(service, attempt_of(client, another)["id"], "succeeded", env=env).returncode == 0
            assert get(client, another["id"])["status"] == "paid"
        with Service(sqlite, tmp_path, env=env) as service:
            shown = paid(service.client())
            shop.put_order(shown["order_id"])
            assert resolve(service, 1, "succeeded", env=env).returncode == 1
            assert paid(service.client())["status"] == "paid"
    assert verify(sqlite).returncode == 0


def test_notifications_written_by_hand_and_by_the_service_do_not_meet(sqlite, tmp_path):
    """Both count on from the last one: whoever comes second must see that."""
    with StoreManager() as shop:
        env = {"STORE_MANAGER_ORDERS_URL": shop.orders_url}
        arguments = (*TWO_STEPS, "--simulator-failures", "timeout-after=0.4")
        with Service(sqlite, tmp_path, *arguments, env=env) as service:
            client = service.client()
            settled = 0
            for _ in range(40):
                payment = create(client)
                reply = ok(pay(client, payment["id"]))
                if reply["status"] == "processing":
                    attempt = attempt_of(client, payment)
                    settled += resolve(service, attempt["id"], "succeeded", env=env).returncode == 0
                if settled == 3:
                    break
            assert settled == 3
            assert ok(pay(client, create(client)["id"]))["status"] in ("paid", "processing")
    assert verify(sqlite).returncode == 0


# ---- the end, and the next start ----


@pytest.fixture(params=["simulator", "stripe"])
def hanging(request):
    """Arguments and environment of a service whose provider does not answer for a minute."""
    if request.param == "simulator":
        arguments = ("--simulator-two-step", "--simulator-latency-ms", "60000", "--simulator-timeout-ms", "60000")
        yield "simulator", arguments, {}
        return
    with StripePeer(secret=SECRET) as stripe:
        stripe.faults({"on": "POST /v1/payment_intents", "kind": "hang_before"})
        yield "stripe", ("--provider", "stripe", "--stripe-timeout-ms", "60000"), {"STRIPE_SECRET_KEY": SECRET,
                                                                                  "STRIPE_API_BASE": stripe.url}


def test_a_stop_does_not_wait_for_a_provider_that_hangs(launch, hanging):
    provider, arguments, env = hanging
    service = launch(*arguments, env=env)
    client = service.client()
    payment = create(client)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(pay, service.client(), payment["id"])
        eventually(lambda: providers(client)[provider]["in_flight"] == 1)
        begin = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - begin < 5
        assert ok(answer.result())["status"] == "processing"
    assert verify(service.database).returncode == 0


def test_a_stop_does_not_wait_for_a_webhook_whose_provider_hangs(launch):
    """Anybody can send one: whether it is genuine, PayPal is asked."""
    signature = {f"PayPal-{name}": "x" for name in ("Auth-Algo", "Cert-Url", "Transmission-Id", "Transmission-Sig")}
    signature["PayPal-Transmission-Time"] = "2026-11-23T00:00:00Z"
    with socket.create_server(("127.0.0.1", 0)) as black_hole, ThreadPoolExecutor() as pool:
        black_hole.settimeout(10)
        service = launch("--provider", "paypal", "--paypal-timeout-ms", "30000",
                         env={"PAYPAL_CLIENT_ID": "id", "PAYPAL_CLIENT_SECRET": "secret", "PAYPAL_WEBHOOK_ID": "WH",
                              "PAYPAL_API_BASE": f"http://127.0.0.1:{black_hole.getsockname()[1]}"})
        answer = pool.submit(service.client().post, "/providers/paypal/webhook", {"id": "WH-1"}, headers=signature)
        with black_hole.accept()[0]:
            begin = time.monotonic()
            assert service.stop() == 0
            assert time.monotonic() - begin < 2, "its last resort is a stop that writes nothing down"
        assert_problem(answer.result(), 503, "unavailable")


@pytest.fixture
def left_open(tmp_path):
    """A database in which an attempt at Stripe is open, and the Stripe that knows of it."""
    database = Sqlite(tmp_path)
    with StripePeer(secret=SECRET) as stripe:
        env = {"STRIPE_SECRET_KEY": SECRET, "STRIPE_API_BASE": stripe.url}
        stripe.faults({"on": "POST /v1/payment_intents", "kind": "reset_after"})
        with Service(database, tmp_path, "--provider", "stripe", env=env) as service:
            payment = create(service.client())
            assert ok(pay(service.client(), payment["id"]))["status"] == "processing"
            service.kill()
        stripe.faults()
        yield database, payment, env


def test_what_was_left_open_is_repaired_though_its_provider_is_not_chosen_any_more(left_open, tmp_path):
    database, payment, env = left_open
    with Service(database, tmp_path, env=env) as service:
        eventually(lambda: get(service.client(), payment["id"])["status"] == "paid", 15)
        assert paid(service.client())["status"] == "paid"
    assert verify(database).returncode == 0


@pytest.mark.parametrize("others", [(), TWO_STEPS])
def test_what_is_open_at_a_provider_that_is_not_set_up_is_said_at_the_start(left_open, tmp_path, others):
    database, payment, _ = left_open
    with Service(database, tmp_path, *others) as service:
        assert service.said.count("attempts are open at a provider that is not set up") == 1
        assert get(service.client(), payment["id"])["status"] == "processing"
        assert_problem(service.client().post(f"/payments/{payment['id']}/refund"), 409, "invalid_state")
        problem = assert_problem(service.client().delete(f"/payments/{payment['id']}"), 503, "unavailable")
        assert "needs a provider that is not set up" in problem["detail"]
    assert verify(database).returncode == 0
