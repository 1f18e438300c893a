"""A small HTTP client for the tests: whole requests through http.client, and raw bytes where bytes matter.

Numbers with a fraction are read as Decimal, so that amounts are compared exactly.
"""

import http.client
import json
import socket
from decimal import Decimal


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def header(self, name):
        values = self.all(name)
        return values[0] if values else None

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def json(self):
        return json.loads(self.body, parse_float=Decimal)

    @property
    def code(self):
        """The stable code of an error; None of a success."""
        return self.json.get("code")

    @property
    def replayed(self):
        return self.header("Idempotent-Replayed") == "true"

    def __repr__(self):
        return f"<{self.status} {self.body[:500]!r}>"


class Client:
    """One kept-alive connection. One thread. `headers` go with every request; `tls` is an ssl.SSLContext."""
    def __init__(self, port, timeout=15, headers=None, tls=None):
        self.port = port
        self._headers = headers or {}
        if tls:
            self._connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=timeout, context=tls)
        else:
            self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def send(self, method, path, body=None, headers=None):
        """A dict or list goes out as JSON with its Content-Type; text and bytes go out as they are."""
        headers = self._headers | (headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            return Reply(answer.status, answer.getheaders(), answer.read())
        except BaseException:
            self._connection.close()
            raise

    def get(self, path, headers=None):
        return self.send("GET", path, None, headers)

    def post(self, path, body=None, headers=None, key=None):
        headers = dict(headers or {})
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.send("POST", path, body, headers)

    def delete(self, path, headers=None):
        return self.send("DELETE", path, None, headers)

    def close(self):
        self._connection.close()


def read_reply(stream, method="GET"):
    """The next reply of a connection, 1xx included; None at its end."""
    line = stream.readline()
    if not line:
        return None
    version, status = line.split(b" ")[:2]
    assert version in (b"HTTP/1.1", b"HTTP/1.0"), line
    headers = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers.append((name, value.strip()))
    reply = Reply(int(status), headers, b"")
    if reply.status >= 200 and reply.status not in (204, 304) and method != "HEAD":
        length = reply.header("Content-Length")
        assert length is not None, f"a reply without a length: {headers}"
        reply.body = stream.read(int(length))
    return reply


def connect(port, timeout=5):
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def exchange(port, data, count=1, half_close=False, timeout=5, method="GET"):
    """Sends bytes as they are; returns `count` replies (fewer when the peer closes before)."""
    with connect(port, timeout) as peer, peer.makefile("rb") as stream:
        peer.sendall(data)
        if half_close:
            peer.shutdown(socket.SHUT_WR)
        replies = []
        while len(replies) < count and (reply := read_reply(stream, method)):
            replies.append(reply)
        return replies


def exchange_and_close(port, data, timeout=5):
    """Sends bytes and reads to the end that the server makes: (replies, whether it closed in time)."""
    with connect(port, timeout) as peer, peer.makefile("rb") as stream:
        replies = []
        try:
            peer.sendall(data)
            while reply := read_reply(stream):
                replies.append(reply)
        except TimeoutError:
            return replies, False
        except ConnectionError:
            pass
        return replies, True
