"""Fills a migrated SQLite database with pending payments and their events, as the service would have written
them: `verify` accepts the result. 10 million take about a minute and 2 GB."""

import sqlite3

CHUNK = 200_000  # rows in one transaction
USERS = 10_000

# Both tables get their rows in the order of their keys, which is what makes this quick.
PAYMENT = {
    "id": "id", "order_id": "id", "user_id": f"id * 7919 % {USERS} + 1", "amount_minor": "9953",
    "currency": "'CAD'", "capture_method": "'automatic'", "description": "''", "client": "''", "metadata": "''",
    "created_at": "1760000000000000 + id", "status": "'pending'", "authorized_minor": "0", "captured_minor": "0",
    "refunded_minor": "0", "version": "1", "updated_at": "1760000000000000 + id",
}
EVENT = {
    "payment_id": "id", "sequence": "1", "type": "'created'", "created_at": PAYMENT["created_at"],
    "order_id": PAYMENT["order_id"], "user_id": PAYMENT["user_id"], "amount_minor": PAYMENT["amount_minor"],
    "currency": PAYMENT["currency"], "status": "'pending'", "authorized_minor": "0", "captured_minor": "0",
    "refunded_minor": "0", "reason": "''",
}


def insert(table, columns):
    return (f"WITH RECURSIVE ids(id) AS (SELECT :first UNION ALL SELECT id + 1 FROM ids WHERE id < :last) "
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM ids")


def fill(path, rows):
    connection = sqlite3.connect(path, isolation_level=None)
    # Nothing is at stake while the table is being filled.
    connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;")
    for first in range(1, rows + 1, CHUNK):
        span = {"first": first, "last": min(first + CHUNK - 1, rows)}
        connection.execute("BEGIN")
        connection.execute(insert("payments", PAYMENT), span)
        connection.execute(insert("events", EVENT), span)
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
