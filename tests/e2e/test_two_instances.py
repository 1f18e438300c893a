"""Two instances over one database: what one has acknowledged, the other knows at once.

Method: requests alternate between the two, on MariaDB; one of them is killed, or four start together on nothing.
"""

import threading

import pytest
from support.payments import authorized, card, create, get, ok, paid, walk
from support.service import Service, verify
from support.stores import OnServer


@pytest.fixture
def pair(mariadb_server, tmp_path):
    database = OnServer("mariadb", mariadb_server)
    with Service(database, tmp_path) as one, Service(database, tmp_path) as other:
        yield one, other
    assert verify(database).returncode == 0


def test_what_one_instance_acknowledged_the_other_shows_at_once(pair):
    one, other = pair[0].client(), pair[1].client()
    seen = set()
    for turn in range(50):
        first, second = (one, other) if turn % 2 else (other, one)
        payment = create(first, key=f"k{turn}")
        assert get(second, payment["id"]) == payment
        assert get(first, payment["id"]) == second.get(f"/payments/{payment['id']}").json
        assert second.post(f"/payments/{payment['id']}/process", card(), key=f"p{turn}").status == 200
        assert first.post(f"/payments/{payment['id']}/process", card(), key=f"p{turn}").replayed
        assert get(first, payment["id"])["status"] == "paid"
        assert walk(second, f"/payments?order_id={payment['order_id']}")[0]["id"] == payment["id"]
        seen.add(payment["id"])
    assert len(seen) == 50


def test_an_instance_that_dies_does_not_hold_the_other_up(pair):
    one, other = pair
    payment = create(one.client())
    one.kill()
    client = other.client()
    assert client.post(f"/payments/{payment['id']}/process", card()).status == 200
    assert create(client)["id"] != payment["id"]
    one.start()
    assert get(one.client(), payment["id"])["status"] == "paid"


def test_instances_that_start_together_agree_on_the_schema(mariadb_server, tmp_path):
    database = OnServer("mariadb", mariadb_server)
    services = [Service(database, tmp_path, "--demo") for _ in range(4)]
    threads = [threading.Thread(target=service.start) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    try:
        assert all(service.running for service in services)
        demo = walk(services[0].client(), "/payments")
        assert sorted(payment["order_id"] for payment in demo) == [1, 2], "the demo rows, once"
        made = [create(service.client())["id"] for service in services]
        assert len(set(made) | {payment["id"] for payment in demo}) == 6
    finally:
        codes = [service.stop() for service in services if service.running]
    assert codes == [0] * 4
    assert verify(database).returncode == 0


def test_an_events_time_is_after_the_one_before_on_any_instance(pair):
    one, other = pair[0].client(), pair[1].client()
    payment = authorized(one, 100)
    ok(other.post(f"/payments/{payment['id']}/capture"))
    for turn in range(20):
        ok((one, other)[turn % 2].post(f"/payments/{payment['id']}/refund", {"amount": 1}))
    times = [event["created_at"] for event in walk(one, f"/payments/{payment['id']}/events")]
    assert times == sorted(set(times)) and len(times) == 23


def test_a_list_shows_what_the_other_instance_has_just_written(pair):
    one, other = pair[0].client(), pair[1].client()
    made = []
    for turn in range(40):
        made.append(create((one, other)[turn % 2], order_id=4711)["id"])
        rows = walk((other, one)[turn % 2], "/payments?order_id=4711", 7)
        assert [row["id"] for row in rows] == sorted(made, reverse=True)


def test_by_order_undoes_what_both_have_created(pair):
    one, other = pair[0].client(), pair[1].client()
    for turn in range(6):
        (paid if turn % 3 else create)((one, other)[turn % 2], order_id=99)
    done = ok(one.post("/payments/refund-by-order/99", key="undo"))
    assert sorted(payment["status"] for payment in done["payments"]) == ["canceled"] * 2 + ["refunded"] * 4
    again = other.post("/payments/refund-by-order/99", key="undo")
    assert again.replayed and again.json == done
