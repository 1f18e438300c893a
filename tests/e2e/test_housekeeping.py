"""What happens by itself once a minute: authorizations and forgotten payments expire, old keys go.

Method: times in the database are moved into the past while the service is down; the next start's first or second pass
must act on them. Waits at most a little more than a minute.
"""

import time

import pytest
from support.payments import authorized, create, get, order, walk
from support.service import Service, verify

DAY = 24 * 3600 * 1_000_000


@pytest.mark.slow
def test_what_is_over_expires_and_what_is_not_stays(sqlite, tmp_path):
    service = Service(sqlite, tmp_path, "--authorization-days", "7", "--pending-hours", "1")
    with service:
        client = service.client()
        held, waiting, fresh = authorized(client), create(client), authorized(client)
        body = order()
        first = client.post("/payments", body, key="old")
        assert client.post("/payments", body, key="old").replayed
    for table, column in (("payments", "id"), ("events", "payment_id")):
        over = f"{column} IN ({held['id']}, {waiting['id']}) AND expires_at > 0"
        sqlite.sql(f"UPDATE {table} SET expires_at = 1000000 WHERE {over}")
    sqlite.sql(f"UPDATE idempotency_keys SET created_at = created_at - 3 * {DAY}")
    assert verify(sqlite).returncode == 0
    with service:
        client = service.client()
        deadline = time.monotonic() + 75
        while get(client, held["id"])["status"] != "canceled" and time.monotonic() < deadline:
            time.sleep(0.5)
        for payment in (held, waiting):
            after = get(client, payment["id"])
            assert after["status"] == "canceled" and after["version"] == payment["version"] + 1
            assert walk(client, f"/payments/{payment['id']}/events")[-1]["type"] == "payment.canceled"
        assert get(client, fresh["id"]) == fresh
        deadline = time.monotonic() + 15
        while sqlite.sql("SELECT COUNT(*) FROM idempotency_keys")[0][0] and time.monotonic() < deadline:
            time.sleep(0.2)
        again = client.post("/payments", body, key="old")
        assert again.status == 201 and not again.replayed and again.json["id"] != first.json["id"]
    assert verify(sqlite).returncode == 0


@pytest.mark.slow
def test_what_cannot_be_let_go_keeps_nobody_waiting_and_is_not_asked_for_every_minute(sqlite, tmp_path):
    """As many authorizations as one turn takes are at a provider that is not set up any more, and over for longer."""
    held_count = 1000
    service = Service(sqlite, tmp_path, "--simulator-two-step", "--log-level", "error")
    with service:
        client = service.client()
        held = [authorized(client)["id"] for _ in range(held_count)]
        last = authorized(client)["id"]
    for table, column in (("payments", "id"), ("events", "payment_id")):
        sqlite.sql(f"UPDATE {table} SET expires_at = 1000000 WHERE {column} <= {held[-1]} AND expires_at > 0")
        sqlite.sql(f"UPDATE {table} SET expires_at = 2000000 WHERE {column} = {last} AND expires_at > 0")
    sqlite.sql(f"UPDATE payments SET provider = 'gone' WHERE id <= {held[-1]}")
    for table in ("attempts", "provider_calls"):
        sqlite.sql(f"UPDATE {table} SET provider = 'gone' WHERE payment_id <= {held[-1]}")
    with service:
        client = service.client()
        deadline = time.monotonic() + 75
        while get(client, last)["status"] != "canceled" and time.monotonic() < deadline:
            time.sleep(0.5)
        assert get(client, last)["status"] == "canceled"
        assert get(client, held[0])["status"] == "authorized"
    tries = "SELECT payment_id, COUNT(*) FROM provider_calls WHERE kind = 'void' AND provider = 'gone' GROUP BY 1"
    assert sqlite.sql(tries) == [(payment_id, 1) for payment_id in held]
    assert verify(sqlite).returncode == 0


def test_a_pending_payment_never_expires_by_default(sqlite, tmp_path):
    with Service(sqlite, tmp_path) as service:
        create(service.client())
        authorized(service.client())
    times = dict(sqlite.sql("SELECT status, expires_at FROM payments"))
    assert times["pending"] is None
    created = sqlite.sql("SELECT updated_at FROM payments WHERE status = 'authorized'")[0][0]
    assert times["authorized"] == created + 7 * DAY
