"""What changes for clients that are there, and for payments made before any was (issue: the shop); and who is let in
where none is asked for a key: programs, and pages of no other site.

Method: the operator's commands run beside a service; what they change is waited for, a second at most.
"""

import json

import pytest
from support.operators import SECOND, add_client, clients, keys_in, knows, lets_in, new_key
from support.payments import assert_problem, card, create, get, new_order, ok, paid, process, walk
from support.receiver import Receiver
from support.service import run, verify
from support.waiting import eventually


@pytest.fixture
def service(launch):
    return launch("--log-level", "debug")


def test_where_a_client_is_told_can_be_changed_and_its_key_stays(service, database):
    with Receiver() as old, Receiver() as new:
        key = add_client(database, "alpha", old.url + "/old")
        knows(service, key)
        client = service.client(key=key)
        paid(client)
        assert [one.path for one in old.received] == ["/old"]
        done = clients(database, "set", "alpha", "--notify-url", new.url + "/new", "--notify-style", "event")
        assert done.returncode == 0 and not keys_in(done.stdout + done.stderr), done
        assert new.url in clients(database, "list").stdout

        def told_there():
            paid(client)
            return new.received

        eventually(told_there, SECOND)
        assert {(one.method, one.path) for one in new.received} == {("POST", "/new")}
        assert clients(database, "set", "alpha", "--notify-style", "store-manager").returncode == 0
        eventually(lambda: told_there()[-1].method == "PUT", SECOND)
        assert new.received[-1].path == "/new", "what is not named stays"
        assert clients(database, "set", "alpha", "--no-notify").returncode == 0

        def told_nowhere():
            return not walk(client, f"/notifications?payment_id={paid(client)['id']}")

        eventually(told_nowhere, SECOND)
        count = len(old.received) + len(new.received)
        paid(client)
        assert len(old.received) + len(new.received) == count
        assert lets_in(service, key)


def test_a_password_of_a_receiver_is_not_taken_from_the_command_line(service, database):
    with Receiver() as shop:
        url = f"http://shop:hunter22@127.0.0.1:{shop.port}/told"
        for arguments in (["add", "alpha", "--notify-url", url],):
            done = clients(database, *arguments)
            said = done.stdout + done.stderr
            assert (done.returncode, len(said.splitlines())) == (2, 1) and "PAYMENT_NOTIFY_URL" in said, done
            assert "hunter22" not in said
        key = new_key(run("clients", "add", "alpha", env=database.env | {"PAYMENT_NOTIFY_URL": url}))
        knows(service, key)
        assert clients(database, "set", "alpha", "--notify-url", url).returncode == 2
        paid(service.client(key=key))
        assert shop.received[0].headers["Authorization"].startswith("Basic ")
        assert "hunter22" not in clients(database, "list").stdout


@pytest.mark.parametrize("command", ["add", "set"])
def test_payments_of_nobody_become_a_clients(service, database, command):
    before = [create(service.client())["id"], paid(service.client())["id"]]
    key, path = add_client(database, "beta"), f"/payments/{before[0]}"
    knows(service, key)
    own = create(service.client(key=key))["id"]
    assert_problem(service.client(key=key).get(path), 404, "not_found")
    if command == "add":
        mine = new_key(clients(database, "add", "alpha", "--adopt"))
    else:
        mine = add_client(database, "alpha")
        done = clients(database, "set", "alpha", "--adopt")
        assert done.returncode == 0 and not keys_in(done.stdout + done.stderr), done
    eventually(lambda: lets_in(service, mine), SECOND)
    alpha, beta = service.client(key=mine), service.client(key=key)
    assert get(alpha, before[0])["client"] == "alpha"
    assert [row["id"] for row in walk(alpha, "/payments")] == sorted(before, reverse=True)
    assert [row["id"] for row in walk(beta, "/payments")] == [own], "what has an owner keeps it"
    ok(process(alpha, before[0]))
    ok(alpha.post(f"/payments/{before[1]}/refund"))
    assert get(alpha, before[0])["is_paid"] is True
    assert_problem(beta.get(path), 404, "not_found")
    again = clients(database, "set", "alpha", "--adopt")
    assert again.returncode == 0, "there is nothing left to adopt, which is no error"
    assert verify(database).returncode == 0


def test_the_log_says_when_the_door_closes_and_when_it_opens(service, database):
    key = add_client(database, "alpha")
    knows(service, key)
    eventually(lambda: "there are clients now" in service.said, SECOND)
    assert service.client().get("/payments").status == 401
    eventually(lambda: "without an API key" in service.said, SECOND)
    removed = clients(database, "remove", "alpha")
    assert removed.returncode == 0 and "last one" in removed.stdout, removed
    eventually(lambda: "the last client is gone" in service.said, SECOND)


ANOTHER = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


def test_pages_of_other_sites_change_nothing_in_an_open_service(service, database):
    """A browser runs anybody's pages on the machine whose loopback is trusted."""
    client = service.client()
    payment = create(client)
    body, number, path = json.dumps({"user_id": 1, "order_id": 1, "total_amount": 5}), payment["order_id"], "/payments"
    before = get(client, payment["id"])
    for reply in (client.post(path, body, ANOTHER), client.post(path, body, {"Sec-Fetch-Site": "cross-site"}),
                  client.post(f"{path}/{payment['id']}/process", card(), ANOTHER),
                  client.post(f"/payments-api/payments/process/{payment['id']}", card(), ANOTHER),
                  client.post(f"{path}/cancel-by-order/{number}", None, ANOTHER),
                  client.delete(f"{path}/{payment['id']}", ANOTHER), client.post("/notifications/1/retry", None, ANOTHER)):
        assert_problem(reply, 401, "unauthorized")
    assert get(client, payment["id"]) == before and len(walk(client, path)) == 1
    assert client.get(path, ANOTHER).header("Access-Control-Allow-Origin") is None, "nor can they read"
    key = add_client(database, "alpha")
    knows(service, key)
    assert service.client(key=key).post(path, body, ANOTHER).status == 201, "no browser sends a key by itself"


def test_nor_where_they_come_in_under_a_name(launch):
    client = launch("--anonymous-client", "campus").client()
    assert_problem(client.post("/payments", {"user_id": 1, "order_id": 1, "total_amount": 5}, ANOTHER), 401)


def test_its_own_page_and_programs_may(service):
    host = f"127.0.0.1:{service.port}"
    for headers in ({"Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"},
                    {"Origin": f"http://{host}"}, {}):
        body = {"user_id": 1, "order_id": new_order(), "total_amount": 5}
        assert service.client().post("/payments", body, headers).status == 201, headers
