"""Behaves as contract.md, section 5, says of KrakenD, driven by the same krakend.json; not more than that.

Modelled: routes, input_headers and input_query_strings, chunked bodies to the backend, idle connections that stay open,
timeouts, no-op (all passes) and json (201 becomes 200, anything but 200 and 201 an empty 500, headers dropped),
cache_ttl, the router's rate limits as token buckets, circuit breakers, CORS, the headers of security/http. Not modelled:
several backends an endpoint, other encodings, modifiers, TLS. Whatever the gateway itself refuses has an empty body.
"""

import gzip
import http.client
import json
import re
import select
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler

from support.listener import Listener
from support.token_bucket import TokenBucket

UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-authenticate"}
REPEATABLE = {"GET", "HEAD", "OPTIONS"}


def seconds(text):
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([\d.]+)(ns|us|ms|s|m|h)", text))


class Refused(Exception):
    """The gateway answers by itself; the status is all that it says."""

    def __init__(self, status):
        self.status = status


class Breaker:
    """Opens after more than `max_errors` failures in a row, and lets one call try again after `timeout` seconds."""

    def __init__(self, settings):
        self.allowed = settings["max_errors"]
        self.interval = settings["interval"]
        self.rest = settings["timeout"]
        self.failures, self.since = 0, time.monotonic()
        self.opened = None
        self.trying = False
        self.guard = threading.Lock()

    def enter(self):
        with self.guard:
            now = time.monotonic()
            if self.opened is None:
                if now - self.since > self.interval:
                    self.failures, self.since = 0, now
            elif now - self.opened < self.rest or self.trying:
                raise Refused(500)
            else:
                self.trying = True

    def leave(self, succeeded):
        with self.guard:
            self.trying = False
            if succeeded:
                self.failures, self.opened = 0, None
                return
            self.failures += 1
            if self.opened is not None or self.failures > self.allowed:
                self.opened = time.monotonic()


class Pool:
    """Connections to one backend. Idle ones are kept, and dropped when the backend has closed them."""

    def __init__(self, host, dial_seconds):
        where = urllib.parse.urlsplit(host)
        self.address = where.hostname, where.port
        self.dial_seconds = dial_seconds
        self.idle = []
        self.guard = threading.Lock()

    def take(self, left):
        """(connection, whether it was used before)"""
        while True:
            with self.guard:
                if not self.idle:
                    break
                connection = self.idle.pop()
            if not select.select([connection.sock], [], [], 0)[0]:
                return connection, True
            connection.close()
        connection = http.client.HTTPConnection(*self.address, timeout=min(left, self.dial_seconds or left))
        connection.connect()
        return connection, False

    def give(self, connection):
        with self.guard:
            self.idle.append(connection)

    def close(self):
        with self.guard:
            for connection in self.idle:
                connection.close()
            self.idle.clear()


class Endpoint:

    def __init__(self, settings, config, pools):
        [backend] = settings["backend"]
        self.method = settings.get("method", "GET")
        self.template = settings["endpoint"]
        self.pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.template)) + r"\Z")
        self.wanted_headers = settings.get("input_headers") or ["Content-Type"]
        self.wanted_query = settings.get("input_query_strings", [])
        self.timeout = seconds(settings.get("timeout", config.get("timeout", "2s")))
        self.lifetime = seconds(settings.get("cache_ttl", config.get("cache_ttl", "0s")))
        self.true = "no-op" == settings.get("output_encoding", config.get("output_encoding")) == backend.get("encoding")
        self.backend_method = backend.get("method", self.method)
        self.backend_path = backend["url_pattern"]
        self.pool = pools(backend["host"][0])
        breaker = backend.get("extra_config", {}).get("qos/circuit-breaker")
        self.breaker = Breaker(breaker) if breaker else None
        self._limit(settings.get("extra_config", {}).get("qos/ratelimit/router", {}))

    def _limit(self, limits):
        every = seconds(limits.get("every", "1s"))
        self.everybody, self.of_client, self.clients = None, None, {}
        self.guard = threading.Lock()
        if rate := limits.get("max_rate"):
            self.everybody = TokenBucket(rate / every, limits.get("capacity"))
        if rate := limits.get("client_max_rate"):
            self.of_client = lambda: TokenBucket(rate / every, limits.get("client_capacity"))

    def admit(self, client):
        if self.of_client:
            with self.guard:
                if client not in self.clients:
                    self.clients[client] = self.of_client()
                bucket = self.clients[client]
            if not bucket.take():
                raise Refused(429)
        if self.everybody and not self.everybody.take():
            raise Refused(503)

    def forward(self, parameters, query, headers, body):
        """(status, headers, body) of the backend."""
        if self.breaker:
            self.breaker.enter()
        succeeded = False
        try:
            path = re.sub(r"\{(\w+)\}", lambda found: parameters[found.group(1)], self.backend_path)
            pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
            kept = urllib.parse.urlencode([pair for pair in pairs if pair[0] in self.wanted_query])
            status, answered, content = self._call(path + (f"?{kept}" if kept else ""), headers, body)
            succeeded = self.true or status in (200, 201)
        except (OSError, http.client.HTTPException) as reason:
            raise Refused(500) from reason
        finally:
            if self.breaker:
                self.breaker.leave(succeeded)
        return status, answered, content

    def _call(self, target, headers, body):
        deadline = time.monotonic() + self.timeout
        connection, used = self.pool.take(self.timeout)
        try:
            return self._exchange(connection, target, headers, body, deadline)
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException):
            if not used or self.method not in REPEATABLE:
                raise
        connection, _ = self.pool.take(max(0.001, deadline - time.monotonic()))
        return self._exchange(connection, target, headers, body, deadline)

    def _exchange(self, connection, target, headers, body, deadline):
        whole = False
        try:
            self._send(connection, target, headers, body, deadline)
            connection.sock.settimeout(max(0.001, deadline - time.monotonic()))
            answer = connection.getresponse()
            pieces = []
            while piece := answer.read1(65_536):
                pieces.append(piece)
                if time.monotonic() > deadline:
                    raise TimeoutError
                if connection.sock:
                    connection.sock.settimeout(max(0.001, deadline - time.monotonic()))
            answer.close()  # the connection is free for the next call
            whole = not answer.will_close
            return self._decoded(answer, b"".join(pieces))
        finally:
            self.pool.give(connection) if whole else connection.close()

    def _send(self, connection, target, headers, body, deadline):
        connection.sock.settimeout(max(0.001, deadline - time.monotonic()))
        connection.putrequest(self.backend_method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.putheader("Accept-Encoding", "gzip")
        if body:
            connection.putheader("Transfer-Encoding", "chunked")
        elif self.backend_method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", "0")
        connection.endheaders()
        if body:
            middle = len(body) // 2 + 1
            for piece in filter(None, (body[:middle], body[middle:])):
                connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            connection.send(b"0\r\n\r\n")

    @staticmethod
    def _decoded(answer, content):
        headers = [pair for pair in answer.getheaders() if pair[0].lower() not in HOP_BY_HOP | {"content-length"}]
        if answer.getheader("Content-Encoding") == "gzip":
            headers = [pair for pair in headers if pair[0].lower() != "content-encoding"]
            content = gzip.decompress(content)
        return answer.status, headers, content

    def render(self, status, headers, content):
        """What the caller gets of a backend's answer."""
        if self.true:
            return status, [*headers, ("X-Krakend-Completed", "false")], content
        if status not in (200, 201):
            raise Refused(500)
        try:
            value = json.loads(content)
        except ValueError:
            raise Refused(500) from None
        headers = [("Content-Type", "application/json; charset=utf-8"), ("X-Krakend-Completed", "true")]
        if self.lifetime:
            headers.append(("Cache-Control", f"public, max-age={self.lifetime:.0f}"))
        return 200, headers, json.dumps(value).encode()


class StandIn:

    def __init__(self, config):
        self._pools = {}
        dial_seconds = seconds(config.get("dialer_timeout", "0s"))
        pools = lambda host: self._pools.setdefault(host, Pool(host, dial_seconds))  # noqa: E731
        self.endpoints = [Endpoint(settings, config, pools) for settings in config["endpoints"]]
        # The more of a path is literal, the earlier it is looked at: `process/{id}` before `{id}/…`.
        self.endpoints.sort(key=lambda endpoint: [part[0] == "{" for part in endpoint.template.split("/")[1:]])
        self.extra = config.get("extra_config", {})
        self.port = config["port"]
        self._listener = None

    def start(self):
        self._listener = Listener(handler(self), self.port).start()

    def stop(self):
        self._listener.stop()
        for pool in self._pools.values():
            pool.close()

    def find(self, method, path):
        """(endpoint, its parameters)"""
        other = False
        for endpoint in self.endpoints:
            if found := endpoint.pattern.match(path):
                if endpoint.method == method:
                    return endpoint, found.groupdict()
                other = True
        raise Refused(405 if other else 404)

    def guarding_headers(self, origin):
        secure, cors = self.extra.get("security/http", {}), self.extra.get("security/cors", {})
        yield from [("X-Frame-Options", "DENY")] if secure.get("frame_deny") else []
        yield from [("X-Content-Type-Options", "nosniff")] if secure.get("content_type_nosniff") else []
        yield from [("Referrer-Policy", secure["referrer_policy"])] if "referrer_policy" in secure else []
        if cors and origin and (origin in cors["allow_origins"] or "*" in cors["allow_origins"]):
            yield "Access-Control-Allow-Origin", "*" if "*" in cors["allow_origins"] else origin
            yield "Access-Control-Expose-Headers", ", ".join(cors["expose_headers"])


def handler(gateway):

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 60

        def handle_one(self):
            where = urllib.parse.urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                if where.path == "/__health":
                    return self.reply(200, [("Content-Type", "application/json")], b'{"status":"ok"}')
                endpoint, parameters = gateway.find(self.command, where.path)
                endpoint.admit(self.client_address[0])
                answer = endpoint.forward(parameters, where.query, self.forwarded(endpoint), body)
                self.reply(*endpoint.render(*answer))
            except Refused as refusal:
                self.reply(refusal.status, [("X-Krakend-Completed", "false")], b"")

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = handle_one

        def do_OPTIONS(self):
            cors, origin = gateway.extra.get("security/cors", {}), self.headers.get("Origin")
            if not origin or "Access-Control-Request-Method" not in self.headers:
                return self.handle_one()
            allowed = [("Access-Control-Allow-Methods", ", ".join(cors.get("allow_methods", []))),
                       ("Access-Control-Allow-Headers", ", ".join(cors.get("allow_headers", [])))]
            self.reply(204, allowed if origin in cors.get("allow_origins", []) else [], b"")

        def forwarded(self, endpoint):
            kept = [(name, value) for name in endpoint.wanted_headers for value in self.headers.get_all(name, [])]
            return [*kept, ("X-Forwarded-For", self.client_address[0]), ("X-Forwarded-Host", self.headers.get("Host")),
                    *([] if "User-Agent" in endpoint.wanted_headers else [("User-Agent", "KrakenD Version 2.7.2")])]

        def reply(self, status, headers, body):
            self.send_response_only(status)
            for name, value in [*gateway.guarding_headers(self.headers.get("Origin")), *headers]:
                self.send_header(name, value)
            if status not in (204, 304):
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if self.command != "HEAD" else b"")

        def log_message(self, *_):
            pass

    return Handler
