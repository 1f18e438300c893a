"""The shop is told of what was paid (contract.md, section 2): when, where, in which words and in which order.

Method: the real binary and a receiver that writes down every request. What comes before `process` returns is looked at
at once; what comes later is waited for.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from support.payments import DECLINED, assert_problem, authorized, create, get, ok, paid, process, walk
from support.receiver import error_500, not_updated, updated
from support.waiting import eventually

ORDERS = "/store-manager-api/orders"
SOON = ("--notify-schedule", "100ms*100")


@pytest.fixture
def service(launch, shop):
    return launch(*SOON, env={"STORE_MANAGER_ORDERS_URL": shop.url + ORDERS})


def told(payment, is_paid=True):
    return {"order_id": payment["order_id"], "is_paid": is_paid, "payment_id": payment["id"]}


def notifications(client, **filters):
    return walk(client, "/notifications?" + "&".join(f"{name}={value}" for name, value in filters.items()))


def test_the_order_is_paid_when_process_returns(service, shop):
    client = service.client()
    for _ in range(5):
        payment = create(client)
        assert shop.bodies(payment["id"]) == []
        assert process(client, payment["id"]).json["is_paid"] is True
        assert shop.bodies(payment["id"]) == [told(payment)]
    delivery = shop.received[-1]
    assert (delivery.method, delivery.path) == ("PUT", ORDERS)
    assert delivery.headers["Content-Type"].split(";")[0] == "application/json"
    assert list(map(type, delivery.json.values())) in ([int, bool, int], [bool, int, int], [int, int, bool])
    row = eventually(lambda: notifications(client, payment_id=payment["id"], status="delivered"))[0]
    assert (row["attempts"], row["last_error"], row["next_attempt_at"]) == (1, None, None)


FORMS = [  # environment with {url} for the receiver, the path that is called for order 7
    ({"STORE_MANAGER_ORDERS_URL": "{url}/store-manager-api/orders"}, "/store-manager-api/orders"),
    ({"STORE_MANAGER_ORDERS_URL": "{url}/store-api/orders"}, "/store-api/orders"),
    ({"STORE_MANAGER_ORDERS_URL": "{url}/x/orders/{{order_id}}"}, "/x/orders/7"),
    ({"KRAKEND_URL": "{url}"}, "/store-manager-api/orders"),
    ({"KRAKEND_URL": "{url}/"}, "/store-manager-api/orders"),
    ({"STORE_MANAGER_URL": "{url}"}, "/orders/7"),
    ({"STORE_MANAGER_URL": "{url}/"}, "/orders/7"),
    ({"STORE_MANAGER_ORDERS_URL": "{url}/a", "KRAKEND_URL": "{url}/b", "STORE_MANAGER_URL": "{url}/c"}, "/a"),
    ({"KRAKEND_URL": "{url}/b", "STORE_MANAGER_URL": "{url}/c"}, "/b/store-manager-api/orders"),
    ({"STORE_MANAGER_ORDERS_URL": "", "KRAKEND_URL": "", "STORE_MANAGER_URL": "{url}/c"}, "/c/orders/7"),
]


@pytest.mark.parametrize("env,path", FORMS, ids=lambda value: ",".join(value) if isinstance(value, dict) else value)
def test_the_names_of_the_url_and_its_forms(on_sqlite, shop, env, path):
    service = on_sqlite(env={name: value.format(url=shop.url) for name, value in env.items()})
    payment = paid(service.client(), order_id=7)
    assert [(delivery.method, delivery.path) for delivery in shop.received] == [("PUT", path)]
    assert shop.bodies() == [told(payment)]


@pytest.mark.parametrize("flag", ["--store-manager-orders-url", "--krakend-url", "--store-manager-url"])
def test_a_flag_under_any_name_wins_over_the_environment_under_any(on_sqlite, shop, flag):
    elsewhere = {name: "http://127.0.0.1:1/" for name in ("STORE_MANAGER_ORDERS_URL", "KRAKEND_URL", "STORE_MANAGER_URL")}
    payment = paid(on_sqlite(flag, shop.url, env=elsewhere).client())
    assert shop.bodies() == [told(payment)]


def test_a_flag_wins_over_the_environment(on_sqlite, shop):
    flag = shop.url + "/flag/{order_id}/paid"
    service = on_sqlite("--store-manager-orders-url", flag, env={"STORE_MANAGER_ORDERS_URL": shop.url + "/environment"})
    paid(service.client(), order_id=9)
    assert [delivery.path for delivery in shop.received] == ["/flag/9/paid"]


def test_without_a_url_nobody_is_told(launch):
    client = launch().client()
    payment = paid(client)
    ok(client.post(f"/payments/{payment['id']}/refund"))
    assert notifications(client) == []


def test_never_while_a_payment_is_created(service, shop):
    """Store Manager creates payments inside its open transaction: a call back would wait for itself."""
    client = service.client()
    made = [create(client, key=f"k{turn}") for turn in range(20)]
    assert shop.received == []
    ok(process(client, made[-1]["id"]))
    assert shop.bodies() == [told(made[-1])]


def test_a_full_refund_tells_that_nothing_is_paid(service, shop):
    client = service.client()
    for undo in ("refund", "delete", "order"):
        payment = paid(client)
        if undo == "refund":
            ok(client.post(f"/payments/{payment['id']}/refund"))
        elif undo == "delete":
            ok(client.delete(f"/payments/{payment['id']}"))
        else:
            ok(client.post(f"/payments/refund-by-order/{payment['order_id']}"))
        expected = [told(payment), told(payment, False)]
        eventually(lambda: shop.bodies(payment["id"]) == expected)


def test_a_part_of_a_refund_is_told_too(service, shop):
    client = service.client()
    payment = paid(client, 100)
    for _ in range(4):
        ok(client.post(f"/payments/{payment['id']}/refund", {"amount": 25}))
    expected = [told(payment)] * 4 + [told(payment, False)]
    eventually(lambda: shop.bodies(payment["id"]) == expected)
    rows = notifications(client, payment_id=payment["id"])
    assert [row["event"] for row in rows] == [f"{payment['id']}-{sequence}" for sequence in (6, 5, 4, 3, 2)]
    assert [row["type"] for row in rows] == ["payment.refunded"] * 4 + ["payment.paid"]


def test_capture_tells_and_authorization_does_not(service, shop):
    client = service.client()
    payment = authorized(client, 100)
    assert shop.received == [] and notifications(client) == []
    ok(client.post(f"/payments/{payment['id']}/capture", {"amount": 60}))
    assert shop.bodies() == [told(payment)]


def test_what_changes_nothing_of_being_paid_is_not_told(service, shop):
    client = service.client()
    declined = create(client)
    assert process(client, declined["id"], DECLINED).status == 402
    ok(client.post(f"/payments/{create(client)['id']}/cancel"))
    ok(client.post(f"/payments/{authorized(client)['id']}/cancel"))
    ok(client.delete(f"/payments/{create(client)['id']}"))
    client.post("/payments", {"user_id": 0})
    assert notifications(client) == []
    payment = paid(client)
    assert shop.bodies() == [told(payment)], "one that is told afterwards comes alone"


def test_repeats_and_replays_are_told_once(service, shop):
    client = service.client()
    payment = create(client)
    for _ in range(3):
        ok(process(client, payment["id"], key="one"))
        ok(process(client, payment["id"]))
    for _ in range(3):
        ok(client.post(f"/payments/{payment['id']}/refund", key="two"))
        ok(client.delete(f"/payments/{payment['id']}"))
    eventually(lambda: not notifications(client, status="pending"))
    assert shop.bodies() == [told(payment), told(payment, False)]


def test_a_refund_is_told_after_the_payment_when_the_shop_was_away_for_both(service, shop):
    client = service.client()
    shop.stop()
    payments = [paid(client, 100) for _ in range(4)]
    for payment in payments:
        ok(client.post(f"/payments/{payment['id']}/refund", {"amount": 40}))
        ok(client.post(f"/payments/{payment['id']}/refund"))
    assert len(notifications(client, status="pending")) == 12
    shop.start()
    eventually(lambda: not notifications(client, status="pending"), 30)
    for payment in payments:
        seen = shop.bodies(payment["id"])
        assert seen == sorted(seen, key=lambda body: not body["is_paid"]), "never paid after refunded"
        assert seen[-1] == told(payment, False) and seen.count(told(payment)) >= 2


def test_given_up_at_the_end_of_the_schedule_and_sent_again_on_demand(launch, shop):
    shop.behaviour = error_500
    service = launch("--notify-schedule", "50ms*2 100ms", env={"STORE_MANAGER_ORDERS_URL": shop.url + ORDERS})
    client = service.client()
    payment = paid(client)
    row = eventually(lambda: notifications(client, payment_id=payment["id"], status="dead"))[0]
    assert row["attempts"] == 4 and row["next_attempt_at"] is None and "500" in row["last_error"]
    assert len(shop.bodies(payment["id"])) == 4
    again = ok(client.post(f"/notifications/{row['id']}/retry"))
    assert (again["id"], again["status"], again["payment_id"]) == (row["id"], "pending", payment["id"])
    eventually(lambda: len(shop.bodies(payment["id"])) == 8 and notifications(client, status="dead"))
    shop.behaviour = updated
    ok(client.post(f"/notifications/{row['id']}/retry"))
    done = eventually(lambda: notifications(client, status="delivered"))[0]
    assert (done["id"], done["last_error"], done["next_attempt_at"]) == (row["id"], None, None)
    assert shop.bodies()[-1] == told(payment)
    repeated = ok(client.post(f"/notifications/{row['id']}/retry"))
    assert repeated["status"] == "delivered", "what was delivered stays so"


def test_a_dead_one_lets_the_next_pass_and_does_not_come_after_it(launch, shop):
    shop.behaviour = not_updated
    service = launch("--notify-schedule", "50ms", env={"STORE_MANAGER_ORDERS_URL": shop.url + ORDERS})
    client = service.client()
    payment = paid(client)
    first = eventually(lambda: notifications(client, status="dead"))[0]
    shop.behaviour = updated
    ok(client.post(f"/payments/{payment['id']}/refund"))
    eventually(lambda: notifications(client, status="delivered"))
    assert shop.bodies()[-1] == told(payment, False)
    count = len(shop.received)
    problem = assert_problem(client.post(f"/notifications/{first['id']}/retry"), 409, "invalid_state")
    assert "detail" in problem
    assert get(client, payment["id"])["status"] == "refunded"
    assert notifications(client, status="dead")[0]["id"] == first["id"] and len(shop.received) == count


def test_the_list_has_filters_and_pages(service, shop):
    client = service.client()
    payments = [paid(client) for _ in range(7)]
    shop.behaviour = not_updated
    waiting = [paid(client) for _ in range(3)]
    eventually(lambda: len(notifications(client, status="delivered")) == 7)
    rows = notifications(client)
    assert [row["payment_id"] for row in rows] == [payment["id"] for payment in reversed(payments + waiting)]
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    assert walk(client, "/notifications", 3)[3:] == rows[3:]
    assert {row["payment_id"] for row in notifications(client, status="pending")} == {one["id"] for one in waiting}
    assert [row["payment_id"] for row in notifications(client, payment_id=payments[2]["id"])] == [payments[2]["id"]]
    assert notifications(client, payment_id=payments[2]["id"], status="dead") == []
    assert notifications(client, payment_id=999_999_999) == []
    names = {"id", "payment_id", "event", "type", "client", "status", "attempts", "last_error", "next_attempt_at",
             "created_at", "updated_at"}
    assert all(set(row) >= names for row in rows)
    pending = notifications(client, status="pending")[0]
    assert isinstance(pending["id"], int) and pending["client"] is None and pending["type"] == "payment.paid"
    assert pending["event"] == f"{pending['payment_id']}-2" and pending["next_attempt_at"].endswith("Z")
    page = ok(client.get("/notifications?limit=2"))
    assert page["has_more"] and page["next_cursor"]
    assert_problem(client.get(f"/notifications?limit=2&status=pending&cursor={page['next_cursor']}"), 400)


@pytest.mark.parametrize("query", [
    "status=sent", "status=", "payment_id=x", "payment_id=0", "payment_id=-1", "payment_id=1.0", "limit=0", "limit=101",
    "limit=x", "cursor=nonsense"
])
def test_bad_filters_are_named(http_service, query):
    problem = assert_problem(http_service.client().get("/notifications?" + query), 400, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == [query.split("=")[0]]


def test_what_is_not_there_cannot_be_retried(http_service):
    client = http_service.client()
    for which in ("999999999", "0", "-1", "x", "01"):
        assert_problem(client.post(f"/notifications/{which}/retry"), 404)
    assert client.get("/notifications/1/retry").status in (404, 405)


def test_a_hundred_at_once_are_each_told_before_they_return(service, shop):

    def buy(_):
        client = service.client()
        for _ in range(10):
            payment = ok(process(client, create(client)["id"]))
            assert shop.bodies(payment["id"]) == [told(payment)]

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(buy, range(10)))
    assert len(shop.received) == 100
