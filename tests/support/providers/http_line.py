"""HTTP/1.1 for the peers: keep-alive, one request at a time on a connection, nothing that our clients do not send.

Small, because thousands of requests a second must fit on one core beside what is measured.
"""

import asyncio
import json
import socket
import struct
from http import HTTPStatus
from urllib.parse import parse_qsl

MAX_HEAD = 64 * 1024
MAX_BODY = 1024 * 1024
REASONS = {status.value: status.phrase for status in HTTPStatus}


class Request:
    """`headers` have lower-case names; `query` and `form` are lists of pairs, in order."""

    __slots__ = ("method", "path", "query_text", "headers", "body")

    def __init__(self, method, path, query_text, headers, body):
        self.method, self.path, self.query_text, self.headers, self.body = method, path, query_text, headers, body

    @property
    def query(self):
        return parse_qsl(self.query_text, keep_blank_values=True)

    @property
    def form(self):
        return parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True)


class Answer:
    """`value` is a JSON value (None: no body), or the bytes themselves."""

    __slots__ = ("status", "value", "headers")

    def __init__(self, status, value=None, **headers):
        self.status, self.value = status, value
        self.headers = {name.replace("_", "-"): text for name, text in headers.items()}

    def body(self):
        if self.value is None:
            return b""
        return self.value if isinstance(self.value, bytes) else json.dumps(self.value).encode()

    def wire(self, body=None, length=None):
        """The bytes to send. `length` may lie about them."""
        body = self.body() if body is None else body
        kind = "" if self.status == 204 else "Content-Type: application/json\r\n"
        more = "".join(f"{name}: {text}\r\n" for name, text in self.headers.items())
        if "Content-Type" in self.headers:
            kind = ""
        size = "" if self.status == 204 else f"Content-Length: {len(body) if length is None else length}\r\n"
        return f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Other')}\r\n{kind}{more}{size}\r\n".encode() + body


class Connection(asyncio.Protocol):
    """Calls `owner.take(request, connection)` for each request; the owner answers by `send`, `close`, or never."""

    __slots__ = ("owner", "transport", "buffer", "busy", "on_lost")

    def __init__(self, owner):
        self.owner, self.transport = owner, None
        self.buffer = bytearray()
        self.busy = False
        self.on_lost = None  # called once when a request that is never answered loses its line

    def connection_made(self, transport):
        self.transport = transport
        self.owner.connections.add(self)

    def connection_lost(self, _reason):
        self.owner.connections.discard(self)
        self.transport = None
        if self.on_lost:
            self.on_lost()

    def data_received(self, data):
        self.buffer += data
        if not self.busy:
            self.read_one()

    def read_one(self):
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self.buffer) > MAX_HEAD:
                self.refuse(431)
            return
        lines = self.buffer[:end].decode("latin-1").split("\r\n")
        try:
            method, target, version = lines[0].split(" ")
            headers = {}
            for line in lines[1:]:
                name, text = line.split(":", 1)
                headers[name.lower()] = text.strip()
            size = int(headers.get("content-length", 0))
        except ValueError:
            return self.refuse(400)
        if size > MAX_BODY or "transfer-encoding" in headers or not version.startswith("HTTP/1."):
            return self.refuse(413 if size > MAX_BODY else 411)
        if len(self.buffer) < end + 4 + size:
            if headers.get("expect", "").lower() == "100-continue" and len(self.buffer) == end + 4:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return
        body = bytes(self.buffer[end + 4:end + 4 + size])
        del self.buffer[:end + 4 + size]
        path, _, query_text = target.partition("?")
        self.busy = True
        self.owner.take(Request(method, path, query_text, headers, body), self)

    def refuse(self, status):
        self.transport.write(Answer(status, {"error": REASONS[status]}).wire())
        self.close()

    def send(self, data):
        """Of a connection that is gone: nothing, the answer is lost."""
        self.busy = False
        if self.transport:
            self.transport.write(data)
            if self.buffer:
                self.read_one()

    def close(self):
        if self.transport:
            self.transport.close()

    def reset(self):
        """Ends it at once, without a word."""
        if self.transport:
            line = self.transport.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
