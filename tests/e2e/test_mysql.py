"""MySQL itself: the whole life of a payment once, replays, lists, a restart, two instances. A smaller set: the suites
run on SQLite and MariaDB.

Method: MySQL 9 from Debian sid in a chroot, users of caching_sha2_password, with and without TLS to the database.
"""

import pytest
from support.payments import DECLINED, create, get, ok, order, paid, process, walk
from support.service import Service, run, verify
from support.stores import OnServer


@pytest.fixture
def database(mysql_server):
    return OnServer("mysql", mysql_server)


def test_a_whole_life_over_a_restart(database, tmp_path):
    service = Service(database, tmp_path)
    with service:
        client = service.client()
        body = order(100, capture_method="manual", metadata={"é": "ü😀"}, description="été 😀")
        created = client.post("/payments", body, key="Key")
        assert created.status == 201 and created.json["id"] == 1
        assert client.post("/payments", order(), key="key").json["id"] == 2, "keys have case"
        assert process(client, 1, DECLINED).status == 402
        assert ok(process(client, 1))["status"] == "authorized"
        assert ok(client.post("/payments/1/capture", {"amount": 80}))["status"] == "paid"
        assert ok(client.post("/payments/1/refund", {"amount": 30.5}))["refunded_amount"] == 30.5
        assert client.post("/payments/1/refund", {"amount": 50}).status == 409
        before = [client.get(f"/payments/1{rest}").body for rest in ("", "/events", "/refunds", "/attempts")]
    service.start()
    with service:
        client = service.client()
        assert [client.get(f"/payments/1{rest}").body for rest in ("", "/events", "/refunds", "/attempts")] == before
        again = client.post("/payments", body, key="Key")
        assert again.replayed and again.body == created.body
        assert create(client)["id"] == 3
        assert [payment["id"] for payment in walk(client, "/payments", 1)] == [3, 2, 1]
        assert [payment["id"] for payment in walk(client, "/payments?status=partially_refunded")] == [1]
    assert verify(database).returncode == 0


@pytest.mark.parametrize("options", ["tls=off", "tls=on", "tls=verify&ca={ca}"])
def test_the_connection_is_as_safe_as_asked_for(database, mysql_server, tmp_path, options):
    database.env["DATABASE_URL"] = f"{database.url}?{options.format(ca=mysql_server.ca)}"
    with Service(database, tmp_path) as service:
        assert paid(service.client())["id"] == 1
    assert verify(database).returncode == 0


def test_another_ca_is_not_trusted(database, tmp_path):
    done = run("migrate", env={"DATABASE_URL": f"{database.url}?tls=verify"}, timeout=40)
    assert done.returncode == 1 and len((done.stdout + done.stderr).splitlines()) == 1, done
    assert database.server.password not in done.stdout + done.stderr


def test_two_instances_show_one_truth(database, tmp_path):
    with Service(database, tmp_path) as one, Service(database, tmp_path) as other:
        first, second = one.client(), other.client()
        for turn in range(20):
            payment = create(first, key=f"k{turn}")
            assert get(second, payment["id"]) == payment
            assert ok(process(second, payment["id"]))["is_paid"] is True
            assert get(first, payment["id"])["status"] == "paid"
    assert verify(database).returncode == 0
