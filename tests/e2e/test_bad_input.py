"""Bad input (the issue's "Bad days"): random bytes, cut and mutated requests, slow clients. The server goes on serving.

Method: a corpus of good requests is mutated with a seed that is printed (PAY_E2E_SEED repeats a run); each wire is sent
whole, the sending side is closed, and whatever comes back must be a sequence of whole HTTP replies, never a 5xx.
"""

import json
import os
import random
import time

import pytest
from support.client import connect, read_reply
from support.payments import card, create, order, walk

SEED = int(os.environ.get("PAY_E2E_SEED", time.time_ns() % 1_000_000))
ROUNDS = int(os.environ.get("PAY_E2E_FUZZ", "1500"))


def wire(method, target, body=b"", extra=b""):
    length = b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body) if body else b""
    return f"{method} {target} HTTP/1.1\r\nHost: a\r\n".encode() + length + extra + b"\r\n" + body


def corpus():
    creation = json.dumps(
        order(19.99, currency="CAD", description="été ü", metadata={"a": "b"}, capture_method="manual")).encode()
    by_card = json.dumps(card()).encode()
    method = json.dumps({
        "payment_method": {
            "type": "card", "number": "4242424242424242", "cvc": "123", "exp_month": 12, "exp_year": 2040
        }
    }).encode()
    return [
        wire("POST", "/payments", creation, b"Idempotency-Key: abc-1\r\n"),
        wire("POST", "/payments/1/process", by_card),
        wire("POST", "/payments/process/1", method),
        wire("POST", "/payments/1/refund", b'{"amount": 1.25, "reason": "x"}'),
        wire("GET", "/payments?limit=5&status=paid&created_from=2024-01-01T00:00:00Z&order_id=1"),
        wire("GET", "/payments/1/events?limit=2"),
        wire("DELETE", "/payments/1"),
        wire("OPTIONS", "/payments/%31"),
        b"POST /payments HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(creation), creation),
        wire("POST", "/payments/cancel-by-order/1")
    ]


TOKENS = [
    b"\r\n", b"\n", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"9" * 40, b"-1", b"1e999", b"{", b"}", b"[" * 50, b'"',
    b"\\u0000", b"\\ud800", b"%", b"%00", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: b\r\n",
    b"null", b"true", b" ", b":", b";", b"'", b"../", b"\t", b"HTTP/1.0", b"Expect: 100-continue\r\n", b"cursor=",
    b"0x", b"\xe2\x80\xae"
]


def mutate(chance, data):
    data = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                data[place:place + 1] = bytes([chance.randrange(256)])
            case 1:
                data[place:place] = chance.choice(TOKENS)
            case 2:
                del data[place:place + chance.randrange(1, 20)]
            case 3:
                data[place:place] = data[:place][-chance.randrange(1, 30):]
            case 4:
                data = data[:place] or data
            case 5:
                data[place:place + 1] = chance.randbytes(chance.randrange(1, 8))
    return bytes(data)


def check(port, data):
    with connect(port, timeout=5) as peer, peer.makefile("rb") as stream:
        try:
            peer.sendall(data)
            peer.shutdown(1)
            while reply := read_reply(stream, "HEAD" if data.startswith(b"HEAD") else "GET"):
                assert reply.status < 500 or reply.status in (501, 505), (data, reply)
                assert reply.status == 100 or reply.header("X-Request-Id"), (data, reply)
                if 400 <= reply.status:
                    assert reply.header("Content-Type").startswith("application/problem+json"), (data, reply)
                    assert reply.json["status"] == reply.status, (data, reply)
        except (ConnectionResetError, BrokenPipeError):
            pass


@pytest.mark.parametrize("kind", ["bytes", "truncated", "mutated"])
def test_whatever_arrives_the_server_goes_on(service, kind):
    print("PAY_E2E_SEED =", SEED)
    chance, good = random.Random(f"{SEED} {kind}"), corpus()
    client = service.client()
    create(client)
    for turn in range(ROUNDS if kind == "mutated" else ROUNDS // 4):
        base = chance.choice(good)
        data = {
            "bytes": lambda: chance.randbytes(chance.randrange(1, 400)),
            "truncated": lambda: base[:chance.randrange(1, len(base))], "mutated": lambda: mutate(chance, base)
        }[kind]()
        check(service.port, data)
        if turn % 100 == 0:
            assert client.get("/health/ready").status == 200
    assert service.running
    assert create(service.client())["status"] == "pending"


def test_random_json_leaves_the_server_serving(http_service):
    """Valid JSON of any shape, for every route that takes a body."""
    print("PAY_E2E_SEED =", SEED)
    chance = random.Random(f"{SEED} json")
    client = http_service.client()
    number = create(client)["id"]
    names = [
        "user_id", "order_id", "total_amount", "currency", "capture_method", "description", "metadata", "cardNumber",
        "cardCode", "expirationDate", "payment_method", "number", "cvc", "exp_month", "exp_year", "type", "amount",
        "reason", "", "\u202e"
    ]

    def value(depth):
        kinds = [
            lambda: None, lambda: True, lambda: chance.randrange(-5, 2**chance.randrange(1, 80)),
            lambda: chance.uniform(-1, 1e12), lambda: "".join(chance.choices("aé0 9\u0001😀/-", k=chance.randrange(12))),
            lambda: "4242424242424242", lambda: "12/40"
        ]
        if depth:
            kinds += [
                lambda: [value(depth - 1) for _ in range(chance.randrange(4))],
                lambda: {chance.choice(names): value(depth - 1)
                         for _ in range(chance.randrange(8))}
            ]
        return chance.choice(kinds)()

    for _ in range(ROUNDS // 2):
        body = {name: value(3) for name in chance.sample(names, chance.randrange(1, 12))}
        path = chance.choice([
            "/payments", f"/payments/{number}/process", f"/payments/{number}/capture", f"/payments/{number}/refund",
            f"/payments/{number}/cancel", "/payments/cancel-by-order/5"
        ])
        reply = client.post(path, body)
        assert reply.status in (200, 201, 400, 402, 409), (path, body, reply)
    assert walk(client, f"/payments/{number}/events")


def test_slow_and_silent_clients_hold_nobody_up(http_service):
    slow = [connect(http_service.port) for _ in range(200)]
    for index, peer in enumerate(slow):
        peer.sendall(wire("POST", "/payments", b'{"user_id":1}')[:index % 60])
    begin = time.monotonic()
    client = http_service.client()
    for _ in range(50):
        create(client)
    assert time.monotonic() - begin < 5
    for peer in slow:
        peer.close()
    assert client.get("/health/ready").status == 200


@pytest.mark.slow
def test_a_request_that_never_ends_is_given_up(http_service):
    """A request has a bounded time from its first byte to its last; 408 or a plain close."""
    with connect(http_service.port, timeout=60) as peer, peer.makefile("rb") as stream:
        peer.sendall(b"POST /payments HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{")
        begin = time.monotonic()
        reply = read_reply(stream)
        assert time.monotonic() - begin < 45
        assert reply is None or reply.status == 408


def test_many_connections_come_and_go(http_service):
    before = http_service.memory_kib()
    for _ in range(2000):
        connect(http_service.port).close()
    assert http_service.client().get("/").status == 200
    assert http_service.memory_kib() - before < 50_000
