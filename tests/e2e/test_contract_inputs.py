"""What may be written in a creation, and what may not (contract.md, section 1; api.md, "JSON" and "Limits").

Method: one table of accepted requests with what they mean, one of refused ones with the fields that are named. Bodies
are text, so that every digit is the test's own.
"""

import json
from decimal import Decimal

import pytest
from support.payments import assert_problem, create, get, new_order, order, paid, walk

AMOUNTS = [  # as written, currency, as understood
    ("99.53", "CAD", "99.53"), ('"3999.98"', "CAD", "3999.98"), ("500", "CAD", "500"), ('"7"', "CAD", "7"),
    ("21999.890000000003", "CAD", "21999.89"), ("0.30000000000000004", "CAD", "0.3"), ("1e2", "CAD", "100"),
    ("1.5E+1", "CAD", "15"), ("1500e-2", "CAD", "15"), ("0.01", "CAD", "0.01"), ("9999999999.99", "CAD", None),
    ("99.5300009", "CAD", "99.53"), ("99.5299991", "CAD", "99.53"), ("100.00", "CAD", "100"), ("59.50", "CAD", "59.5"),
    ("9999999999.990000000001", "CAD", "9999999999.99"), ("0.0099999", "CAD", "0.01"), ("9999999999", "JPY", None),
    ("500.0000009", "JPY", "500"), ("499.9999991", "JPY", "500"), ("1.234", "KWD", None), ("1.2340009", "KWD", "1.234"),
    ("9999999999.99", "KWD", None), ("0.001", "BHD", None), ("1.2345", "CLF", None),
    ("1.00000000000000000000000000000000000001", "CAD", "1")
]


@pytest.mark.parametrize("text,currency,meaning", AMOUNTS)
def test_amounts_are_read_to_the_digit(service, text, currency, meaning):
    client = service.client()
    created = client.post("/payments",
                          '{"user_id":1,"order_id":1,"currency":"%s","total_amount":%s}' % (currency, text))
    assert created.status == 201, created
    assert created.json["total_amount"] == Decimal(meaning or text)
    assert created.json["currency"] == currency
    assert get(client, created.json["id"])["total_amount"] == Decimal(meaning or text)


@pytest.mark.parametrize("text,currency", [("99.535", "CAD"), ("99.530002", "CAD"), ("99.529998", "CAD"),
                                           ("0.004", "CAD"), ("0.0000001", "CAD"), ("0", "CAD"), ("0.0", "CAD"),
                                           ("-0", "CAD"), ("-1", "CAD"), ("10000000000", "CAD"),
                                           ("9999999999.995", "CAD"), ("1e400", "CAD"), ("1e-400", "CAD"),
                                           ("9007199254740993", "CAD"), ("500.5", "JPY"), ("500.000002", "JPY"),
                                           ("1.2345", "KWD"), ("9999999999.991", "KWD"), ("1.23456", "CLF"),
                                           ("true", "CAD"), ("[1]", "CAD"), ("{}", "CAD"), ('""', "CAD"),
                                           ('"abc"', "CAD"), ('"1,5"', "CAD"), ('" 7 "', "CAD"), ('"0x10"', "CAD"),
                                           ('"Infinity"', "CAD"), ('"-1"', "CAD"), ('"1.5.2"', "CAD"), ('"1 "', "CAD"),
                                           ("10000000000", "JPY")])
def test_other_amounts_are_refused(http_service, text, currency):
    body = '{"user_id":1,"order_id":1,"currency":"%s","total_amount":%s}' % (currency, text)
    reply = http_service.client().post("/payments", body)
    problem = assert_problem(reply, 400, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == ["total_amount"]


@pytest.mark.parametrize("text", ["1e99999999999999999999", "1e-99999999999999999999", "9" * 400, "0." + "1" * 400])
def test_a_number_of_any_size_is_400(http_service, text):
    """A parser may have limits of its own (RFC 8259, section 6): the code is its business."""
    reply = http_service.client().post("/payments", '{"user_id":1,"order_id":1,"total_amount":%s}' % text)
    assert_problem(reply, 400)


@pytest.mark.parametrize("text,meaning", [("1", 1), ('"7"', 7), ("9007199254740991", 2**53 - 1),
                                          ('"9007199254740991"', 2**53 - 1)])
def test_ids_are_integers_or_their_text(service, text, meaning):
    reply = service.client().post("/payments", '{"user_id":%s,"order_id":%s,"total_amount":5}' % (text, text))
    assert reply.status == 201, reply
    assert (reply.json["user_id"], reply.json["order_id"]) == (meaning, meaning)


@pytest.mark.parametrize("text", [
    "true", "false", "1.0", '" 7 "', '"+7"', '"1e2"', "-1", "0", '"0"', '"-1"', '""', '"abc"', "9007199254740992",
    '"9007199254740992"', "99999999999999999999999", "[1]", "{}", "1.5", '"1.0"', '"0x1"', '"\\u0661"'
])
def test_other_ids_are_refused(http_service, text):
    reply = http_service.client().post("/payments", '{"user_id":%s,"order_id":%s,"total_amount":5}' % (text, text))
    problem = assert_problem(reply, 400, "invalid_request")
    assert {error["field"] for error in problem["errors"]} == {"user_id", "order_id"}


def test_every_wrong_field_is_named_at_once(http_service):
    reply = http_service.client().post(
        "/payments", {
            "user_id": -1, "order_id": "x", "total_amount": 0, "currency": "ZZZ", "capture_method": "later",
            "description": "d" * 501, "metadata": {"k" * 41: "v"}
        })
    fields = [error["field"] for error in assert_problem(reply, 400, "invalid_request")["errors"]]
    assert len(fields) == 7, fields
    assert {name.split(".")[0].split("[")[0]
            for name in fields
            } == {"user_id", "order_id", "total_amount", "currency", "capture_method", "description", "metadata"}


WRONG = [("currency", "ZZZ"), ("currency", "CA"), ("currency", "CADD"), ("currency", 124), ("currency", ""),
         ("capture_method", "auto"), ("capture_method", 1), ("capture_method", ""), ("description", "d" * 501),
         ("description", 5), ("description", ["x"]), ("metadata", {f"key{i}": "v"
                                                                   for i in range(51)}), ("metadata", "text"),
         ("metadata", ["a"]), ("metadata", {"k" * 41: "v"}), ("metadata", {"k": "v" * 501}), ("metadata", {"k": 5}),
         ("metadata", {"k": {"nested": "v"}}), ("description", "my card is 4242424242424242, thanks"),
         ("description", "4242 4242 4242 4242"), ("description", "4242-4242-4242-4242"),
         ("description", "x378282246310005y"), ("metadata", {"card": "4000 0000 0000 0002"}),
         ("metadata", {"4242424242424242": "v"})]


@pytest.mark.parametrize("field,value", WRONG, ids=lambda value: str(value)[:30])
def test_a_wrong_optional_field_is_named(http_service, field, value):
    problem = assert_problem(http_service.client().post("/payments", order(**{field: value})), 400, "invalid_request")
    assert [error["field"].split(".")[0].split("[")[0] for error in problem["errors"]] == [field]
    assert b"4242424242424242" not in json.dumps(problem).encode()


RIGHT = [("currency", "usd", "USD"), ("currency", "Eur", "EUR"), ("currency", None, "CAD"),
         ("capture_method", None, "automatic"), ("capture_method", "manual", "manual"),
         ("description", "d" * 500, None), ("description", "é" * 500, None), ("description", "😀" * 500, None),
         ("description", None, None), ("description", "order 123456789012 of 1234567890123459", None),
         ("metadata", {f"key{i}": "v"
                       for i in range(50)}, None), ("metadata", {"k" * 40: "v" * 500}, None),
         ("metadata", {"é" * 40: "ü" * 500}, None), ("metadata", None, {}), ("metadata", {}, {}),
         ("metadata", {"a": ""}, None), ("metadata", {"b": "2", "a": "1:x,", "quote\"": "back\\slash\n"}, None)]


@pytest.mark.parametrize("field,value,meaning", RIGHT, ids=lambda value: str(value)[:30])
def test_a_right_optional_field_comes_back_untouched(service, field, value, meaning):
    client = service.client()
    created = create(client, **{field: value})
    assert created[field] == (value if meaning is None else meaning)
    assert get(client, created["id"]) == created


HOSTILE = [
    "'; DROP TABLE payments; -- ", '\\\' OR 1=1 -- ', "\\", "\\\\'", "%_%", "`\"'", "a\tb\r\nc", "\u0001\u001f\u007f",
    "  margins  ", "日本語 עברית", "\u202e\ufeff\uffff", "</script>&amp;", "${x} {0} %s %n", "0x27", "{}",
    "5:color,3:red,", "NULL", "\\0\\Z"
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_any_text_is_kept_to_the_byte(service, text):
    client = service.client()
    created = create(client, description=text, metadata={text[:40]: text, "plain": text})
    assert created["description"] == text and created["metadata"] == {text[:40]: text, "plain": text}
    assert get(client, created["id"]) == created
    path = f"/payments/{paid(client, metadata={'k': text})['id']}"
    assert client.post(path + "/refund", {"amount": 1, "reason": text}).status == 200
    assert walk(client, path + "/refunds")[0]["reason"] == text
    number = new_order()
    first = client.post("/payments", {"user_id": 1, "order_id": number, "total_amount": 5, "description": text},
                        key="h" + str(number))
    again = client.post("/payments", {"user_id": 1, "order_id": number, "total_amount": 5, "description": text},
                        key="h" + str(number))
    assert again.replayed and again.body == first.body


def test_the_largest_texts_fit_the_database(service):
    client = service.client()
    metadata = {f"{index:02}" + "é" * 38: "😀" * 270 for index in range(50)}
    body = json.dumps({"user_id": 1, "order_id": 1, "total_amount": 5, "description": "😀" * 500, "metadata": metadata},
                      ensure_ascii=False)
    assert len(body.encode()) < 65536
    created = client.post("/payments", body.encode())
    assert created.status == 201, created.status
    assert get(client, created.json["id"])["metadata"] == metadata
    for length in (500, 501, 5000, 60_000):
        reply = client.post(f"/payments/{paid(client)['id']}/refund", {"reason": "r" * length})
        assert reply.status in (200, 400), reply
        assert reply.status == 200 or length > 500


def test_absent_fields_have_their_defaults(service):
    created = create(service.client(), 12)
    assert created["currency"] == "CAD"
    assert created["capture_method"] == "automatic"
    assert created["description"] is None
    assert created["metadata"] == {}
    assert created["client"] is None


def test_unknown_fields_are_ignored_and_a_repeated_member_counts_last(service):
    body = (
        '{"user_id":0,"extra":{"deep":[1,2,{"x":null}]},"order_id":3,"total_amount":"x","total_amount":8,"user_id":4,'
        '"id":77,"status":"paid","is_paid":true}')
    reply = service.client().post("/payments", body)
    assert reply.status == 201, reply
    assert (reply.json["user_id"], reply.json["total_amount"], reply.json["status"]) == (4, 8, "pending")
    assert reply.json["id"] != 77 and reply.json["is_paid"] is False


@pytest.mark.parametrize("text", ['"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"a\\u0000b"', '"\\ud800x"'])
@pytest.mark.parametrize("place",
                         ['"description":%s', '"metadata":{"k":%s}', '"metadata":{%s:"v"}', '"unknown":%s', '%s:1'])
def test_lone_surrogates_and_nul_are_400(http_service, place, text):
    reply = http_service.client().post("/payments", '{"user_id":1,"order_id":1,"total_amount":5,%s}' % (place % text))
    assert_problem(reply, 400)


def test_a_surrogate_pair_is_one_character(http_service):
    reply = http_service.client().post("/payments",
                                       '{"user_id":1,"order_id":1,"total_amount":5,"description":"\\ud83d\\ude00"}')
    assert reply.status == 201 and reply.json["description"] == "😀"


@pytest.mark.parametrize("body", ["null", " {} ", ""])
def test_null_and_nothing_are_an_empty_object(http_service, body):
    client = http_service.client()
    assert_problem(client.post("/payments", body, {"Content-Type": "application/json"}), 400)
    reply = client.post(f"/payments/{create(client)['id']}/cancel", body, {"Content-Type": "application/json"})
    assert reply.status == 200, reply


@pytest.mark.parametrize("verb", ["capture", "cancel", "refund"])
def test_an_empty_body_needs_no_content_type(http_service, verb):
    client = http_service.client()
    reply = client.post(f"/payments/{create(client)['id']}/{verb}")
    assert reply.status in (200, 409), reply


@pytest.mark.parametrize("body", ["[]", '"text"', "5", "true", '[{"user_id":1}]'])
@pytest.mark.parametrize("path", ["/payments", "/payments/{id}/cancel", "/payments/{id}/process"])
def test_a_body_that_is_no_object_is_400(http_service, path, body):
    client = http_service.client()
    assert_problem(client.post(path.replace("{id}", str(create(client)["id"])), body), 400)


def test_deep_nesting_is_refused_or_ignored_and_leaves_the_server_serving(http_service):
    client = http_service.client()
    for depth in (30, 1000, 30_000):
        reply = client.post("/payments",
                            '{"user_id":1,"order_id":1,"total_amount":5,"x":' + "[" * depth + "]" * depth + "}")
        assert reply.status in (201, 400), reply
    assert client.get("/").status == 200


def test_a_body_of_64_kib_is_taken_and_one_byte_more_is_413(http_service):
    body = json.dumps(order())
    assert http_service.client().post("/payments", body + " " * (65536 - len(body))).status == 201
    assert_problem(http_service.client().post("/payments", body + " " * (65537 - len(body))), 413, "payload_too_large")
