"""The reference's clients, to the byte (contract.md, section 1).

Method: what python-requests, the gateway (Go), Postman and curl put on the wire, sent through a raw socket; the
answer must be the one that those clients were written for.
"""

import json

import pytest
from support.client import exchange, read_reply, connect
from support.payments import VISA, assert_problem, card, create, get, new_order, order

JSON = b"Content-Type: application/json\r\n"


def request(method, target, body=b"", headers=JSON, host=b"127.0.0.1"):
    return (f"{method} {target} HTTP/1.1\r\n".encode() + b"Host: " + host + b"\r\n" + headers +
            (b"Content-Length: %d\r\n" % len(body) if body else b"") + b"\r\n" + body)


def chunked(*pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("target", ["/", "//"])
@pytest.mark.parametrize("body", [b"", b'{"user_id": 1}'])
def test_root_tells_the_service_and_its_status(http_service, target, body):
    [reply] = exchange(http_service.port, request("GET", target, body))
    assert reply.status == 200
    assert reply.json["service"] == "PaymentMicroservice"
    assert reply.json["status"] == "running"
    assert isinstance(reply.json["version"], str)


def test_python_requests_creates_and_pays(service):
    number = new_order()
    body = json.dumps({"user_id": 1, "order_id": number, "total_amount": 99.53}).encode()
    head = (b"POST /payments HTTP/1.1\r\nHost: localhost:5009\r\nUser-Agent: python-requests/2.32.3\r\n"
            b"Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n"
            b"Content-Length: %d\r\nContent-Type: application/json\r\n\r\n" % len(body))
    [created] = exchange(service.port, head + body)
    assert created.status == 201
    payment_id = created.json["payment_id"]
    assert type(payment_id) is int and 0 < payment_id < 2**53
    assert created.header("Location") == f"/payments/{payment_id}"

    body = json.dumps({"cardNumber": 9999999999999, "cardCode": 123, "expirationDate": "2040-01-05"}).encode()
    head = (b"POST /payments/process/%d HTTP/1.1\r\nHost: localhost:5009\r\nUser-Agent: python-requests/2.32.3\r\n"
            b"Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n"
            b"Content-Length: %d\r\nContent-Type: application/json\r\n\r\n" % (payment_id, len(body)))
    first, second = exchange(service.port, (head + body) * 2, count=2)
    for reply in (first, second):
        assert reply.status == 200
        assert reply.json["order_id"] == number
        assert reply.json["payment_id"] == payment_id
        assert reply.json["is_paid"] is True
    assert first.body == second.body


def test_the_gateway_posts_in_chunks_to_a_host_with_an_underscore(service):
    number = new_order()
    head = (b"POST /payments HTTP/1.1\r\nHost: payments_api:5009\r\nUser-Agent: KrakenD Version 2.7.2\r\n"
            b"Transfer-Encoding: chunked\r\nContent-Type: application/json\r\nX-Forwarded-For: 172.18.0.1\r\n"
            b"X-Forwarded-Host: api-gateway:8080\r\nAccept-Encoding: gzip\r\n\r\n")
    body = chunked(b'{"user_id":"7",', b'"order_id":"%d"' % number, b',"total_amount":"3999.98"}')
    [created] = exchange(service.port, head + body)
    assert created.status == 201, created
    assert created.json["order_id"] == number and created.json["user_id"] == 7
    assert str(created.json["total_amount"]) == "3999.98"
    assert created.header("Content-Encoding") is None


def test_a_chunked_body_may_carry_extensions_and_trailers(http_service):
    body = b'{"user_id":1,"order_id":1,"total_amount":5}'
    wire = (b"POST /payments HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n"
            b"\r\n%x;name=value\r\n%s\r\n0\r\nX-Trailer: 1\r\n\r\n" % (len(body), body))
    created, root = exchange(http_service.port, wire + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", count=2)
    assert created.status == 201, created
    assert root.status == 200


def test_a_json_body_without_content_type_is_accepted(service):
    body = json.dumps(order()).encode()
    [created] = exchange(service.port, request("POST", "/payments", body, headers=b""))
    assert created.status == 201
    body = json.dumps(card()).encode()
    [paid] = exchange(service.port, request("POST", f"/payments/process/{created.json['id']}", body, headers=b""))
    assert paid.status == 200 and paid.json["is_paid"] is True


def test_get_has_the_five_fields_of_the_reference(service):
    payment = create(service.client(), 59.5)
    [reply] = exchange(service.port, request("GET", f"/payments/{payment['id']}"))
    assert reply.status == 200
    body = reply.json
    assert body["id"] == payment["id"] and type(body["id"]) is int
    assert body["order_id"] == payment["order_id"] and type(body["order_id"]) is int
    assert body["user_id"] == 1 and type(body["user_id"]) is int
    assert str(body["total_amount"]) in ("59.5", "59.50") and body["is_paid"] is False
    assert b'"total_amount":"' not in reply.body.replace(b" ", b"")


@pytest.mark.parametrize("method,target", [("GET", "/payments/999999999"), ("POST", "/payments/process/999999999"),
                                           ("POST", "/payments/999999999/process")])
def test_an_unknown_id_is_404(service, method, target):
    body = json.dumps(card()).encode() if method == "POST" else b""
    [reply] = exchange(service.port, request(method, target, body))
    assert_problem(reply, 404, "not_found")


NOWHERE = [
    "/nowhere", "/payments/-1", "/payments/abc", "/payments/1.5", "/payments/0", "/payments/1/nowhere",
    "/payments/99999999999999999999", "/payments/9007199254740992", "/Payments", "/payments/1/", "/payments/",
    "/payments/01", "/payments/+1", "/payments/%20", "/payments/1/process/1", "/payments-api", "/health", "/."
]


@pytest.mark.parametrize("method,target", [
    *(("GET", target) for target in NOWHERE), *(("POST", target) for target in NOWHERE),
    ("POST", "/payments/process/-1"), ("POST", "/payments/process/x"), ("POST", "/payments/process/0"),
    ("POST", "/payments/process/01"), ("POST", "/payments/0/refund"), ("GET", "/payments/x/events"),
    ("DELETE", "/payments/-1"), ("POST", "/payments/cancel-by-order/0"), ("POST", "/payments/refund-by-order/x")
])
def test_an_unknown_path_or_a_wrong_id_is_404(http_service, method, target):
    [reply] = exchange(http_service.port, request(method, target, b"{}" if method == "POST" else b""))
    assert_problem(reply, 404, "not_found")


@pytest.mark.parametrize(
    "fields", [{"user_id": None}, {"order_id": None}, {"total_amount": None}, {"user_id": 0}, {"order_id": 0},
               {"total_amount": 0}, {"user_id": -1}, {"order_id": -7}, {"total_amount": -5}, {"total_amount": "0"}])
def test_a_missing_zero_or_negative_field_is_400_with_an_error_text(service, fields):
    reply = service.client().post("/payments", order() | fields)
    body = assert_problem(reply, 400, "invalid_request")
    assert [error["field"] for error in body["errors"]] == list(fields)


@pytest.mark.parametrize("body", [
    b"{", b'{"user_id":1,}', b"not json", b'{"user_id":01}', b'{"a":1} x', b"{'a':1}", b'{"a":NaN}', b'{"a":"\xff"}',
    b'{"a":"\t"}', b"\xef\xbb\xbf\xbf{}"
])
@pytest.mark.parametrize("target", ["/payments", "/payments/process/1", "/payments/1/refund"])
def test_malformed_json_is_400(http_service, target, body):
    [reply] = exchange(http_service.port, request("POST", target, body))
    assert_problem(reply, 400, "malformed_json")


@pytest.mark.parametrize("kind", [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
    "application/json; charset=latin-1", "application/json; charset=utf-16", "text/json", "json", "application/jsonx"
])
def test_a_content_type_that_is_not_json_is_415(http_service, kind):
    reply = http_service.client().post("/payments", json.dumps(order()), {"Content-Type": kind})
    assert_problem(reply, 415, "unsupported_media_type")


@pytest.mark.parametrize("kind", [
    "application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "APPLICATION/JSON",
    'application/json; charset="utf-8"', "application/vnd.api+json", "application/merge-patch+json; charset=utf-8"
])
def test_json_content_types_are_accepted(http_service, kind):
    reply = http_service.client().post("/payments", json.dumps(order()), {"Content-Type": kind})
    assert reply.status == 201, reply


ALLOWED = [("/", "PUT", {"GET"}), ("/payments", "DELETE", {"GET", "POST"}), ("/payments/{id}", "PUT", {"GET",
                                                                                                       "DELETE"}),
           ("/payments/{id}/process", "GET", {"POST"}), ("/payments/process/{id}", "GET", {"POST"}),
           ("/payments/{id}/capture", "GET", {"POST"}), ("/payments/{id}/cancel", "PUT", {"POST"}),
           ("/payments/{id}/refund", "DELETE", {"POST"}), ("/payments/{id}/events", "POST", {"GET"}),
           ("/payments/{id}/refunds", "POST", {"GET"}), ("/payments/{id}/attempts", "PATCH", {"GET"}),
           ("/payments/cancel-by-order/5", "GET", {"POST"}), ("/payments/refund-by-order/5", "GET", {"POST"}),
           ("/health-check", "POST", {"GET"}), ("/metrics", "POST", {"GET"}), ("/openapi.json", "DELETE", {"GET"})]


@pytest.mark.parametrize("path,method,allowed", ALLOWED)
def test_a_wrong_method_is_405_with_allow(http_service, path, method, allowed):
    client = http_service.client()
    target = path.replace("{id}", str(create(client)["id"]))
    reply = client.send(method, target)
    assert_problem(reply, 405, "method_not_allowed")
    listed = {name.strip() for name in reply.header("Allow").split(",")}
    assert allowed <= listed and method not in listed
    options = client.send("OPTIONS", target)
    assert options.status == 200
    assert allowed <= {name.strip() for name in options.header("Allow").split(",")}


@pytest.mark.parametrize("path", [
    "/", "/payments", "/payments/{id}", "/payments/{id}/events", "/health-check", "/health/live", "/health/ready",
    "/metrics", "/openapi.json", "/docs"
])
def test_head_is_get_without_the_body(http_service, path):
    target = path.replace("{id}", str(create(http_service.client())["id"]))
    whole = http_service.client().get(target)
    with connect(http_service.port) as peer, peer.makefile("rb") as stream:
        peer.sendall(request("HEAD", target, headers=b"") + request("GET", "/", headers=b""))
        reply = read_reply(stream, "HEAD")
        assert reply.status == 200 == whole.status
        assert reply.header("Content-Type") == whole.header("Content-Type")
        if path != "/metrics":
            assert reply.header("Content-Length") == str(len(whole.body))
        assert read_reply(stream).json["status"] == "running"


def test_the_gateways_paths_mean_the_same(service):
    client = service.client()
    created = client.post("/payments-api/payments", order(75))
    assert created.status == 201 and created.json["payment_id"] == created.json["id"]
    payment_id = created.json["id"]
    assert client.get(f"/payments-api/payments/{payment_id}").json == get(client, payment_id)
    paid = client.post(f"/payments-api/payments/{payment_id}", card(VISA))
    assert paid.status == 200 and paid.json["is_paid"] is True
    again = client.post(f"/payments-api/payments/process/{payment_id}", card(VISA))
    assert again.status == 200 and again.body == paid.body
    assert client.get("/health-check").json["status"] == "ok"
