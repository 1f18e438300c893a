"""A full disk under SQLite: writes answer 503, reads go on, and writes go on when there is room again.

Method: the database lies on a small tmpfs of its own, which a ballast file fills. Mounting needs root; without it the
test is skipped and says so.
"""

import subprocess
import time

import pytest
from support.payments import assert_problem, create, get, order, process, walk
from support.service import Service, verify
from support.stores import Sqlite


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs",
                           str(folder)],
                          capture_output=True,
                          timeout=10)
    if done.returncode != 0:
        pytest.skip(f"no tmpfs can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, timeout=10)


def fill(folder):
    with open(folder / "ballast", "ab", buffering=0) as ballast:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    ballast.write(b"x" * size)
            except OSError:
                pass


def test_writes_are_503_and_reads_go_on(small_disk, tmp_path):
    database = Sqlite(small_disk)
    with Service(database, tmp_path) as service:
        client = service.client()
        payments = [create(client) for _ in range(20)]
        fill(small_disk)
        refused = 0
        for _ in range(3000):
            reply = client.post("/payments", order())
            if reply.status == 503:
                assert_problem(reply, 503, "unavailable")
                assert int(reply.header("Retry-After")) >= 1
                assert b"disk" not in reply.body.lower() and b"sqlite" not in reply.body.lower()
                refused += 1
                if refused == 5:
                    break
            else:
                assert reply.status == 201, reply
                payments.append(reply.json)
        assert refused == 5
        assert process(client, payments[0]["id"]).status == 503
        for payment in payments[:20] + payments[-20:]:
            assert get(client, payment["id"]) == payment
        assert len(walk(client, "/payments")) == len(payments)
        assert client.get("/health/live").status == 200

        (small_disk / "ballast").unlink()
        deadline = time.monotonic() + 10
        while (reply := client.post("/payments", order())).status == 503 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert reply.status == 201
        assert reply.json["id"] == len(payments) + 1, "a refused creation uses no id up"
        assert process(client, payments[0]["id"]).json["is_paid"] is True
    assert verify(database).returncode == 0
