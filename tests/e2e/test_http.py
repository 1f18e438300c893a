"""HTTP as api.md decides it ("Paths", "HTTP"): what is accepted, what is 400, when the connection stays.

Method: bytes through raw sockets; every row says what goes in and which statuses come out, in order.
"""

import json
import re
import socket
import time

import pytest
from support.client import connect, exchange, exchange_and_close, read_reply
from support.payments import assert_problem, create, ok, order

BODY = json.dumps(order(5)).encode()


def post(headers, body=BODY, target="/payments"):
    return f"POST {target} HTTP/1.1\r\nHost: a\r\n{headers}\r\n".encode("latin-1") + body


def get(target="/", headers="", version="1.1", host="Host: a\r\n"):
    return f"GET {target} HTTP/{version}\r\n{host}{headers}\r\n".encode("latin-1")


PATHS = [("/payments/%31", 200), ("//payments/1", 200), ("///payments/1", 200), ("/payments%2F1", None),
         ("/payments/1/", 404), ("/payments/01", 404), ("/payments/1?x=1", 200), ("/payments/1?", 200),
         ("/payments/1?%zz=%ff&\x80\xff=&&&==", 200), ("/payments?limit=1&noise=%", 200), ("/payments/%zz", None),
         ("/payments/1%00", None), ("/payments/../payments/1", None), ("/%70ayments/1", 200), ("/payments/1;x=1", 404)]


@pytest.mark.parametrize("target,status", PATHS)
def test_paths(http_service, target, status):
    create(http_service.client())
    replies = exchange(http_service.port, get(target))
    assert replies[0].status in ((status, ) if status else (200, 400, 404)), replies


def test_an_absolute_target_is_accepted(http_service):
    number = create(http_service.client())["id"]
    for host in (f"127.0.0.1:{http_service.port}", "payments_api:5009", "example.org"):
        [reply] = exchange(http_service.port, get(f"http://{host}/payments/{number}?x=1"))
        assert reply.status == 200, reply
    [root] = exchange(http_service.port, get(f"http://127.0.0.1:{http_service.port}"))
    assert root.status == 200, root


@pytest.mark.parametrize("path", ["/", "/payments", "/payments/{id}", "/payments/{id}/refund", "/health/live", "/docs"])
def test_options_answers_200_with_allow(http_service, path):
    target = path.replace("{id}", str(create(http_service.client())["id"]))
    reply = http_service.client().send("OPTIONS", target)
    assert reply.status == 200
    allowed = {name.strip() for name in reply.header("Allow").split(",")}
    assert "OPTIONS" in allowed and ("HEAD" in allowed) == ("GET" in allowed)


def test_expect_continue_gets_100_or_a_final_answer(http_service):
    with connect(http_service.port) as peer, peer.makefile("rb") as stream:
        peer.sendall(
            post(f"Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {len(BODY)}\r\n", b""))
        first = read_reply(stream)
        assert first.status in (100, 201)
        peer.sendall(BODY)
        assert read_reply(stream).status == 201
    head = post("Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n", b"")
    [refused] = exchange(http_service.port, head)
    assert_problem(refused, 413, "payload_too_large")


def test_http_1_0_closes_unless_it_asks_not_to(http_service):
    replies, closed = exchange_and_close(http_service.port, get(version="1.0") + get(version="1.0"))
    assert closed and [reply.status for reply in replies] == [200]
    replies, closed = exchange_and_close(http_service.port, get(version="1.0", host=""))
    assert closed and [reply.status for reply in replies] == [200]
    kept = exchange(http_service.port, get(version="1.0", headers="Connection: keep-alive\r\n") * 2, count=2)
    assert [reply.status for reply in kept] == [200, 200]


def test_connection_close_is_obeyed_and_keep_alive_is_kept(http_service):
    replies, closed = exchange_and_close(http_service.port, get(headers="Connection: close\r\n"))
    assert closed and replies[0].status == 200 and replies[0].header("Connection").lower() == "close"
    with connect(http_service.port) as peer, peer.makefile("rb") as stream:
        for _ in range(50):
            peer.sendall(get("/payments?limit=1"))
            assert read_reply(stream).status == 200


def test_a_client_that_half_closes_gets_its_answer(service):
    headers = f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"
    [reply] = exchange(service.port, post(headers), half_close=True)
    assert reply.status == 201, reply
    replies = exchange(service.port, post(headers) * 3, count=3, half_close=True)
    assert [reply.status for reply in replies] == [201, 201, 201]


def test_pipelined_requests_are_answered_in_order(service):
    first = create(service.client())["id"]
    wire = b"".join(
        post(f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n") + get(f"/payments/{first}") +
        get("/nowhere") for _ in range(40))
    replies = exchange(service.port, wire, count=120, timeout=20)
    assert [reply.status for reply in replies] == [201, 200, 404] * 40
    made = [reply.json["id"] for reply in replies[::3]]
    assert made == sorted(made)


def test_a_request_in_small_pieces_is_one_request(http_service):
    wire = post(f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n")
    with connect(http_service.port) as peer, peer.makefile("rb") as stream:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for index in range(len(wire)):
            peer.sendall(wire[index:index + 1])
        assert read_reply(stream).status == 201


CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
JSON = "Content-Type: application/json\r\n"
LENGTH = f"Content-Length: {len(BODY)}\r\n"
REFUSED = {  # each is 400 and the connection is closed: what could be read in two ways is not read at all
    "no host": get(host=""), "two hosts": get(host="Host: a\r\nHost: a\r\n"), "bare LF": b"GET / HTTP/1.1\nHost: a\n\n",
    "one bare LF": b"GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
    "length and chunks": post(JSON + LENGTH + "Transfer-Encoding: chunked\r\n", CHUNKS),
    "chunks and length": post(JSON + "Transfer-Encoding: chunked\r\n" + LENGTH,
                              CHUNKS), "two lengths": post(JSON + LENGTH + f"Content-Length: {len(BODY) + 1}\r\n"),
    "the same length twice": post(JSON + LENGTH + LENGTH),
    "a list of lengths": post(JSON + f"Content-Length: {len(BODY)}, {len(BODY)}\r\n"),
    "a negative length": post(JSON + "Content-Length: -1\r\n"),
    "a signed length": post(JSON + f"Content-Length: +{len(BODY)}\r\n"),
    "a hexadecimal length": post(JSON + "Content-Length: 0x10\r\n"),
    "an empty length": post(JSON + "Content-Length: \r\n"),
    "an unknown coding": post(JSON + "Transfer-Encoding: xchunked\r\n",
                              CHUNKS), "chunked not last": post(JSON + "Transfer-Encoding: chunked, identity\r\n",
                                                                CHUNKS),
    "chunked twice": post(JSON + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                          CHUNKS), "a hidden coding": post(JSON + LENGTH + "Transfer-Encoding:\x0bchunked\r\n"),
    "a blank before the colon": post(JSON + "Content-Length : 5\r\n"), "a folded line": get(headers="X: a\r\n b\r\n"),
    "a header without a name": get(headers=": x\r\n"), "a header without a colon": get(headers="nothing\r\n"),
    "NUL in a header": get(headers="X: a\0b\r\n"), "CR in a header": get(headers="X: a\rb\r\n"),
    "NUL in the target": get("/pay\0ments"), "a blank in the target": get("/pay ments"), "a bad chunk size": post(
        JSON + "Transfer-Encoding: chunked\r\n",
        b"zz\r\nxx\r\n0\r\n\r\n"), "a signed chunk size": post(JSON + "Transfer-Encoding: chunked\r\n",
                                                               b"+2\r\n{}\r\n0\r\n\r\n"),
    "a chunk that is too long": post(JSON + "Transfer-Encoding: chunked\r\n", b"2\r\n{}x\r\n0\r\n\r\n"),
    "a chunk with LF": post(JSON + "Transfer-Encoding: chunked\r\n",
                            b"2\n{}\n0\n\n"), "no target": b"GET HTTP/1.1\r\nHost: a\r\n\r\n",
    "no version": b"GET /\r\nHost: a\r\n\r\n", "rubbish": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_two_meanings_is_400_and_the_connection_closes(http_service, name):
    follow = get("/") if name not in ("no version", "rubbish") else b""
    replies, closed = exchange_and_close(http_service.port, REFUSED[name] + follow)
    assert closed, "the connection stays open"
    assert len(replies) == 1, f"the rest was read as another request: {replies}"
    assert_problem(replies[0], 400)
    assert replies[0].header("X-Request-Id")
    assert http_service.client().get("/").status == 200


@pytest.mark.parametrize("version", ["2.0", "1.2", "0.9", "3", "1.1x"])
def test_another_version_of_http_is_refused(http_service, version):
    replies, closed = exchange_and_close(http_service.port, get(version=version))
    assert closed and len(replies) <= 1
    if version not in ("1.2", ):
        assert all(reply.status in (400, 505) for reply in replies)


@pytest.mark.parametrize(
    "wire,statuses",
    [(get("/?" + "x" * 100_000), (400, 414, 431)), (get(headers="X: " + "y" * 100_000 + "\r\n"), (400, 431)),
     (get(headers="".join(f"X{i}: y\r\n" for i in range(5000))), (400, 431)), (b"G" * 100_000, (400, 431)),
     (post(JSON + "Transfer-Encoding: chunked\r\n",
           b"1000\r\n" + b" " * 0x1000 + b"\r\n" + b"10000\r\n" + b" " * 0x10000 + b"\r\n0\r\n\r\n"), (413, )),
     (post(JSON + "Content-Length: 99999999999999999999999\r\n"), (400, 413)),
     (post(JSON + "Content-Length: 65537\r\n", b" " * 65537), (413, ))])
def test_what_is_too_large_is_refused(http_service, wire, statuses):
    replies, closed = exchange_and_close(http_service.port, wire)
    assert closed
    assert len(replies) <= 1 and all(reply.status in statuses for reply in replies), replies
    assert http_service.client().get("/").status == 200


@pytest.mark.parametrize("sent", ["abc", "A.b:c-d_1", "x" * 128, "4f3c2b1a-0000-4000-8000-000000000000"])
def test_a_sane_request_id_is_taken(http_service, sent):
    for path in ("/", "/nowhere", "/payments/999999999"):
        reply = http_service.client().get(path, {"X-Request-Id": sent})
        assert reply.all("X-Request-Id") == [sent]
        if reply.status != 200:
            assert reply.json.get("request_id", sent) == sent


@pytest.mark.parametrize("sent", ["", "x" * 129, "a b", "a/b", "é", "<script>", "a,b"])
def test_another_request_id_is_replaced(http_service, sent):
    [reply] = exchange(http_service.port, get(headers=f"X-Request-Id: {sent}\r\n"))
    [made] = reply.all("X-Request-Id")
    assert made != sent and re.fullmatch(r"[A-Za-z0-9_.:-]{1,128}", made)


def test_request_ids_are_made_and_differ(http_service):
    seen = {
        http_service.client().get(path).header("X-Request-Id")
        for path in ("/", "/", "/nowhere", "/metrics", "/docs")
    }
    assert len(seen) == 5 and None not in seen


def test_header_names_have_no_case_and_values_no_margin(http_service):
    body = BODY
    wire = (b"POST /payments HTTP/1.1\r\nhOST:a\r\ncontent-TYPE:   application/json\t \r\nCONTENT-length:%d\r\n\r\n%s" %
            (len(body), body))
    [reply] = exchange(http_service.port, wire)
    assert reply.status == 201, reply


def test_a_body_on_get_and_delete_is_read_over(http_service):
    number = create(http_service.client())["id"]
    wire = (b"GET /payments/%d HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n{...}" % number) * 2
    assert [reply.status for reply in exchange(http_service.port, wire, count=2)] == [200, 200]
    reply = http_service.client().send("DELETE", f"/payments/{number}", b"{}")
    assert ok(reply)["status"] == "canceled"


def test_options_of_everything_and_unknown_methods(http_service):
    [reply] = exchange(http_service.port, get("*").replace(b"GET", b"OPTIONS"))
    assert reply.status in (200, 400, 404)
    for method, target, statuses in (("BREW", "/payments", (405, 501)), ("get", "/payments", (405, 501)),
                                     ("HEAD", "/nowhere", (404, )), ("CONNECT", "a:80", (400, 404, 405, 501)),
                                     ("TRACE", "/", (405, 501)), ("PATCH", "/nowhere", (404, ))):
        [reply] = exchange(http_service.port, get(target).replace(b"GET", method.encode()), method=method)
        assert reply.status in statuses, (method, reply)
    assert http_service.client().get("/").status == 200


def test_an_answered_write_is_seen_by_the_next_read(service):
    writer, reader = service.client(), service.client()
    for _ in range(100):
        payment = create(writer)
        assert ok(reader.get(f"/payments/{payment['id']}")) == payment
        assert ok(reader.get("/payments?limit=1"))["data"][0]["id"] >= payment["id"]


def test_idle_connections_are_closed_when_their_time_is_over(launch):
    service = launch("--idle-seconds", "1")
    with connect(service.port, timeout=6) as peer, peer.makefile("rb") as stream:
        peer.sendall(get())
        assert read_reply(stream).status == 200
        assert stream.read(1) == b"", "closed, nothing else said"


def test_one_connection_too_many_is_503_and_room_comes_back(launch):
    service = launch("--max-connections", "20")
    held = [connect(service.port) for _ in range(20)]
    for peer in held:
        with peer.makefile("rb") as stream:
            peer.sendall(get())
            assert read_reply(stream).status == 200
    replies, closed = exchange_and_close(service.port, get())
    assert closed and all(reply.status == 503 and reply.header("Retry-After") for reply in replies)
    for peer in held:
        peer.close()
    deadline = time.monotonic() + 5
    while not (replies := exchange_and_close(service.port,
                                             get(headers="Connection: close\r\n"))[0]) or replies[0].status != 200:
        assert time.monotonic() < deadline


def test_reading_stops_while_a_client_does_not_take_its_answers(http_service):
    """A flood of pipelined requests, no answer read: the sender is held up long before memory is."""
    create(http_service.client())
    before = http_service.memory_kib()
    wire = get("/payments?limit=100") * 1000
    sent = 0
    with connect(http_service.port, timeout=2) as peer:
        try:
            while sent < 200_000_000:
                sent += peer.send(wire)
        except TimeoutError:
            pass
        assert sent < 50_000_000, "the server reads on"
        assert http_service.memory_kib() - before < 50_000
        assert http_service.client().get("/").status == 200
