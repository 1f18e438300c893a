"""Either side goes away: nothing that was paid stays untold (contract.md, section 2; architecture.md, "The outbox").

Method: Store Manager's stand-in is stopped and started on its port; the service is killed in the middle of many
processes and started on what it left; operators look and send again beside the running service. Prints its seed
(PAY_E2E_SEED repeats it).
"""

import http.client
import os
import random
import threading
import time

import pytest
from support.client import Client
from support.operators import notifications
from support.payments import card, create, ok, order, paid, pending, process, walk
from support.receiver import Receiver, error_500, slow, updated
from support.service import Service, verify
from support.store_manager import StoreManager
from support.waiting import eventually

SEED = int(os.environ.get("PAY_E2E_SEED", time.time_ns() % 1_000_000))
SOON = ("--notify-schedule", "100ms 200ms*500")
KILLS = 4


def test_orders_become_paid_when_the_shop_comes_back(launch):
    with StoreManager() as shop:
        service = launch(*SOON, env={"STORE_MANAGER_ORDERS_URL": shop.orders_url})
        client = service.client()
        for number in range(1, 9):
            shop.put_order(number)
        paid(client, order_id=1)
        assert shop.orders[1]["is_paid"]
        shop.stop()
        for number in range(2, 6):
            paid(client, order_id=number)
        service.stop()
        service.start()  # both were away, one after the other
        client = service.client()
        refunded = paid(client, order_id=6)
        ok(client.post(f"/payments/{refunded['id']}/refund"))
        shop.start()
        shop.wait_for(lambda: all(shop.orders[number]["is_paid"] for number in range(2, 6)), 20)
        eventually(lambda: not pending(client), 20)
        assert not shop.orders[6]["is_paid"] and not shop.orders[7]["is_paid"]


def test_an_order_that_is_not_committed_yet_is_told_again(launch):
    with StoreManager() as shop:
        client = launch(*SOON, env={"STORE_MANAGER_ORDERS_URL": shop.orders_url}).client()
        payment = paid(client, order_id=5)
        row = eventually(lambda: [one for one in pending(client) if one["last_error"]])[0]
        assert row["payment_id"] == payment["id"]
        shop.put_order(5)
        shop.wait_for(lambda: shop.orders[5]["is_paid"])


class Shopper(threading.Thread):
    """Creates and pays until its connection breaks; the second half of what it pays it refunds."""

    def __init__(self, port, seed):
        super().__init__()
        self.port, self.chance, self.failure = port, random.Random(seed), None

    def run(self):
        try:
            client = Client(self.port, timeout=20)
            while True:
                made = client.post("/payments", order(10)).json["id"]
                reply = client.post(f"/payments/{made}/process", card())
                assert reply.status in (200, 503), reply
                if self.chance.random() < 0.3:
                    client.post(f"/payments/{made}/refund", {"amount": self.chance.choice([4, 10])})
        except (OSError, KeyError, http.client.HTTPException):
            pass
        except BaseException as reason:  # told by the test, not by a thread
            self.failure = reason


def test_a_kill_in_the_middle_loses_no_notification(database, tmp_path):
    print("PAY_E2E_SEED =", SEED)
    chance = random.Random(SEED)
    with Receiver(slow(0.02)) as shop:
        service = Service(database, tmp_path, *SOON, "--notify-lease-ms", "1500", "--notify-timeout-ms", "1000",
                          env={"STORE_MANAGER_ORDERS_URL": shop.url + "/orders"})
        for _ in range(KILLS):
            service.start()
            shoppers = [Shopper(service.port, chance.random()) for _ in range(6)]
            for shopper in shoppers:
                shopper.start()
            time.sleep(chance.uniform(0.2, 0.6))  # the moment of the kill, not a wait
            service.kill()
            for shopper in shoppers:
                shopper.join(30)
                assert not shopper.is_alive() and shopper.failure is None, shopper.failure
            done = verify(database)
            assert done.returncode == 0, done.stdout + done.stderr
        with service.start():
            client = service.client()
            eventually(lambda: not pending(client), 30)
            payments = [payment for payment in walk(client, "/payments") if payment["captured_amount"]]
            assert len(payments) > 20
            for payment in payments:
                bodies = shop.bodies(payment["id"])
                assert bodies and bodies[0]["is_paid"] is True, payment
                assert bodies[-1]["is_paid"] is payment["is_paid"], (payment, bodies)
                rows = walk(client, f"/notifications?payment_id={payment['id']}")
                assert len(rows) == payment["version"] - 1, "one row for every event that is told"
            assert not walk(client, "/notifications?status=dead")
    assert verify(database).returncode == 0


def test_operators_look_and_send_again_beside_a_running_service(launch, database):
    with Receiver(error_500) as shop:
        service = launch("--notify-schedule", "30ms", env={"STORE_MANAGER_ORDERS_URL": shop.url})
        client = service.client()
        payments = [paid(client) for _ in range(4)]
        eventually(lambda: len(walk(client, "/notifications?status=dead")) == 4)
        listed = notifications(database, "list", "--status", "dead")
        assert listed.returncode == 0, listed
        rows = walk(client, "/notifications")
        words = [f"payment {payment['id']} " for payment in payments]
        assert all(word in listed.stdout for word in words)
        alone = notifications(database, "list", "--payment-id", str(payments[1]["id"])).stdout
        assert [word in alone for word in words] == [False, True, False, False]
        assert not any(word in notifications(database, "list", "--status", "delivered").stdout for word in words)
        shop.behaviour = updated
        first = min(row["id"] for row in rows)
        done = notifications(database, "retry", str(first))
        assert done.returncode == 0, done
        eventually(lambda: [row["id"] for row in walk(client, "/notifications?status=delivered")] == [first])
        done = notifications(database, "retry", "--dead")
        assert done.returncode == 0, done
        eventually(lambda: len(walk(client, "/notifications?status=delivered")) == 4)


@pytest.mark.parametrize("arguments", [["retry"], ["retry", "x"], ["retry", "0"], ["retry", "1", "--dead"],
                                       ["list", "--status", "sent"], ["list", "--payment-id", "x"], ["list", "1"],
                                       ["frobnicate"], []], ids=" ".join)
def test_what_operators_get_wrong_is_one_line(sqlite, arguments):
    done = notifications(sqlite, *arguments)
    assert done.returncode == 2, done
    assert len((done.stdout + done.stderr).splitlines()) == 1, done


def test_what_is_not_there_cannot_be_sent_again(sqlite, tmp_path):
    with Service(sqlite, tmp_path):
        done = notifications(sqlite, "retry", "999999")
        assert done.returncode == 1 and "no notification 999999" in done.stdout, done
        assert notifications(sqlite, "retry", "--dead").returncode == 0


def test_each_try_carries_what_makes_a_repeat_known(launch):
    with Receiver(error_500) as shop:
        client = launch(*SOON, env={"STORE_MANAGER_ORDERS_URL": shop.url}).client()
        payment = create(client)
        process(client, payment["id"])
        eventually(lambda: len(shop.received) >= 3)
        assert len({delivery.body for delivery in shop.received}) == 1
