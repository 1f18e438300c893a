"""Ids that a classroom counts along with (contract.md, section 1; api.md, "Ids").

Method: a fresh database each; what was created before and after a stop, a kill -9 and refused requests is 1, 2, 3 ...
"""

from support.payments import card, create, get, ok, order, paid, process, walk


def test_demo_rows_are_the_references(launch):
    service = launch("--demo")
    client = service.client()
    first, second = get(client, 1), get(client, 2)
    assert (first["order_id"], first["user_id"], str(first["total_amount"]), first["is_paid"]) == (1, 1, "1999.99",
                                                                                                   False)
    assert (second["order_id"], second["user_id"], second["total_amount"], second["is_paid"]) == (2, 2, 59.5, False)
    assert create(client)["id"] == 3
    assert ok(process(client, 1))["is_paid"] is True
    service.stop()
    service.start()
    client = service.client()
    assert len(walk(client, "/payments")) == 3
    assert create(client)["id"] == 4


def test_ids_are_dense_from_one_over_clean_stops(launch):
    service = launch()
    seen = []
    for _ in range(3):
        client = service.client()
        seen += [create(client)["id"] for _ in range(12)]
        assert service.stop() == 0
        service.start()
    assert seen == list(range(1, 37))


def test_ids_go_on_after_a_kill(launch):
    service = launch()
    seen = []
    for _ in range(3):
        client = service.client()
        seen += [create(client)["id"] for _ in range(5)]
        service.kill()
        service.start()
    if service.database.kind == "sqlite":
        assert seen == list(range(1, 16))
    else:
        assert seen == sorted(set(seen)), "a crash may leave a gap, never a repetition"


def test_refused_replayed_and_retried_creates_use_no_id_up(launch):
    client = launch().client()
    body = order()
    for _ in range(3):
        assert client.post("/payments", order(0)).status == 400
        assert client.post("/payments", "{").status == 400
        assert client.post("/payments", body, key="one").json["id"] == 1
        assert client.post("/payments", order(7), key="one").status == 422
    assert create(client)["id"] == 2


def test_payments_and_refunds_have_ids_of_their_own(launch):
    client = launch().client()
    for _ in range(3):
        payment = paid(client)
        ok(client.post(f"/payments/{payment['id']}/refund", {"amount": 1}))
    refunds = [walk(client, f"/payments/{payment_id}/refunds")[0]["id"] for payment_id in (1, 2, 3)]
    assert refunds == [1, 2, 3]
    assert create(client)["id"] == 4
    assert client.post("/payments/4/process", card()).status == 200
