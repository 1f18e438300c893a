"""Lists, filters and cursors (api.md: GET /payments, events, refunds, attempts; "Lists").

Method: rows made by this test under its own order and user numbers; every page walked to its end. Paging while others
insert must show each row that was there exactly once.
"""

import datetime
import random
import threading
import time

import pytest
from support.payments import (DECLINED, assert_problem, canceled, create, new_order, ok, order, paid, process, refunded,
                              walk)


def ids(rows):
    return [row["id"] for row in rows]


def test_payments_come_newest_first_in_one_envelope(service):
    client = service.client()
    number = new_order()
    made = [create(client, order_id=number)["id"] for _ in range(5)]
    page = ok(client.get(f"/payments?order_id={number}&limit=2"))
    assert set(page) == {"data", "has_more", "next_cursor"}
    assert ids(page["data"]) == sorted(made, reverse=True)[:2] and page["has_more"] is True
    assert isinstance(page["next_cursor"], str)
    assert ids(walk(client, f"/payments?order_id={number}", 2)) == sorted(made, reverse=True)
    whole = ok(client.get(f"/payments?order_id={number}"))
    assert len(whole["data"]) == 5 and whole["has_more"] is False and whole["next_cursor"] is None


def test_the_default_page_is_20_and_the_largest_100(service):
    client = service.client()
    number = new_order()
    for _ in range(105):
        create(client, order_id=number)
    assert len(ok(client.get(f"/payments?order_id={number}"))["data"]) == 20
    assert len(ok(client.get(f"/payments?order_id={number}&limit=100"))["data"]) == 100
    assert len(ok(client.get(f"/payments?order_id={number}&limit=1"))["data"]) == 1
    for limit in (1, 7, 20, 100):
        assert len(set(ids(walk(client, f"/payments?order_id={number}", limit)))) == 105


def test_filters_say_what_is_listed(service):
    client = service.client()
    user = new_order()
    rows = {"pending": create(client, user_id=user), "paid": paid(client, user_id=user)}
    number = rows["paid"]["order_id"]
    rows["second"] = create(client, user_id=user, order_id=number)
    pick = lambda query: ids(walk(client, f"/payments?{query}"))
    assert pick(f"user_id={user}") == sorted(ids(rows.values()), reverse=True)
    assert pick(f"user_id={user}&status=paid") == [rows["paid"]["id"]]
    assert pick(f"user_id={user}&order_id={number}") == [rows["second"]["id"], rows["paid"]["id"]]
    assert pick(f"order_id={number}&status=pending") == [rows["second"]["id"]]
    assert pick(f"user_id={user}&status=refunded") == []
    assert pick(f"user_id={user}&client=nobody") == pick(f"user_id={user}&client=%27+OR+%271%27=%271") == []
    assert pick(f"user_id={user}&limit=1&unknown=1") == pick(f"user_id={user}")


@pytest.mark.parametrize("status,make", [("refunded", refunded), ("canceled", canceled),
                                         ("partially_refunded", lambda client: refunded(client, 100, 1))])
def test_a_status_filter_alone_finds_the_newest(service, status, make):
    client = service.client()
    made = make(client)
    rows = walk(client, f"/payments?status={status}")
    assert rows[0] == made and {row["status"] for row in rows} == {status}


def test_created_from_is_inclusive_and_created_to_exclusive(service):
    client = service.client()
    user = new_order()
    first, second, third = [create(client, user_id=user) for _ in range(3)]
    pick = lambda query: ids(walk(client, f"/payments?user_id={user}&{query}"))
    assert pick(f"created_from={second['created_at']}") == [third["id"], second["id"]]
    assert pick(f"created_to={second['created_at']}") == [first["id"]]
    assert pick(f"created_from={first['created_at']}&created_to={third['created_at']}") == [second["id"], first["id"]]
    assert pick(f"created_from={second['created_at']}&created_to={second['created_at']}") == []
    hour = datetime.timedelta(hours=1)
    now = datetime.datetime.now(datetime.timezone.utc)
    assert pick(f"created_from={(now - hour).strftime('%Y-%m-%dT%H:%M:%SZ')}") == [
        third["id"], second["id"], first["id"]
    ]
    shifted = datetime.datetime.fromisoformat(second["created_at"].replace("Z", "+00:00")).astimezone(
        datetime.timezone(5 * hour)).isoformat(timespec="microseconds").replace("+", "%2B")
    assert pick(f"created_from={shifted}") == [third["id"], second["id"]]


@pytest.mark.parametrize("query", [
    "limit=0", "limit=101", "limit=-1", "limit=abc", "limit=1.5", "limit=99999999999999999999", "order_id=abc",
    "order_id=0", "order_id=-1", "user_id=x", "user_id=9007199254740992", "status=nope", "status=PAID",
    "created_from=yesterday", "created_to=2024-13-01T00:00:00Z", "created_from=2024-02-30T00:00:00Z", "cursor=unknown",
    "cursor=%00%ff", "cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAA"
])
def test_a_wrong_parameter_is_400_and_named(http_service, query):
    problem = assert_problem(http_service.client().get(f"/payments?{query}"), 400, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == [query.partition("=")[0]]


def test_every_wrong_parameter_is_named_at_once(http_service):
    problem = assert_problem(http_service.client().get("/payments?limit=0&status=x&order_id=y"), 400, "invalid_request")
    assert {error["field"] for error in problem["errors"]} == {"limit", "status", "order_id"}


def test_a_cursor_belongs_to_its_filters(service):
    client = service.client()
    number = new_order()
    for _ in range(3):
        create(client, order_id=number)
    cursor = ok(client.get(f"/payments?order_id={number}&limit=1"))["next_cursor"]
    assert ok(client.get(f"/payments?order_id={number}&limit=2&cursor={cursor}"))["data"]
    for query in ("limit=1", f"order_id={number + 1}", f"order_id={number}&status=paid", f"user_id={number}"):
        assert_problem(client.get(f"/payments?{query}&cursor={cursor}"), 400, "invalid_request")
    mangled = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    reply = client.get(f"/payments?order_id={number}&cursor={mangled}")
    assert reply.status in (200, 400), reply


def life(client):
    """A payment with six events, two attempts and three refunds."""
    payment_id = create(client)["id"]
    process(client, payment_id, DECLINED)
    process(client, payment_id)
    for _ in range(3):
        ok(client.post(f"/payments/{payment_id}/refund", {"amount": 1}))
    return payment_id


@pytest.mark.parametrize("name,count,order_by", [("events", 6, "sequence"), ("refunds", 3, "id"),
                                                 ("attempts", 2, "id")])
def test_what_belongs_to_a_payment_is_listed_oldest_first(service, name, count, order_by):
    client = service.client()
    path = f"/payments/{life(client)}/{name}"
    rows = walk(client, path)
    assert len(rows) == count and rows == sorted(rows, key=lambda row: row[order_by])
    for limit in (1, 2, 3, 100):
        assert walk(client, path, limit) == rows
    assert set(ok(client.get(path))) == {"data", "has_more", "next_cursor"}
    assert len(walk(client, f"/payments/{create(client)['id']}/{name}")) == (1 if name == "events" else 0)
    assert_problem(client.get(f"/payments/999999999/{name}"), 404, "not_found")
    for query in ("limit=0", "limit=101", "cursor=unknown"):
        assert_problem(client.get(f"{path}?{query}"), 400, "invalid_request")
    cursor = ok(client.get(f"{path}?limit=1"))["next_cursor"]
    other = client.get(f"/payments/{life(client)}/{name}?cursor={cursor}")
    assert other.status == 400, "a cursor belongs to its filters"


def test_paging_under_inserts_shows_each_old_row_once(service):
    """The rows that were there when paging began: each exactly once, whatever arrives meanwhile."""
    client = service.client()
    user = new_order()
    there = [create(client, user_id=user)["id"] for _ in range(60)]
    stop = threading.Event()

    def insert():
        other = service.client()
        for _ in range(500):
            if stop.is_set():
                return
            other.post("/payments", order(user_id=user))

    writers = [threading.Thread(target=insert) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        for limit in (1, 7, 30):
            for path in (f"/payments?user_id={user}", "/payments"):
                if path == "/payments" and limit == 1:
                    continue
                seen, cursor = [], None
                while not seen or (cursor and min(seen) > there[0]):
                    page = ok(
                        client.get(f"{path}{'&' if '?' in path else '?'}limit={limit}" +
                                   (f"&cursor={cursor}" if cursor else "")))
                    seen += ids(page["data"])
                    cursor = page["next_cursor"]
                assert seen == sorted(set(seen), reverse=True)
                assert set(there) <= set(seen)
    finally:
        stop.set()
        for writer in writers:
            writer.join(20)


def test_a_filter_that_matches_little_ends(launch):
    """A page may be short with more to come; the walk still ends and finds the one row. Prints its seed."""
    seed = int(time.time())
    print("seed", seed)
    client = launch().client()
    rare = random.Random(seed).randrange(1, 300)
    for number in range(1, 301):
        payment = create(client, amount=5)
        if number == rare:
            client.post(f"/payments/{payment['id']}/cancel")
    assert ids(walk(client, "/payments?status=canceled", 1)) == [rare]
    assert ids(walk(client, "/payments?status=canceled&user_id=1", 100)) == [rare]
