"""Bugs that the black-box tests found, one test each: what was sent, and what must come of it since.

Method: as in tests/e2e, on the real binary.
"""

import pytest
from support.payments import DECLINED, VISA, assert_problem, create, ok, paid, process, walk
from support.service import Service, run, verify
from support.stores import OnServer, Sqlite


def test_a_folder_as_the_configuration_is_refused_at_once(tmp_path):
    """A folder opens like a file and never ends; it was read forever, later taken for an empty file."""
    done = run("serve", "--listen", "127.0.0.1:0", "--config", str(tmp_path), timeout=5)
    assert done.returncode == 2, done
    assert len((done.stdout + done.stderr).splitlines()) == 1 and str(tmp_path) in done.stderr, done


@pytest.mark.parametrize("path", ["/payments/-1", "/payments/abc", "/payments/01", "/payments/9007199254740992"])
def test_a_wrong_id_is_404_under_any_method(http_service, path):
    """The path's pattern matched before the id was looked at, and another method's 405 came first."""
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
        assert_problem(http_service.client().send(method, path), 404, "not_found")


def test_verify_sees_an_amount_altered_in_an_event_that_is_not_the_last(tmp_path):
    """Only the last event was compared with the row, and the others for their status alone."""
    database = Sqlite(tmp_path)
    with Service(database, tmp_path) as service:
        paid(service.client())
    database.sql("UPDATE events SET captured_minor = captured_minor + 5 WHERE payment_id = 1 AND sequence = 1")
    assert verify(database).returncode == 1


def test_lists_are_oldest_first_whichever_instance_wrote(mariadb_server, tmp_path):
    """Each instance numbers attempts and refunds from a block of its own; the lists were ordered by number."""
    database = OnServer("mariadb", mariadb_server)
    with Service(database, tmp_path) as first, Service(database, tmp_path) as second:
        one, other = first.client(), second.client()
        payment = create(one)
        for number, client in ((DECLINED, one), (DECLINED, other), (DECLINED, one), (VISA, other)):
            process(client, payment["id"], number)
        for client in (other, one, other, one):
            ok(client.post(f"/payments/{payment['id']}/refund", {"amount": 1}))
        for name in ("attempts", "refunds", "events"):
            path = f"/payments/{payment['id']}/{name}"
            times = [row["created_at"] for row in walk(one, path)]
            assert times == sorted(times), name
            assert [row["created_at"] for row in walk(other, path, 1)] == times, name
    assert verify(database).returncode == 0
