"""Somebody who is told of payments, and may behave as badly as one likes.

    with Receiver() as shop:
        shop.url                          # http://127.0.0.1:PORT
        shop.behaviour = hang             # one of the functions below, for all later requests
        shop.received                     # every Delivery, in the order of arrival

A behaviour is a function of a handler and a Delivery; it answers through `handler.answer`, or does not. `stop` ends the
listener and every open connection; `start` comes back on the same port.
"""

import json
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler

from support.databases import free_port
from support.listener import Listener


class Delivery:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.began, self.ended = time.monotonic(), None  # ended: None while it is under way

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.method} {self.path} {self.body!r}>"


def updated(handler, _delivery):
    handler.answer(200, b'{"updated":true}')


def not_updated(handler, _delivery):
    """What Store Manager says of an order that it does not know."""
    handler.answer(200, b'{"updated":false}')


def error_500(handler, _delivery):
    handler.answer(500, b'{"error":"(1045, \'Access denied\')"}')


def not_found(handler, _delivery):
    handler.answer(404, b"{}")


def broken_json(handler, _delivery):
    handler.answer(200, b'{"updated":tru')


def no_object(handler, _delivery):
    handler.answer(200, b'[true, {"updated":true}]')


def no_body(handler, _delivery):
    handler.answer(200, b"")


def garbage(handler, _delivery):
    """Bytes that are no HTTP."""
    handler.wfile.write(b"\x16\x03\x01\x00\xff\x00NO SUCH PROTOCOL\r\n\r\n\r\n" * 50)
    handler.close_connection = True


def huge(handler, _delivery):
    """10 MB, of which the first bytes look well."""
    handler.answer(200, b'{"updated":true,"x":"' + b"x" * 10_000_000 + b'"}')


def endless(handler, _delivery):
    """A body without a length that goes on for as long as somebody reads."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"updated\":true,\"x\":\"")
    handler.close_connection = True
    while not handler.owner.stopping.wait(0.01):
        handler.wfile.write(b"x" * 1000)


def redirect(handler, _delivery):
    handler.answer(307, b"", Location="/elsewhere")


def hang_up(handler, _delivery):
    """The connection ends before a word is said."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def hang(handler, _delivery):
    """Says nothing until the receiver is stopped or told to let go."""
    handler.owner.let_go.wait(120)
    handler.close_connection = True


def slow(seconds):

    def answer(handler, delivery):
        handler.owner.let_go.wait(seconds)
        updated(handler, delivery)

    return answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    owner = delivery = None

    def setup(self):
        """On the connection's own thread, so that a slow handshake holds nobody up."""
        if self.owner.tls:
            self.request.settimeout(10)
            self.request = self.owner.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def take(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        delivery = self.delivery = Delivery(self.command, self.path, dict(self.headers), body)
        with self.owner.lock:
            self.owner.received.append(delivery)
        try:
            self.owner.behaviour(self, delivery)
        finally:
            delivery.ended = delivery.ended or time.monotonic()

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = take

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json", "Content-Length": len(body)} | headers).items():
            self.send_header(name, str(value))
        self.delivery.ended = time.monotonic()  # before it is written: the next may come as soon as it is read
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Receiver:

    def __init__(self, behaviour=updated, certificate=None):
        """`certificate`: a Certificate; then it speaks TLS."""
        self.behaviour = behaviour
        self.received, self.lock = [], threading.Lock()
        self.let_go, self.stopping = threading.Event(), threading.Event()
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate.chain, certificate.key)
        self.port = free_port()
        self.listener = None

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def start(self):
        self.let_go.clear()
        self.stopping.clear()
        self.listener = Listener(type("OwnHandler", (Handler,), {"owner": self}), self.port).start()
        return self

    def stop(self):
        if self.listener:
            self.stopping.set()
            self.let_go.set()
            self.listener.stop()
            self.listener = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def bodies(self, payment_id=None):
        """Of every delivery, or of those of one payment in either style, in order."""
        with self.lock:
            bodies = [delivery.json for delivery in self.received]
        return [body for body in bodies if payment_id in (None, body.get("payment_id"))]

    def overlaps(self):
        """Pairs of deliveries of the same event that were under way at the same time."""
        with self.lock:
            rows = {}
            for delivery in self.received:
                rows.setdefault(delivery.body, []).append(delivery)
        now = time.monotonic()
        return [(first, second) for same in rows.values() for first, second in zip(same, same[1:])
                if second.began < (first.ended or now)]
