"""Error texts in English or French (api.md; contract.md, section 3).

Method: the same errors asked for in many ways; the stable members must not change, the texts must be those of a request
whose language is certain.
"""

import re

import pytest
from support.client import exchange
from support.payments import DECLINED, create, order, process

PROBES = [("POST", "/payments", "{"), ("POST", "/payments", '{"user_id":0}'), ("GET", "/nowhere", None),
          ("GET", "/payments/999999999", None), ("PUT", "/payments", None), ("GET", "/payments?limit=0", None)]


def texts(client, language):
    headers = {} if language is None else {"Accept-Language": language}
    replies = [client.send(method, path, body, headers | {"X-Request-Id": "same"}) for method, path, body in PROBES]
    payment_id = create(client)["id"]
    replies.append(client.post(f"/payments/{payment_id}/refund", None, headers))
    replies.append(
        client.post(f"/payments/{payment_id}/process",
                    {"cardNumber": DECLINED, "cardCode": "123", "expirationDate": "12/40"}, headers))
    words = [tuple(re.sub(r"\d+", "N", reply.json[name]) for name in ("detail", "error")) for reply in replies]
    return words, [reply.code for reply in replies]


def test_english_and_french_differ_in_words_only(http_service):
    english, codes = texts(http_service.client(), "en")
    french, same_codes = texts(http_service.client(), "fr")
    assert codes == same_codes
    for one, other in zip(english, french):
        assert one[0] != other[0] and one[1] != other[1], (one, other)


@pytest.mark.parametrize("header,same_as", [(None, "en"), ("fr-CA", "fr"), ("FR", "fr"),
                                            ("fr-CA,fr;q=0.9,en;q=0.8", "fr"), ("en;q=0.5, fr;q=0.6", "fr"),
                                            ("en, fr", "en"), ("de, fr;q=0.1", "fr"), ("de", "en"), ("*", "en"),
                                            ("", "en"), ("fr;q=0, en", "en"), ("fr;q=0", "en"),
                                            ("xx,fr;q=0.4,en;q=0.3", "fr"), (";;;q=,,", "en"), ("fr;q=abc", None),
                                            ("en-US,en;q=0.9", "en")])
def test_accept_language_chooses(http_service, header, same_as):
    found, _ = texts(http_service.client(), header)
    choices = {name: texts(http_service.client(), name)[0] for name in ("en", "fr")}
    assert found in ([choices[same_as]] if same_as else choices.values())


def test_the_default_is_configurable(launch):
    client = launch("--language", "fr").client()
    french, _ = texts(client, "fr")
    english, _ = texts(client, "en")
    assert texts(client, None)[0] == french == texts(client, "de")[0]
    assert english != french


def test_field_messages_speak_the_language(http_service):
    client = http_service.client()
    one, other = (client.post("/payments", order(0), {"Accept-Language": tag}).json["errors"] for tag in ("en", "fr"))
    assert one[0]["field"] == other[0]["field"] and one[0]["message"] != other[0]["message"]


def test_french_texts_are_utf_8(http_service):
    client = http_service.client()
    payment_id = create(client)["id"]
    replies = [
        client.get("/payments/999999999", {"Accept-Language": "fr"}),
        client.post(f"/payments/{payment_id}/refund", None, {"Accept-Language": "fr"}),
        process(client, payment_id, "4242424242424241")
    ]
    assert all(reply.body.decode("utf-8") for reply in replies)
    [raw] = exchange(http_service.port, b"GET / HTTP/1.1\r\nAccept-Language: fr\r\n\r\n")
    assert raw.status == 400 and raw.body.decode("utf-8")
