"""A scripted provider: state in memory, faults on order, and a control for tests under /_peer/.

GET  /_peer/state      {"charges": […], "refunds": […], "effects": {"authorize", "capture", "void", "refund"},
                       "requests", "in_flight", "max_in_flight", "by_path": {"POST /v1/refunds": 3}, "seed"}
POST /_peer/reset      forgets everything: state, faults, latency, counts
POST /_peer/counts     forgets how often and how much at once it was asked
POST /_peer/latency    {"ms": 50}, of every later answer. Effects happen at its end, like the answer
POST /_peer/faults     {"faults": […]}: see faults.py. Replaces those of before
POST /_peer/payers     {"id", "outcome": "approve" | "fail" | "cancel"}: what the payer, or a slow network, said
POST /_peer/webhooks   {"url", "type", "id", "times": 1, "forge": false, "age_seconds": 0, "event_id", "object": {…}};
                       answers {"event_id", "statuses": [200, …]}: null for a receiver that did not answer

What the memory says moved is the truth that a service's books are compared with. `effects.authorize` counts every
charge that the issuer agreed to, `effects.capture` every capture, one at the time of the authorization included.
Amounts of the state are integers in the smallest unit that the provider knows of that currency.
A request whose caller went away is carried out all the same, as a provider would.
"""

import argparse
import asyncio
import json
import random
import re
import resource
import ssl
import string
import sys
import threading
import traceback
import urllib.parse

from faults import AT_THE_LINE, IN_THE_ANSWER, Faults, bytes_at_the_line
from http_line import Answer, Connection

ALPHANUMERIC = string.ascii_letters + string.digits
WEBHOOK_SECONDS = 10
CONNECTIONS = 4096


class Refused(Exception):
    """An answer that is no success. `stored`: a repeat with the same key gets it again."""

    def __init__(self, status, value, stored=False, **headers):
        super().__init__(status)
        self.answer, self.stored = Answer(status, value, **headers), stored


class Peer:
    """Providers fill in `routes`, `reserve`, `execute` and what follows it. One thread: the event loop's."""

    routes = []  # (method, template, name of the member function)

    def __init__(self, options):
        self.options = options
        self.seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
        self.port = None
        self.connections = set()
        self.compiled = [(method, re.compile(re.sub(r"\{id\}", "([^/]+)", template) + "$"), f"{method} {template}",
                          getattr(self, name)) for method, template, name in self.routes]
        self.reset()

    def reset(self):
        self.chance = random.Random(self.seed)
        self.faults = Faults(self.seed)
        self.latency_ms = self.options.latency_ms
        self.requests = self.in_flight = self.max_in_flight = 0
        self.by_path = {}
        self.effects = {"authorize": 0, "capture": 0, "void": 0, "refund": 0}
        self.epoch = object()  # what was under way before a reset must not count after it

    def random_word(self, length):
        return "".join(self.chance.choices(ALPHANUMERIC, k=length))

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def reserve(self, request, function):
        """An Answer when the request is not carried out (who calls, a key seen before), or None; then `execute` is
        called for it, once."""
        raise NotImplementedError

    def execute(self, request, function, arguments):
        """Carries it out, and remembers the answer under the request's key."""
        raise NotImplementedError

    def remember(self, request, answer, instead):
        """Makes `answer` that of the request's key, when the provider would; `instead` of one that is there."""
        raise NotImplementedError

    def fault_answer(self, status, request):
        raise NotImplementedError

    def distort(self, kind, value):
        """The true answer, changed as the fault has it. `value` is a copy."""
        raise NotImplementedError

    def state(self):
        raise NotImplementedError

    def payer_says(self, about, outcome):
        raise NotImplementedError

    def webhook(self, order):
        """(event id, body, headers) of a notification."""
        raise NotImplementedError

    def take(self, request, connection):
        if request.path.startswith("/_peer/"):
            return self.control(request, connection)
        for method, pattern, name, function in self.compiled:
            if method == request.method and (found := pattern.match(request.path)):
                break
        else:
            name, function, found = "other", self.not_found, None
        self.requests += 1
        self.by_path[name] = self.by_path.get(name, 0) + 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        fault = self.faults.pick(f"{request.method} {request.path}")
        before = fault is not None and fault.before
        answer = None if before else self.reserve(request, function)
        delay_ms = self.latency_ms + (fault.delay_ms if fault else 0)
        rest = (request, function, found.groups() if found else (), connection, fault, answer, self.epoch)
        if delay_ms:
            asyncio.get_running_loop().call_later(delay_ms / 1000, self.finish, *rest)
        else:
            self.finish(*rest)

    def finish(self, request, function, arguments, connection, fault, answer, epoch):
        if epoch is not self.epoch:
            return connection.reset()
        kind = fault.kind if fault else ""
        if fault and fault.before:
            answer = self.fault_answer(fault.status or 200, request)
            if kind.startswith("status:"):
                self.remember(request, answer, instead=False)
        elif answer is None:
            answer = self.executed(request, function, arguments)
        if kind.startswith("500_after"):
            answer = self.fault_answer(500, request)
            if kind == "500_after_stored":
                self.remember(request, answer, instead=True)
        if kind.startswith("hang"):
            connection.on_lost = lambda: self.left(epoch)
            return
        self.in_flight -= 1
        if kind.startswith("reset"):
            connection.reset()
        elif kind.startswith("close"):
            connection.close()
        elif kind in AT_THE_LINE:
            connection.send(bytes_at_the_line(kind, answer))
            if kind == "cut":
                connection.close()
        else:
            if kind in IN_THE_ANSWER and answer.status < 300 and isinstance(answer.value, dict):
                answer.value = self.distort(kind, json.loads(json.dumps(answer.value)))
            connection.send(answer.wire())

    def executed(self, request, function, arguments):
        """An error of ours is a 500 with its reason on stderr, not a silent connection."""
        try:
            return self.execute(request, function, arguments)
        except Exception:
            traceback.print_exc()
            return Answer(500, {"error": "the peer itself failed"})

    def left(self, epoch):
        if epoch is self.epoch:
            self.in_flight -= 1

    def not_found(self, request, *_):
        raise Refused(404, {"error": {"message": f"Unrecognized request URL ({request.method}: {request.path})."}})

    def control(self, request, connection):
        asyncio.get_running_loop().create_task(self.controlled(request, connection))

    async def controlled(self, request, connection):
        try:
            order = json.loads(request.body or b"{}")
            what = f"{request.method} {request.path.removeprefix('/_peer/')}"
            if what == "GET state":
                counts = {"effects": self.effects, "requests": self.requests, "in_flight": self.in_flight,
                          "max_in_flight": self.max_in_flight, "by_path": self.by_path, "seed": self.seed}
                answer = Answer(200, self.state() | counts)
            elif what == "POST webhooks":
                answer = Answer(200, await self.notify(order))
            else:
                answer = Answer(200, self.ordered(what, order))
        except (KeyError, ValueError, TypeError, AttributeError, re.error) as reason:
            answer = Answer(400, {"error": f"{type(reason).__name__}: {reason}"})
        connection.send(answer.wire())

    def ordered(self, what, order):
        if what == "POST reset":
            self.reset()
        elif what == "POST counts":
            self.requests, self.max_in_flight, self.by_path = 0, self.in_flight, {}
        elif what == "POST latency":
            self.latency_ms = order["ms"]
        elif what == "POST faults":
            self.faults.replace(order["faults"])
        elif what == "POST payers":
            return {"status": self.payer_says(order["id"], order["outcome"])}
        else:
            raise ValueError(f"no such control: {what}")
        return {"ok": True}

    async def notify(self, order):
        event_id, body, headers = self.webhook(order)
        return {"event_id": event_id,
                "statuses": [await deliver(order["url"], body, headers) for _ in range(order.get("times", 1))]}


async def deliver(url, body, headers):
    """The status that the receiver answered, or None."""
    where = urllib.parse.urlsplit(url)
    secure = None
    if where.scheme == "https":
        secure = ssl.create_default_context()
        secure.check_hostname, secure.verify_mode = False, ssl.CERT_NONE
    lines = [f"POST {where.path or '/'} HTTP/1.1", f"Host: {where.netloc}", "Content-Type: application/json",
             f"Content-Length: {len(body)}", "Connection: close", *(f"{name}: {text}" for name, text in headers.items())]
    try:
        async with asyncio.timeout(WEBHOOK_SECONDS):
            reader, writer = await asyncio.open_connection(where.hostname, where.port or 80, ssl=secure)
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            status = int((await reader.readline()).split()[1])
            writer.close()
            return status
    except (OSError, TimeoutError, IndexError, ValueError):
        return None


def page(title, outcomes):
    """What a payer sees: a button for each outcome."""
    buttons = "".join(f'<form method="post" action="?outcome={one}"><button>{one}</button></form>' for one in outcomes)
    text = f"<!DOCTYPE html><html><title>{title}</title><body><h1>{title}</h1>{buttons}</body></html>"
    return Answer(200, text.encode(), Content_Type="text/html; charset=utf-8")


def with_query(url, **more):
    where = urllib.parse.urlsplit(url)
    query = "&".join(part for part in (where.query, urllib.parse.urlencode(more)) if part)
    return urllib.parse.urlunsplit(where._replace(query=query))


def parser_of(secret):
    parser = argparse.ArgumentParser(description="A scripted provider for tests, on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--seed", type=int, help="makes ids and probabilities the same every time")
    parser.add_argument("--secret", default=secret)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--die-with-stdin", action="store_true", help="ends when its standard input does")
    return parser


async def serve(peer):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(peer), "127.0.0.1", peer.options.port, backlog=CONNECTIONS)
    peer.port = server.sockets[0].getsockname()[1]
    print(f"listening {peer.port}", flush=True)
    ended = asyncio.Event()
    if peer.options.die_with_stdin:
        def wait_for_the_end():
            while sys.stdin.buffer.raw.read(4096):
                pass
            loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=wait_for_the_end, daemon=True).start()
    await ended.wait()


def main(peer):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < CONNECTIONS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(CONNECTIONS, hard), hard))
    try:
        asyncio.run(serve(peer))
    except KeyboardInterrupt:
        pass
