"""`verify` (api.md, "The program"): 0 on what the service wrote, 1 after anything was altered.

Method: every kind of payment is made through the API; then one value is altered past the service, straight in the
tables, one alteration a case.
"""

import re
import shutil
import threading
import uuid

import pytest
from support.payments import DECLINED, authorized, canceled, captured, create, new_order, paid, process, refunded
from support.service import Service, run, verify
from support.stores import OnServer, Sqlite


def lead_lives(service):
    client = service.client()
    create(client, key="created")
    process(client, create(client)["id"], DECLINED, key="declined")
    for make in (paid, authorized, canceled, captured, refunded, lambda c: refunded(c, 100, 30),
                 lambda c: captured(c, 100, 30)):
        make(client)
    client.post(f"/payments/refund-by-order/{new_order()}", key="order")
    client.delete(f"/payments/{captured(client, 100, 60)['id']}")


def test_a_good_database_verifies_with_counts(database, tmp_path):
    with Service(database, tmp_path) as service:
        lead_lives(service)
        beside = verify(database)
        assert beside.returncode == 0, beside
    done = verify(database)
    assert done.returncode == 0, done
    numbers = [int(text) for text in re.findall(r"\b\d+\b", done.stdout)]
    assert 10 in numbers, done.stdout  # payments
    assert int(database.sql("SELECT COUNT(*) FROM events")[0][0]) in numbers


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    database = Sqlite(folder)
    with Service(database, folder) as service:
        lead_lives(service)
    return database


ALTERED = {
    "amount": "UPDATE payments SET amount_minor = amount_minor + 1 WHERE id = {}",
    "owner": "UPDATE payments SET user_id = user_id + 1 WHERE id = {}",
    "order": "UPDATE payments SET order_id = order_id + 1 WHERE id = {}",
    "currency": "UPDATE payments SET currency = 'USD' WHERE id = {}",
    "status": "UPDATE payments SET status = CASE status WHEN 'paid' THEN 'refunded' ELSE 'paid' END WHERE id = {}",
    "captured": "UPDATE payments SET captured_minor = captured_minor + 1 WHERE id = {}",
    "refunded": "UPDATE payments SET refunded_minor = refunded_minor + 1 WHERE id = {}",
    "authorized": "UPDATE payments SET authorized_minor = authorized_minor + 1 WHERE id = {}",
    "version": "UPDATE payments SET version = version + 1 WHERE id = {}",
    "first event": "DELETE FROM events WHERE payment_id = {} AND sequence = 1",
    "last event": "DELETE FROM events WHERE payment_id = {0}"
    " AND sequence = (SELECT MAX(sequence) FROM events WHERE payment_id = {0})",
    "all events": "DELETE FROM events WHERE payment_id = {}", "row": "DELETE FROM payments WHERE id = {}",
    "event's status": "UPDATE events SET status = 'canceled' WHERE payment_id = {} AND sequence = 1",
    "event's amount": "UPDATE events SET captured_minor = captured_minor + 5 WHERE payment_id = {} AND sequence = 1"
}


def altered(good, tmp_path, statement):
    shutil.copy(good.path, tmp_path / "payments.db")
    database = Sqlite(tmp_path)
    assert verify(database).returncode == 0
    database.sql(statement)
    done = verify(database)
    assert done.returncode == 1, done
    return done


@pytest.mark.parametrize("what", ALTERED)
@pytest.mark.parametrize("payment", [1, 3, 5])
def test_any_alteration_is_seen_and_the_payment_named(good, tmp_path, what, payment):
    done = altered(good, tmp_path, ALTERED[what].format(payment))
    if what != "row":
        assert re.search(rf"\b{payment}\b", done.stdout + done.stderr), done


@pytest.mark.parametrize("statement", [
    "DELETE FROM refunds WHERE id = 1", "UPDATE refunds SET amount_minor = amount_minor + 1 WHERE id = 2",
    "INSERT INTO refunds SELECT id + 1000, payment_id, amount_minor, status, reason, created_at FROM refunds LIMIT 1",
    "UPDATE refunds SET payment_id = 999", "DELETE FROM events WHERE payment_id = 8 AND sequence = 2",
    "UPDATE idempotency_keys SET payment_id = 999 WHERE idem_key = 'created'",
    "UPDATE idempotency_keys SET sequence = 9 WHERE idem_key = 'declined'",
    "UPDATE attempts SET payment_id = 999 WHERE id = 1"
])
def test_refunds_keys_and_attempts_are_checked_too(good, tmp_path, statement):
    altered(good, tmp_path, statement)


@pytest.mark.parametrize("what", ["amount", "owner", "currency", "status", "last event"])
def test_alterations_are_seen_on_a_server_too(mariadb_server, tmp_path, what):
    database = OnServer("mariadb", mariadb_server)
    with Service(database, tmp_path) as service:
        lead_lives(service)
    assert verify(database).returncode == 0
    statement = ALTERED[what].format(3)
    if what == "last event":
        statement = "DELETE FROM events WHERE payment_id = 3 ORDER BY sequence DESC LIMIT 1"
    database.sql(statement)
    assert verify(database).returncode == 1


def test_verify_holds_while_the_service_writes(database, tmp_path):
    """It looks at one moment: what is written meanwhile is no contradiction."""
    with Service(database, tmp_path) as service:
        stop = threading.Event()

        def work():
            client = service.client()
            while not stop.is_set():
                refunded(client, 100, 30)
                create(client, key=str(uuid.uuid4()))

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        try:
            for _ in range(8):
                done = verify(database)
                assert done.returncode == 0, done
        finally:
            stop.set()
            for worker in workers:
                worker.join(20)


def test_verify_of_nothing_says_so(tmp_path):
    done = run("verify", "--database", f"sqlite:{tmp_path}/none.db")
    assert done.returncode in (1, 2) and len((done.stdout + done.stderr).splitlines()) == 1, done
    assert list(tmp_path.iterdir()) == []
