"""The reference's MySQL database, adopted in place (contract.md, section 1; api.md, "Adoption").

Method: its table is made by its own text, with rows of every kind and an AUTO_INCREMENT far ahead; then the service
starts on it, twice.
"""

from decimal import Decimal

import pytest
from support.payments import create, get, ok, process, walk
from support.service import Service, run, verify
from support.stores import OnServer

REFERENCE = """CREATE TABLE payments (
  id INT AUTO_INCREMENT PRIMARY KEY, order_id INT NOT NULL, user_id INT NOT NULL, total_amount DECIMAL(12,2) NOT NULL,
  is_paid BOOLEAN NOT NULL DEFAULT FALSE, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"""
LOOSE = REFERENCE.replace(" NOT NULL", "")


def insert(database, *rows):
    values = ", ".join(f"({row})" for row in rows)
    database.sql("SET time_zone = '+00:00'; "
                 f"INSERT INTO payments (id, order_id, user_id, total_amount, is_paid, created_at) VALUES {values}")


@pytest.fixture(params=["mariadb", "mysql"])
def database(request):
    return OnServer(request.param, request.getfixturevalue(f"{request.param}_server"))


def test_every_row_is_kept_readable_and_payable(database, tmp_path):
    database.sql(REFERENCE)
    insert(database, "1, 1, 1, 1999.99, FALSE, '2024-11-05 10:20:30'", "2, 2, 2, 59.50, TRUE, '2024-11-05 10:20:31'",
           "7, 2, 3, 0.01, TRUE, '2023-01-01 00:00:00'", "36, 36, 3, 9999999999.99, FALSE, '2024-12-31 23:59:59'")
    service = Service(database, tmp_path)
    for turn in range(2):
        with service:
            client = service.client()
            first, second = get(client, 1), get(client, 2)
            assert (first["order_id"], first["user_id"], first["total_amount"],
                    first["currency"]) == (1, 1, Decimal("1999.99"), "CAD")
            assert (first["status"], first["is_paid"]) == (("pending", False), ("paid", True))[turn]
            assert first["created_at"] == "2024-11-05T10:20:30.000000Z"
            assert (second["status"], second["is_paid"], second["payment_method"]) == ("paid", True, None)
            assert second["captured_amount"] == second["authorized_amount"] == second["total_amount"] == Decimal("59.5")
            assert [event["type"]
                    for event in walk(client, "/payments/2/events")] == ["payment.created", "payment.paid"]
            assert {payment["id"] for payment in walk(client, "/payments")} >= {1, 2, 7, 36}
            assert [payment["id"] for payment in walk(client, "/payments?order_id=2")] == [7, 2]
            assert ok(process(client, 1))["is_paid"] is True
            assert create(client)["id"] == 37 + turn
    assert ok_refund(service, 7) == "refunded"
    assert verify(database).returncode == 0


def ok_refund(service, payment_id):
    with service:
        return ok(service.client().post(f"/payments/{payment_id}/refund"))["status"]


def test_new_ids_are_above_its_auto_increment(database, tmp_path):
    database.sql(REFERENCE)
    insert(database, "3, 1, 1, 5, FALSE, '2024-11-05 10:20:30'")
    database.sql("ALTER TABLE payments AUTO_INCREMENT = 500")
    with Service(database, tmp_path) as service:
        assert create(service.client())["id"] > 3
    assert verify(database).returncode == 0


def test_rows_that_break_our_rules_are_kept_and_shown(database, tmp_path):
    database.sql(LOOSE)
    insert(database, "1, NULL, NULL, NULL, NULL, '2024-11-05 10:20:30'", "2, 0, 0, 0, FALSE, '2024-11-05 10:20:30'",
           "3, -4, 5, -10.00, TRUE, '2024-11-05 10:20:30'", "4, 4, 4, 44, TRUE, '2024-11-05 10:20:30'")
    with Service(database, tmp_path) as service:
        client = service.client()
        assert {payment["id"] for payment in walk(client, "/payments")} == {1, 2, 3, 4}
        for payment_id in (1, 2, 3, 4):
            assert get(client, payment_id)["payment_id"] == payment_id
        assert ok(client.delete("/payments/4"))["status"] == "refunded"
        assert create(client)["id"] == 5
    assert verify(database).returncode == 0


def test_many_rows_are_adopted_by_migrate(database, tmp_path):
    database.sql(REFERENCE)
    for block in range(10):
        insert(
            database,
            *(f"{block * 500 + index}, {index}, 1, {index}.25, {index % 2}, '2024-11-05 10:20:30'"
              for index in range(1, 501)))
    for _ in range(2):
        assert run("migrate", env=database.env, timeout=60).returncode == 0
    assert verify(database).returncode == 0
    with Service(database, tmp_path) as service:
        assert len(walk(service.client(), "/payments")) == 5000
        assert create(service.client())["id"] == 5001
