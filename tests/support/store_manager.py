"""A stand-in for Store Manager, the shop: what contract.md, section 2, says of it.

    with StoreManager(payments_url="http://127.0.0.1:5009") as shop:   # or start() and stop()
        shop.port, shop.url        # http://127.0.0.1:PORT; shop.orders_url is url + "/orders"
        shop.put_order(7)          # an order that is there, as if it had been made and committed long ago
        shop.orders                # {7: {"id": 7, "user_id": 1, "total_amount": 10, "payment_link": …, "is_paid": False}}
        shop.mode = "hang"         # how it answers PUT from now on; "ok" is the beginning
        shop.received              # [Received(method, path, body, headers, time, status)], oldest first
        shop.wait_for(lambda: shop.orders[7]["is_paid"])

    POST /orders {"user_id", "items": [{"product_id", "quantity"}]}   201 {"order_id"}; asks the payments API inside its
                                                                      transaction, stores {link_base}/process/{payment_id}
    PUT  /orders {"order_id", "is_paid"}, PUT /orders/{order_id}      200 {"updated": true|false}; an unknown order, and one
                                                                      whose transaction is still open: false
    GET  /orders/{order_id}                                           200 the order, 404

Modes: "ok", and "hang": a PUT is read and never answered, until `stop` or another mode.

`stop()` closes the port and every connection; `start()` opens the same port again. Orders survive both, as in a
database. What else a receiver may do wrong is in receiver.py. Any thread may use it; `received` is only ever appended to.
"""

import http.client
import itertools
import json
import threading
import time
import urllib.parse
from collections import namedtuple
from http.server import BaseHTTPRequestHandler

from support.listener import Listener

PAYMENTS_SECONDS = 5  # what the shop's own code waits for the payments API

Received = namedtuple("Received", "method path body headers time status")  # time: time.monotonic() at its end


class StoreManager:

    def __init__(self, payments_url=None, link_base=None, port=0):
        """`payments_url` is the base that POST /orders calls (…/payments is added): the service or the gateway."""
        self.payments_url = payments_url
        self.link_base = link_base or (payments_url and f"{payments_url}/payments")
        self.port = port
        self.orders = {}
        self.received = []
        self._open = {}  # orders of transactions that are not committed
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._mode = "ok"
        self._changed = threading.Event()  # ends what hangs
        self._listener = None

    def start(self):
        self._changed = threading.Event()
        self._listener = Listener(self._handler(), self.port).start()
        self.port = self._listener.port
        return self

    def stop(self):
        """Like a kill: open connections end too. Nothing happens when it is down already."""
        if self._listener:
            self._changed.set()
            self._listener.stop()
            self._listener = None

    @property
    def running(self):
        return self._listener is not None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def orders_url(self):
        return f"{self.url}/orders"

    @property
    def mode(self):
        return self._mode

    @mode.setter
    def mode(self, mode):
        assert mode in ("ok", "hang"), mode
        hanging, self._changed = self._changed, threading.Event()
        self._mode = mode
        hanging.set()

    def put_order(self, order_id, is_paid=False, **fields):
        order = {"id": order_id, "user_id": 1, "total_amount": 10, "payment_link": None, "is_paid": is_paid} | fields
        self.orders[order_id] = order
        return order

    def puts(self, order_id=None):
        """The bodies of all PUTs that came, or those of one order; unreadable ones left out."""
        bodies = [json.loads(one.body) for one in list(self.received) if one.method == "PUT" and one.body[:1] == b"{"]
        return [body for body in bodies if order_id is None or body.get("order_id") == order_id]

    def wait_for(self, condition, seconds=10):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds} s; received {self.received[-5:]}"
            time.sleep(0.005)

    def __enter__(self):
        return self if self.running else self.start()

    def __exit__(self, *_):
        self.stop()

    def create_order(self, body):
        """Holds the order back from everybody until the payments API has answered, as an open transaction does."""
        amount = sum(item.get("quantity", 1) * item.get("price", 10) for item in body.get("items", [])) or 10
        with self._lock:
            order_id = next(number for number in self._numbers if number not in self.orders)
            self._open[order_id] = True
        try:
            payment_id = self._ask_for_payment(order_id, body.get("user_id", 1), amount) if self.payments_url else 0
            self.put_order(order_id, user_id=body.get("user_id", 1), total_amount=amount,
                           payment_link=f"{self.link_base}/process/{payment_id}")
        finally:
            with self._lock:
                del self._open[order_id]
        return order_id

    def _ask_for_payment(self, order_id, user_id, amount):
        """0, a dead link, on any error: most published copies do that."""
        where = urllib.parse.urlsplit(self.payments_url)
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=PAYMENTS_SECONDS)
        try:
            body = json.dumps({"user_id": user_id, "order_id": order_id, "total_amount": amount})
            connection.request("POST", f"{where.path}/payments", body, {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())["payment_id"]
        except (OSError, ValueError, KeyError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def update_order(self, body):
        """Whether an order was changed; one that is not committed yet is not seen."""
        order = self.orders.get(body.get("order_id"))
        if order is None or order["id"] in self._open:
            return False
        order["is_paid"] = body["is_paid"]
        return True

    def _handler(self):
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            timeout = 60

            def do_POST(self):
                body = self.read_body()
                if self.path == "/orders":
                    self.answer(201, {"order_id": shop.create_order(json.loads(body))}, body)
                else:
                    self.answer(404, {"error": "not found"}, body)

            def do_GET(self):
                order = shop.orders.get(number_after("/orders/", self.path))
                if self.path == "/health-check":
                    self.answer(200, {"status": "ok"})
                else:
                    self.answer(200 if order else 404, order or {"error": "Order not found"})

            def do_DELETE(self):
                order = shop.orders.pop(number_after("/orders/", self.path), None)
                self.answer(200 if order else 404, {"deleted": order is not None})

            def do_PUT(self):
                mode, changed, body = shop.mode, shop._changed, self.read_body()
                if mode == "hang":
                    changed.wait()
                    self.hang_up(body)
                elif self.path == "/orders" or number_after("/orders/", self.path):
                    self.update(body)
                else:
                    self.answer(404, {"error": "not found"}, body)

            def update(self, body):
                fields = json.loads(body)
                if number := number_after("/orders/", self.path):
                    fields["order_id"] = number
                self.answer(200, {"updated": shop.update_order(fields)}, body)

            def read_body(self):
                if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                pieces = []
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    pieces.append(self.rfile.read(size))
                    self.rfile.readline()
                while self.rfile.readline() not in (b"\r\n", b""):
                    pass
                return b"".join(pieces)

            def note(self, status, body):
                headers = {name.lower(): value for name, value in self.headers.items()}
                shop.received.append(Received(self.command, self.path, body, headers, time.monotonic(), status))

            def answer(self, status, content, body=b""):
                data = json.dumps(content).encode()
                self.note(status, body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def hang_up(self, body):
                self.note(None, body)
                self.close_connection = True

            def log_message(self, *_):
                pass

        return Handler


def number_after(prefix, path):
    rest = path.removeprefix(prefix)
    return int(rest) if rest != path and rest.isdecimal() else None
