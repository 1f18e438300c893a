"""Somebody who stands between the service and a provider: sees every request, and decides what is answered.

    with Between(lambda request: request.on_to(peer.port)) as line:
        line.url; line.passed        # "METHOD path" of every request, in order
"""

import http.client
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler

from support.listener import Listener


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict
    body: bytes

    def on_to(self, port, **changes):
        """(status, headers, body) of whoever listens there."""
        asked = replace(self, **changes)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(asked.method, asked.path, asked.body or None, asked.headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    owner = None

    def take(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: text for name, text in self.headers.items()
                   if name.lower() not in ("host", "expect", "content-length", "connection")}
        self.owner.passed.append(f"{self.command} {self.path}")
        status, given, text = self.owner.decide(Request(self.command, self.path, headers, body))
        self.send_response(status)
        self.send_header("Content-Type", given.get("Content-Type", "application/json"))
        if status != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = take  # noqa: N815

    def log_message(self, *_):
        pass


class Between:

    def __init__(self, decide):
        self.decide, self.passed = decide, []
        self.listener = Listener(type("OwnHandler", (Handler,), {"owner": self}))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.listener.port}"

    def __enter__(self):
        self.listener.start()
        return self

    def __exit__(self, *_):
        self.listener.stop()
