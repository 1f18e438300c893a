#!/usr/bin/env python3
"""Exercise 2: Store Manager is unplugged while somebody pays, and comes back."""

import http.server
import json
import threading
import time

import lab


class StoreManager:
    """Knows every order, and whether it was paid; `with` it is there, afterwards its port is closed."""

    def __init__(self, port):
        self.port = port
        self.paid = []

    def __enter__(self):
        shop = self

        class Handler(http.server.BaseHTTPRequestHandler):

            def do_PUT(self):
                order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                shop.paid += [order["order_id"]] if order["is_paid"] else []
                body = b'{"updated":true}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def pay(port, order):
    """How it went for whoever pays: (status, seconds)."""
    payment = lab.create(port, order, 59.5)
    began = time.monotonic()
    status, _ = lab.send(port, "POST", f"/payments/{payment}/process", lab.CARD)
    return status, time.monotonic() - began


def notification(port, order):
    rows = lab.send(port, "GET", "/notifications")[1]["data"]
    payment = lab.send(port, "GET", f"/payments?order_id={order}")[1]["data"][0]["id"]
    return next(row for row in rows if row["payment_id"] == payment)


def main():
    ports = lab.arguments(__doc__, port=5102, shop_port=5103)
    shop = StoreManager(ports.shop_port)
    url = f"http://127.0.0.1:{ports.shop_port}/orders"
    with lab.folder() as folder, lab.service(ports.port, folder / "ours.db", "--store-manager-orders-url", url):
        with shop:
            status, _ = pay(ports.port, 1)
            lab.check("order 1: the shop knew before whoever pays was answered", status == 200 and shop.paid == [1])
        status, took = pay(ports.port, 2)
        lab.check("order 2: paid all the same, without a wait of more than 2 s", status == 200 and took < 2)
        row = lab.wait_for(lambda: (found := notification(ports.port, 2))["attempts"] > 0 and found)
        print(json.dumps({name: row[name] for name in ("id", "type", "status", "last_error")}))
        lab.check("what the shop must know waits in the database", row["status"] == "pending")
        with shop:
            told = lab.wait_for(lambda: notification(ports.port, 2)["status"] == "delivered")
            lab.check("the shop came back, and was told of order 2", told and shop.paid == [1, 2])
            print(f"the shop was told of orders {shop.paid}, of each once")


main()
