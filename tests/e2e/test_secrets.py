"""No card data anywhere (contract.md, section 4): logs at debug level, database, metrics, answers.

Method: every test card is sent by every route and in every form, right and wrong, with security codes that occur
nowhere else; then everything the service wrote or said is searched for the numbers and the codes.
"""

import hashlib
import json
import re

import pytest
from support.client import exchange
from support.payments import card, create, walk
from support.service import Service

from test_contract_cards import APPROVED, REFUSED_BY_ISSUER

LIVE = ["4539578763621486", "5425233430109903", "374245455400126", "4242424242424241"]
NUMBERS = [row[0] for row in APPROVED + REFUSED_BY_ISSUER] + LIVE
NO_NUMBERS = ["4242424242424241", "9999999999999"]  # these fail Luhn: in a text they are digits like others
CODES = {3: "739", 4: "8264"}
# A short number alone may be a duration or an id: a code is found as a text, beside its name, or as a word of four.
CODE_FORMS = re.compile(rb'"(739|8264)9?"|(?i:code|cvc|cvv)\W{1,10}(739|8264)\b|\b8264\b')


def code_for(number):
    return CODES[4 if number.startswith("37") else 3]


def spaced(number):
    return " ".join(number[index:index + 4] for index in range(0, len(number), 4))


def lead(service):
    """Sends every card in every way; returns every byte that was answered."""
    client, heard = service.client(), []
    for number in NUMBERS:
        code = code_for(number)
        method = {"type": "card", "number": number, "cvc": code, "exp_month": 12, "exp_year": 2040}
        bodies = [
            card(number, code),
            card(int(number), int(code)),
            card(spaced(number), code), {"payment_method": method},
            card(number, code, "13/40"),
            card(number, code, "12/20"),
            card(number, code + "9"), {"cardNumber": number}, {"payment_method": {"number": number, "cvc": code}},
            {"user_id": number, "order_id": number,
             "cardCode": code}, [number], {"cardNumber": [number], "cardCode": {number: code}}, {number: code}
        ]
        for body in bodies:
            payment = create(client)
            replies = [
                client.post(f"/payments/{payment['id']}/process", body, key=f"{payment['id']}-{turn // 2}")
                for turn in range(3)
            ]
            heard += [reply.body for reply in replies]
        for field in ("description", "metadata", "currency", "capture_method") if number not in NO_NUMBERS else ():
            value = {"note": f"paid with {spaced(number)}"} if field == "metadata" else f"paid with {number}"
            heard.append(client.post("/payments", {"user_id": 1, "order_id": 1, "total_amount": 5, field: value}).body)
        broken = json.dumps(card(number, code))[:-1].encode()
        heard.append(client.post("/payments/1/process", broken).body)
        heard.append(
            client.post("/payments/1/process", json.dumps(card(number, code)), {"Content-Type": "text/plain"}).body)
        if number not in NO_NUMBERS:
            heard.append(client.post("/payments/1/refund", {"reason": f"card {number}", "amount": 1}).body)
        heard += [
            reply.body
            for reply in exchange(service.port, b"POST /payments/1/process HTTP/1.1\r\nContent-Length: 500\r\n\r\n" +
                                  broken)
        ]
    for payment in walk(client, "/payments?status=paid")[:60]:
        for name in ("events", "attempts", "refunds"):
            heard.append(client.get(f"/payments/{payment['id']}/{name}").body)
    heard += [client.get(path).body for path in ("/payments?limit=100", "/metrics", "/health/ready")]
    return b"\n".join(heard)


def numbers_in(text):
    """Of every number its plain and its spaced form, all but its last four digits, and plain hashes of it."""
    for number in NUMBERS:
        for form in (number, spaced(number), number[:-4], hashlib.sha256(number.encode()).hexdigest(),
                     hashlib.md5(number.encode()).hexdigest()):
            # A metric's sum of doubles may end in nines: digits behind a point or a digit are another number.
            if form.encode() in text and (found := re.search(rb"(?<![0-9.])" + form.encode(), text)):
                yield number, text[max(0, found.start() - 80):found.end() + 20]


def codes_in(text):
    return [text[max(0, found.start() - 80):found.end() + 20] for found in CODE_FORMS.finditer(text)]


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_number_and_no_code_is_written_or_said(database, tmp_path, form):
    with Service(database, tmp_path, "--log-level", "debug", "--log-format", form) as service:
        heard = lead(service)
        live = database.everything()
        log = service.said.encode()
    for place, text in (("answers", heard), ("database", live + database.everything()), ("log",
                                                                                         log + service.said.encode())):
        assert len(text) > 1000
        assert list(numbers_in(text)) == [], place
        assert codes_in(text) == [], place


def test_a_number_in_an_address_is_not_logged(sqlite, tmp_path):
    """A shop that puts the card into the URL is wrong; its customers' numbers still stay out of the log."""
    with Service(sqlite, tmp_path, "--log-level", "debug") as service:
        client = service.client()
        for number in NUMBERS[:3]:
            client.get(f"/payments?card={number}&cvc=739")
            client.get(f"/cards/{number}")
            client.post(f"/payments/process/1?cardNumber={number}", {})
        log = service.said.encode()
    assert list(numbers_in(log)) == []
