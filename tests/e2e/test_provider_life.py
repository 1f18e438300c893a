"""The life of a payment at a real provider, on Stripe and on PayPal: taken, held, captured in part, dropped, given back, and
what its payer does at the provider's page. What counts is what the provider's own books say.

Method: the scripted peers; every test ends with the comparison of both books.
"""

import itertools

import pytest
from support import payments
from support.payments import assert_problem, ok
from support.providing import (KITS, SHOP, assert_books_agree, attempts_of, do, last_attempt, leave_page, pay, process,
                               provider)
from support.waiting import eventually

WEBHOOKS = {"stripe": "payment_intent.succeeded", "paypal": "CHECKOUT.ORDER.APPROVED"}


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


@pytest.fixture
def service(on_sqlite, kit, peer):
    return on_sqlite("--provider", kit.name, f"--{kit.name}-timeout-ms", "1000", env=peer.environment)


@pytest.fixture
def client(service, peer):
    client = service.client()
    yield client
    if service.running:
        assert_books_agree(payments.walk(client, "/payments"), peer.state())


def status_of(client, payment_id):
    return payments.get(client, payment_id)["status"]


def statuses(client, payment_id):
    return [(event["type"].partition(".")[2], event["data"]["status"])
            for event in payments.walk(client, f"/payments/{payment_id}/events")]


# ---- taken at once ----


def test_a_token_pays(client, kit):
    payment_id, reply = process(client, kit.good)
    payment = ok(reply)
    assert (payment["status"], payment["is_paid"], payment["next_action"]) == ("paid", True, None)
    assert payment["payment_method"]["type"] == "credit_card" and payment["payment_method"]["brand"] == "visa"
    assert reply.header("Location") is None
    assert statuses(client, payment_id) == [("created", "pending"), ("processing", "processing"), ("paid", "paid")]
    attempt, = attempts_of(client, payment_id)
    assert (attempt["kind"], attempt["provider"], attempt["outcome"]) == ("authorize", kit.name, "succeeded")
    assert attempt["provider_reference"] and attempt["finished_at"] and attempt["next_look_at"] is None


def test_a_decline_is_a_402_and_another_source_may_pay(client, kit, peer):
    payment_id, reply = process(client, kit.declined, key="first")
    assert_problem(reply, 402, "card_declined")
    assert reply.json["decline_code"] == kit.decline_code
    payment = payments.get(client, payment_id)
    assert (payment["status"], payment["payment_method"]) == ("pending", None)
    assert payment["last_error"] == {"code": "card_declined", "decline_code": kit.decline_code}
    again = pay(client, payment_id, kit.declined, key="first")
    assert again.replayed and (again.status, again.body) == (reply.status, reply.body)
    assert ok(pay(client, payment_id, kit.good, key="second"))["last_error"] is None
    assert [one["outcome"] for one in attempts_of(client, payment_id)] == ["declined", "succeeded"]


def test_a_repeat_with_its_key_asks_nobody(client, kit, peer):
    payment_id, first = process(client, kit.good, key="k")
    asked = peer.state()["requests"]
    for _ in range(3):
        again = pay(client, payment_id, kit.good, key="k")
        assert again.replayed and again.body == first.body
    assert ok(pay(client, payment_id, kit.good))["status"] == "paid"
    assert_problem(pay(client, payment_id, kit.declined, key="k"), 422, "idempotency_key_reused")
    assert peer.state()["requests"] == asked


def test_money_is_held_captured_in_part_and_given_back_in_parts(client, kit, peer):
    payment_id, reply = process(client, kit.good, 100, capture_method="manual")
    assert (ok(reply)["status"], reply.json["authorized_amount"], reply.json["is_paid"]) == ("authorized", 100, False)
    assert_problem(do(client, payment_id, "capture", {"amount": 100.01}), 409, "amount_exceeds_authorized")
    captured = ok(do(client, payment_id, "capture", {"amount": 70}))
    assert (captured["status"], captured["captured_amount"], captured["is_paid"]) == ("paid", 70, True)
    assert ok(do(client, payment_id, "capture", {"amount": 70})) == captured
    for amount, status in ((20, "partially_refunded"), (30, "partially_refunded")):
        reply = do(client, payment_id, "refund", {"amount": amount, "reason": "too big"}, key=f"refund-{amount}")
        assert ok(reply)["status"] == status
        assert do(client, payment_id, "refund", {"amount": amount, "reason": "too big"}, key=f"refund-{amount}").replayed
    assert_problem(do(client, payment_id, "refund", {"amount": 20.01}), 409, "amount_exceeds_captured")
    assert ok(do(client, payment_id, "refund"))["status"] == "refunded"
    refunds = payments.walk(client, f"/payments/{payment_id}/refunds")
    assert [(one["amount"], one["status"]) for one in refunds] == [(20, "succeeded"), (30, "succeeded"), (20, "succeeded")]
    assert [one["kind"] for one in attempts_of(client, payment_id)] == ["authorize", "capture"] + ["refund"] * 3
    assert peer.effects == {"authorize": 1, "capture": 1, "void": 0, "refund": 3}


def test_money_that_is_held_is_let_go(client, kit, peer):
    first, _ = process(client, kit.good, capture_method="manual")
    assert ok(do(client, first, "cancel", {"reason": "changed my mind"}, key="c"))["status"] == "canceled"
    assert do(client, first, "cancel", {"reason": "changed my mind"}, key="c").replayed
    second, _ = process(client, kit.good, capture_method="manual")
    assert ok(client.delete(f"/payments/{second}"))["status"] == "canceled"
    assert_problem(do(client, first, "capture"), 409, "invalid_state")
    assert (peer.effects["void"], peer.effects["capture"]) == (2, 0)


def test_a_payment_that_nobody_paid_is_canceled_without_the_provider(client, peer):
    payment = payments.create(client)
    assert ok(do(client, payment["id"], "cancel"))["status"] == "canceled"
    assert peer.state()["requests"] == 0


def test_an_order_is_undone_whatever_became_of_its_payments(client, kit, peer):
    order_id = payments.new_order()
    for method in ("automatic", "manual"):
        process(client, kit.good, capture_method=method, order_id=order_id)
    payments.create(client, order_id=order_id)
    reply = client.post(f"/payments/refund-by-order/{order_id}", key="undo")
    assert sorted(one["status"] for one in ok(reply)["payments"]) == ["canceled", "canceled", "refunded"]
    again = client.post(f"/payments/refund-by-order/{order_id}", key="undo")
    assert again.replayed and again.json == reply.json
    assert (peer.effects["void"], peer.effects["refund"]) == (1, 1)


def test_a_capture_that_is_declined_leaves_the_payment_authorized(client, kit, peer):
    payment_id, _ = process(client, kit.good, capture_method="manual")
    if kit.name == "stripe":
        peer.faults({"on": kit.verbs["capture"], "kind": "status:402"})
    else:  # the authorization has run out there
        order, = peer.charges
        peer.payer(order["authorizations"][0], "expire")
    assert_problem(do(client, payment_id, "capture", key="c"), 402, "card_declined")
    payment = payments.get(client, payment_id)
    assert payment["status"] == "authorized" and payment["last_error"]["code"] == "card_declined"
    assert last_attempt(client, payment_id)["outcome"] == "declined"
    assert do(client, payment_id, "capture", key="c").replayed


# ---- at the provider's page ----


def at_the_page(client, kit, key=None, **fields):
    payment_id, reply = process(client, kit.by_page, key=key, **fields)
    payment = ok(reply)
    assert payment["status"] == "requires_action" and payment["is_paid"] is False
    assert payment["next_action"]["type"] == "redirect" and payment["next_action"]["url"].startswith("http")
    assert reply.header("Location") == f"/payments/{payment_id}"
    return payment


@pytest.mark.parametrize("method, status", [("automatic", "paid"), ("manual", "authorized")])
def test_a_payer_approves_and_comes_back(client, kit, peer, method, status):
    payment = at_the_page(client, kit, key="go", capture_method=method)
    back = leave_page(client, peer, payment, "approve")
    assert (back.status, back.header("Location")) == (303, f"{SHOP}&payment_id={payment['id']}&status={status}")
    done = payments.get(client, payment["id"])
    assert (done["status"], done["next_action"]) == (status, None)
    again = pay(client, payment["id"], kit.by_page, key="go")
    assert again.replayed and again.json["status"] == "requires_action", "the key answers what it answered"
    assert statuses(client, payment["id"]) == [("created", "pending"), ("processing", "processing"),
                                               ("requires_action", "requires_action"), (status, status)]


def test_a_payer_comes_back_twice_and_to_the_wrong_attempt(client, kit, peer):
    payment = at_the_page(client, kit)
    back = leave_page(client, peer, payment, "approve")
    path = "/" + peer.last_headers["location"].split("/", 3)[3]
    assert client.get(path).header("Location") == back.header("Location")
    other = client.get(f"/payments/{payment['id']}/return?attempt=attempt-99-1")
    assert other.status == 404 and b"12.34" not in other.body and SHOP.encode() not in other.body


def test_a_payer_of_a_shop_without_a_page_gets_one(client, kit, peer):
    payment = payments.create(client, 12.34)
    reply = pay(client, payment["id"], kit.by_page, return_url=None)
    assert ok(reply)["status"] == "requires_action"
    back = leave_page(client, peer, reply.json, "approve")
    assert back.status == 200 and back.header("Content-Type").startswith("text/html")
    for secret in (b"12.34", str(payment["order_id"]).encode(), kit.page_of(reply.json).encode()):
        assert secret not in back.body
    assert status_of(client, payment["id"]) == "paid"


def test_a_payer_fails_and_tries_again(client, kit, peer):
    payment = at_the_page(client, kit)
    back = leave_page(client, peer, payment, "fail" if kit.name == "stripe" else "decline")
    assert back.header("Location").endswith("&status=pending")
    assert payments.get(client, payment["id"])["last_error"]["code"] == "card_declined"
    again = ok(pay(client, payment["id"], kit.by_page))
    assert again["status"] == "requires_action" and again["next_action"]["url"] != payment["next_action"]["url"]
    assert leave_page(client, peer, again, "approve").header("Location").endswith("&status=paid")


def test_a_payer_who_pays_with_something_else_pays_once(client, kit, peer):
    payment = at_the_page(client, kit)
    assert ok(pay(client, payment["id"], kit.good))["status"] == "paid"
    assert len(peer.charges) == 1


def test_what_is_asked_again_at_the_page_changes_nothing(client, kit):
    payment = at_the_page(client, kit)
    again = ok(pay(client, payment["id"], kit.by_page))
    assert (again["status"], again["next_action"], again["version"]) == ("requires_action", payment["next_action"],
                                                                         payment["version"])


def test_a_cancel_while_the_payer_is_away_leaves_nothing_to_approve(client, kit, peer):
    payment = at_the_page(client, kit)
    assert_problem(do(client, payment["id"], "refund"), 409, "invalid_state")
    assert ok(do(client, payment["id"], "cancel"))["status"] == "canceled"
    leave_page(client, peer, payment, "approve")
    assert status_of(client, payment["id"]) == "canceled" and peer.charges == []


def test_an_approval_that_nobody_told_is_found_before_the_cancel(client, kit, peer):
    """The payer has paid, and the shop cancels: the truth is looked up first, and a paid payment is no cancel's."""
    payment = at_the_page(client, kit)
    peer.payer(kit.page_of(payment), "approve")
    assert_problem(do(client, payment["id"], "cancel"), 409, "invalid_state")
    assert status_of(client, payment["id"]) == "paid"


# ---- what takes its time ----


def test_slow_money_is_processing_until_it_is_there(client, kit, peer, service):
    payment_id, reply = process(client, kit.in_time, key="slow")
    assert (ok(reply)["status"], reply.json["is_paid"]) == ("processing", False)
    assert reply.header("Location") == f"/payments/{payment_id}"
    attempt = last_attempt(client, payment_id)
    assert (attempt["outcome"], attempt["needs_attention"]) == ("pending", False) and attempt["next_look_at"]
    assert_problem(pay(client, payment_id, kit.in_time, key="slow"), 409, "idempotency_key_in_use")
    assert_problem(do(client, payment_id, "cancel"), 409, "invalid_state")
    what = attempt["provider_reference"]
    if kit.name == "paypal":
        order = peer.call("GET", f"/v2/checkout/orders/{what}")[1]
        what = order["purchase_units"][0]["payments"]["captures"][0]["id"]
    peer.payer(what, "approve")
    assert ok(pay(client, payment_id, kit.in_time))["status"] == "paid", "an action asks on the spot"
    assert pay(client, payment_id, kit.in_time, key="slow").replayed


@pytest.mark.parametrize("outcome, refund, status", [("approve", "succeeded", "partially_refunded"),
                                                     ("fail", "failed", "paid")])
def test_a_refund_that_takes_time_counts_when_it_is_known(client, kit, peer, outcome, refund, status):
    source = {"type": "card", "token": "pm_card_pendingRefund"} if kit.name == "stripe" else kit.good
    if kit.name == "paypal":
        peer.refunds_take_time()
    payment_id, _ = process(client, source, 100)
    reply = do(client, payment_id, "refund", {"amount": 40}, key="r")
    assert (ok(reply)["status"], reply.json["refunded_amount"]) == ("paid", 0)
    row, = payments.walk(client, f"/payments/{payment_id}/refunds")
    assert (row["amount"], row["status"]) == (40, "pending")
    assert_problem(do(client, payment_id, "refund", {"amount": 60.01}), 409)
    assert_problem(do(client, payment_id, "refund", {"amount": 40}, key="r"), 409, "idempotency_key_in_use")
    peer.payer(peer.state()["refunds"][0]["id"], outcome)
    assert ok(pay(client, payment_id, source))["status"] == status, "an action asks on the spot"
    assert payments.walk(client, f"/payments/{payment_id}/refunds")[0]["status"] == refund
    again = do(client, payment_id, "refund", {"amount": 40}, key="r")
    assert again.replayed and again.status == (200 if outcome == "approve" else 402)


# ---- webhooks ----


def hook(service, kit):
    return f"http://127.0.0.1:{service.port}/providers/{kit.name}/webhook"


def test_a_webhook_brings_the_look_forward_and_repeats_change_nothing(client, kit, peer, service):
    payment = at_the_page(client, kit)
    about = kit.page_of(payment)
    receiver, kind = hook(service, kit), WEBHOOKS[kit.name]
    early = peer.webhook(receiver, kind, about)
    assert early["statuses"] == [200], "out of order: nothing has happened yet, and nothing is believed"
    assert status_of(client, payment["id"]) == "requires_action"
    peer.payer(about, "approve")
    assert peer.webhook(receiver, kind, about, forge=True)["statuses"] == [400]
    assert peer.webhook(receiver, kind, about, times=3)["statuses"] == [200, 200, 200]
    eventually(lambda: status_of(client, payment["id"]) == "paid", 5)
    version = payments.get(client, payment["id"])["version"]
    assert peer.webhook(receiver, kind, about, event_id=early["event_id"], times=2)["statuses"] == [200, 200]
    assert payments.get(client, payment["id"])["version"] == version
    assert peer.effects["capture"] == 1


def test_a_webhook_that_lies_about_the_state_is_looked_after(client, kit, peer, service):
    """It is a hint, not a truth: signed well, it says that what nobody has approved is paid."""
    payment = at_the_page(client, kit)
    lie = ({"id": kit.page_of(payment), "object": "payment_intent", "status": "succeeded",
            "metadata": {"payment_id": str(payment["id"])}} if kit.name == "stripe" else
           {"id": kit.page_of(payment), "status": "COMPLETED", "custom_id": str(payment["id"])})
    before = peer.state()["requests"]
    assert peer.webhook(hook(service, kit), WEBHOOKS[kit.name], kit.page_of(payment), object=lie)["statuses"] == [200]
    eventually(lambda: peer.state()["requests"] > before)
    assert status_of(client, payment["id"]) == "requires_action"


def test_webhooks_about_nothing_of_ours_are_taken_and_forgotten(client, kit, peer, service):
    for number, about in itertools.product(("999999", "x", "-1", ""), ("charge.updated", "unheard.of")):
        thing = {"metadata": {"payment_id": number}, "custom_id": number}
        assert peer.webhook(hook(service, kit), about, "x", object=thing)["statuses"] == [200]
    for body in (b"", b"{", b"[]", b"null", b"\xff" * 100):
        assert client.send("POST", f"/providers/{kit.name}/webhook", body,
                           {"Content-Type": "application/json"}).status in (400, 415)
    other = "paypal" if kit.name == "stripe" else "stripe"
    assert_problem(client.post(f"/providers/{other}/webhook", {}), 404, "not_found")
    assert_problem(client.post("/providers/adyen/webhook", {}), 404, "not_found")


# ---- what is shown ----


def test_attempts_are_listed_by_what_became_of_them(client, kit, peer):
    done, _ = process(client, kit.good)
    declined, _ = process(client, kit.declined)
    waiting, _ = process(client, kit.in_time)
    every = payments.walk(client, "/attempts")
    assert [one["payment_id"] for one in every] == [waiting, declined, done]
    for outcome, payment_id in (("succeeded", done), ("declined", declined), ("pending", waiting)):
        assert [one["payment_id"] for one in payments.walk(client, f"/attempts?outcome={outcome}")] == [payment_id]
    assert len(payments.walk(client, f"/attempts?provider={kit.name}", limit=1)) == 3
    assert payments.walk(client, "/attempts?provider=simulator") == []
    assert payments.walk(client, "/attempts?needs_attention=true") == []
    assert len(payments.walk(client, "/attempts?needs_attention=false")) == 3
    for wrong in ("outcome=odd", "needs_attention=7", "limit=0", "cursor=x"):
        assert_problem(client.get(f"/attempts?{wrong}"), 400, "invalid_request")


def test_providers_are_shown_without_secrets(client, kit, peer):
    process(client, kit.good)
    shown = provider(client, kit.name)
    assert (shown["state"], shown["at_once"], shown["in_flight"], shown["waiting"]) == ("up", False, 0, 0)
    assert (shown["deadline_ms"], shown["concurrency"], shown["last_error"]) == (1000, 256, None)
    assert peer.url not in client.get("/providers").body.decode()
