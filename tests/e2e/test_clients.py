"""Several applications (issue: the shop): keys, who sees what, who is told where, and who may come in at all.

Method: the operator's commands run beside a service; what they change is waited for, a second at most. Two clients then
try everything on each other's payments.
"""

import base64
import hashlib
import itertools

import pytest
from support.client import Client
from support.operators import SECOND, add_client, add_key, asks_for_a_key, bearer, clients, knows, lets_in
from support.payments import assert_problem, card, create, get, new_order, ok, paid, process, walk
from support.receiver import Receiver
from support.service import Service, run
from support.waiting import eventually

_names = itertools.count(1)


def new_name():
    return f"shop-{next(_names)}"


@pytest.fixture
def service(launch):
    return launch("--log-level", "debug")


@pytest.fixture
def two(service, database):
    """Two applications on one service, each with its key in every request."""
    keys = [add_client(database, new_name()) for _ in range(2)]
    knows(service, *keys)
    return [service.client(key=key) for key in keys]


def test_the_first_client_closes_the_service_and_the_last_opens_it(service, database):
    """On loopback, that is; on every address see below."""
    payment = create(service.client())
    key = add_client(database, "alpha")
    eventually(lambda: asks_for_a_key(service), SECOND)
    assert lets_in(service, key)
    assert_problem(service.client(key=key).get(f"/payments/{payment['id']}"), 404, "not_found")
    assert clients(database, "remove", "alpha").returncode == 0
    eventually(lambda: not asks_for_a_key(service), SECOND)
    assert get(service.client(), payment["id"])["client"] is None


def test_keys_come_and_go_while_it_runs(service, database):
    old = add_client(database, "alpha")
    knows(service, old)
    new = add_key(database, "alpha")
    assert new != old
    eventually(lambda: lets_in(service, new), SECOND)
    assert lets_in(service, old), "two at once make a rotation"
    payment = create(service.client(key=old))
    assert get(service.client(key=new), payment["id"]) == payment
    assert clients(database, "remove-key", "alpha").returncode == 0
    eventually(lambda: not lets_in(service, old), SECOND)
    assert lets_in(service, new), "the older one went"
    newest = add_key(database, "alpha")
    which = hashlib.sha256(new.encode()).hexdigest()[:8]
    assert which in clients(database, "list").stdout
    assert clients(database, "remove-key", "alpha", which).returncode == 0
    eventually(lambda: not lets_in(service, new), SECOND)
    eventually(lambda: lets_in(service, newest), SECOND)
    assert clients(database, "remove", "alpha").returncode == 0
    assert "alpha" not in clients(database, "list").stdout
    other = add_client(database, "beta")
    knows(service, other)
    assert not lets_in(service, newest)


def test_a_key_is_shown_once_and_stored_nowhere(service, database):
    keys = [add_client(database, "alpha", "http://127.0.0.1:1/told"), add_key(database, "alpha")]
    knows(service, *keys)
    for key in keys:
        ok(Client(service.port, 15, {"X-Api-Key": key}).get("/payments"))
        service.client(key=key).post("/payments", {"user_id": 0})
    listed = clients(database, "list")
    assert "alpha" in listed.stdout and "http://127.0.0.1:1/told" in listed.stdout
    stored = database.everything()
    assert b"alpha" in stored
    for key in keys:
        random = base64.urlsafe_b64decode(key.removeprefix("pay_") + "=")
        assert len(random) == 32, "256 bits"
        for form in (key, key[4:], random.hex()):
            assert form not in listed.stdout + service.said and form.encode() not in stored
        assert random not in stored


MISTAKES = [["add"], ["add", ""], ["add", "a b"], ["add", "x" * 65], ["add", "é"], ["add", "there"],
            ["add", "a", "--notify-url", "nonsense"], ["add", "a", "--notify-url", "ftp://x/y"],
            ["add", "a", "--notify-style", "pigeon"], ["set"], ["set", "there"], ["set", "nobody", "--no-notify"],
            ["set", "there", "--notify-url", "nonsense"], ["set", "there", "--notify-style", "pigeon"],
            ["set", "there", "--notify-url", "http://a/b", "--no-notify"], ["add-key"], ["add-key", "nobody"], ["remove-key"],
            ["remove-key", "nobody"], ["remove-key", "there"], ["remove-key", "there", "00000000"], ["remove"],
            ["remove", "nobody"], ["frobnicate"], []]


def test_what_operators_get_wrong_is_one_line(database):
    add_client(database, "there")
    before = clients(database, "list").stdout
    for arguments in MISTAKES:
        done = clients(database, *arguments)
        said = (done.stdout + done.stderr).splitlines()
        assert (done.returncode, len(said)) == (2, 1), (arguments, done)
    assert clients(database, "list").stdout == before


def test_a_request_without_a_good_key_is_401(two, service):
    good = two[0]
    payment = create(good)
    wrong = [{}, bearer("pay_" + "A" * 43), bearer(""), {"X-Api-Key": "x" * 5000}, {"X-Api-Key": ""},
             {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}]
    for headers in wrong:
        for method, path in (("GET", f"/payments/{payment['id']}"), ("GET", "/payments"), ("POST", "/payments"),
                             ("POST", f"/payments/process/{payment['id']}"), ("DELETE", f"/payments/{payment['id']}"),
                             ("GET", "/notifications"), ("POST", "/payments-api/payments")):
            reply = service.client().send(method, path, b"{}" if method == "POST" else None, headers)
            if reply.status != 429:  # too many wrong ones: see below
                assert_problem(reply, 401, "unauthorized")
                assert "Bearer" in reply.header("WWW-Authenticate")
    for path in ("/", "/health/live", "/health/ready", "/health-check", "/metrics", "/openapi.json", "/docs"):
        assert service.client().get(path).status == 200, path
    assert get(good, payment["id"]) == payment


def test_both_forms_of_a_key(service, database):
    key = add_client(database, "alpha")
    knows(service, key)
    for headers in (bearer(key), {"X-Api-Key": key}, {"authorization": f"bearer {key}"}, {"x-api-key": key}):
        assert service.client().get("/payments", headers).status == 200, headers


def test_anothers_payment_is_not_there(two):
    mine, other = two
    payment = paid(mine, 100)
    ok(mine.post(f"/payments/{payment['id']}/refund", {"amount": 1}))
    before = get(mine, payment["id"])
    number, path = payment["order_id"], f"/payments/{payment['id']}"
    for name in ("", "/events", "/refunds", "/attempts"):
        ok(mine.get(path + name))
        strange, missing = other.get(path + name), other.get("/payments/987654321" + name)
        assert_problem(strange, 404, "not_found")
        assert strange.json["detail"].replace(str(payment["id"]), "987654321") == missing.json["detail"]
    for verb, body in (("process", card()), ("capture", {}), ("cancel", {}), ("refund", {"amount": 1})):
        assert_problem(other.post(f"{path}/{verb}", body), 404, "not_found")
        assert_problem(other.post(f"{path}/{verb}", body, key="k" + verb), 404, "not_found")
    for alias in (f"/payments/process/{payment['id']}", f"/payments-api{path}",
                  f"/payments-api/payments/process/{payment['id']}"):
        assert_problem(other.post(alias, card()), 404, "not_found")
    assert_problem(other.get(f"/payments-api{path}"), 404)
    assert_problem(other.delete(path), 404, "not_found")
    for word in ("cancel", "refund"):
        assert ok(other.post(f"/payments/{word}-by-order/{number}")) == {"order_id": number, "payments": []}
    assert get(mine, payment["id"]) == before


def test_lists_show_what_is_ones_own(two):
    number, made = new_order(), [[], []]
    for turn in range(12):
        made[turn % 2].append(create(two[turn % 2], order_id=number)["id"])
    names = [get(client, ids[0])["client"] for client, ids in zip(two, made)]
    assert names[0] != names[1] and all(names)
    for client, ids, name, stranger in zip(two, made, names, reversed(names)):
        for path in ("/payments", f"/payments?order_id={number}", "/payments?status=pending", "/payments?user_id=1",
                     f"/payments?client={name}"):
            assert [payment["id"] for payment in walk(client, path, 4)] == sorted(ids, reverse=True), path
        assert walk(client, f"/payments?client={stranger}") == []
    page = ok(two[0].get("/payments?limit=2"))
    assert_problem(two[1].get(f"/payments?limit=2&cursor={page['next_cursor']}"), 400, "invalid_request")


def test_idempotency_keys_are_each_clients_own(two):
    mine, other = two
    body = {"user_id": 1, "order_id": new_order(), "total_amount": 5}
    first = mine.post("/payments", body, key="same")
    second = other.post("/payments", body | {"total_amount": 6}, key="same")
    assert (first.status, second.status) == (201, 201)
    assert first.json["id"] != second.json["id"] and not second.replayed
    assert mine.post("/payments", body, key="same").body == first.body
    undone = [client.post(f"/payments/cancel-by-order/{body['order_id']}", key="undo") for client in two]
    assert [[payment["id"] for payment in ok(reply)["payments"]] for reply in undone] == [[first.json["id"]],
                                                                                          [second.json["id"]]]


def test_each_is_told_at_its_own_url_in_its_own_style(service, database):
    with Receiver() as one, Receiver() as other:
        keys = [add_client(database, "alpha", one.url + "/api/{order_id}"),
                add_client(database, "beta", other.url + "/hook", "event"), add_client(database, "gamma")]
        knows(service, *keys)
        alpha, beta, gamma = (service.client(key=key) for key in keys)
        told = paid(alpha)
        assert [(one_.method, one_.path) for one_ in one.received] == [("PUT", f"/api/{told['order_id']}")]
        assert one.bodies() == [{"order_id": told["order_id"], "is_paid": True, "payment_id": told["id"]}]
        event = paid(beta, 50)
        ok(beta.post(f"/payments/{event['id']}/refund", {"amount": 20}))
        eventually(lambda: len(other.received) == 2)
        assert {(one_.method, one_.path) for one_ in other.received} == {("POST", "/hook")}
        events = ok(beta.get(f"/payments/{event['id']}/events"))["data"]
        assert [body["id"] for body in other.bodies()] == [row["id"] for row in events[1:]]
        for body, row in zip(other.bodies(), events[1:]):
            assert set(body) == set(row) and body["type"] == row["type"] and body["created_at"] == row["created_at"]
            assert set(body["data"]) == set(row["data"])
            assert body["data"]["status"] == row["data"]["status"] and body["data"]["version"] == row["data"]["version"]
        paid(gamma)
        assert len(one.received) == 1 and len(other.received) == 2
        ids = [[row["id"] for row in walk(client, "/notifications")] for client in (alpha, beta, gamma)]
        assert [len(rows) for rows in ids] == [1, 2, 0]
        assert {row["client"] for row in walk(alpha, "/notifications")} == {"alpha"}
        assert_problem(beta.post(f"/notifications/{ids[0][0]}/retry"), 404)
        assert walk(beta, f"/notifications?payment_id={told['id']}") == []


def test_an_event_receiver_is_judged_by_its_status(launch, database):
    service = launch("--notify-schedule", "100ms*100")
    with Receiver(lambda handler, _: handler.answer(204, b"")) as hook:
        key = add_client(database, "alpha", hook.url, "event")
        knows(service, key)
        client = service.client(key=key)
        paid(client)
        eventually(lambda: len(walk(client, "/notifications?status=delivered")) == 1)
        hook.behaviour = lambda handler, _: handler.answer(404, b"")
        paid(client)
        eventually(lambda: walk(client, "/notifications?status=pending")[0]["attempts"] >= 2)


def test_unmodified_shops_come_in_under_a_name(launch, database):
    with Receiver() as shop:
        service = launch("--anonymous-client", "campus", env={"STORE_MANAGER_ORDERS_URL": shop.url})
        key = add_client(database, "alpha")
        eventually(lambda: not lets_in(service, "pay_" + "B" * 43), SECOND)
        anonymous, alpha = service.client(), service.client(key=key)
        payment = paid(anonymous)
        assert payment["client"] == "campus"
        assert shop.bodies() == [{"order_id": payment["order_id"], "is_paid": True, "payment_id": payment["id"]}]
        assert_problem(alpha.get(f"/payments/{payment['id']}"), 404)
        strange = create(alpha)
        assert_problem(anonymous.get(f"/payments/{strange['id']}"), 404)
        process(alpha, strange["id"])
        assert len(shop.received) == 1, "the shop is not alpha's"


def test_wrong_keys_are_slowed_down_and_a_right_one_is_not(service, database):
    key = add_client(database, "alpha")
    knows(service, key)
    wrong = [f"pay_{number:043d}" for number in range(300)]
    seen = []
    for attempt in wrong:
        seen.append(service.client(key=attempt).get("/payments"))
        if seen[-1].status == 429:
            break
    assert_problem(seen[-1], 429, "rate_limited")
    assert int(seen[-1].header("Retry-After")) >= 1
    assert {reply.status for reply in seen[:-1]} == {401} and len(seen) > 3, "a few mistakes are forgiven"
    assert lets_in(service, key), "a gateway's address is shared"
    assert not any(attempt in service.said or attempt[4:] in service.said for attempt in wrong[:len(seen)])
    assert "key" in service.said and "127.0.0.1" in service.log.read_text()
    assert service.said.count("\n") < 50 + 3 * len(seen)


def test_who_may_listen_on_every_address(database, tmp_path):
    done = run("serve", "--listen", "0.0.0.0:0", env=database.env)
    said = (done.stdout + done.stderr).splitlines()
    assert (done.returncode, len(said)) == (2, 1), done
    assert "--open" in said[0] and "clients add" in said[0]
    with Service(database, tmp_path, "--open", host="0.0.0.0") as service:
        assert service.client().get("/payments").status == 200
        key = add_client(database, "alpha")
        eventually(lambda: asks_for_a_key(service), SECOND)
    with Service(database, tmp_path, host="0.0.0.0") as service:
        assert asks_for_a_key(service) and lets_in(service, key)
        assert clients(database, "remove", "alpha").returncode == 0
        eventually(lambda: not lets_in(service, key), SECOND)
        assert asks_for_a_key(service), "never open by itself"
    with Service(database, tmp_path, env={"PAYMENT_OPEN": "true"}, host="0.0.0.0") as service:
        assert service.client().get("/payments").status == 200
