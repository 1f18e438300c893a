"""The simulator's cards (contract.md, section 4; api.md, "Cards").

Method: one row a card, paid by every form a client writes it in; refused cards must leave nothing behind.
"""

import datetime

import pytest
from support.payments import (DECLINED, POOR, VISA, assert_problem, authorized, card, create, get, ok, paid, process,
                              walk)

APPROVED = [  # number, brand, funding, CVC
    ("4242424242424242", "visa", "credit_card", "123"), ("4111111111111111", "visa", "credit_card", "123"),
    ("4000056655665556", "visa", "debit_card", "123"), ("5555555555554444", "mastercard", "credit_card", "123"),
    ("2223003122003222", "mastercard", "credit_card", "123"), ("5200828282828210", "mastercard", "debit_card", "123"),
    ("5105105105105100", "mastercard", "prepaid_card", "123"), ("378282246310005", "amex", "credit_card", "1234"),
    ("6011111111111117", "discover", "credit_card", "123"), ("30569309025904", "diners", "credit_card", "123"),
    ("3566002020360505", "jcb", "credit_card", "123"), ("6200000000000005", "unionpay", "credit_card", "123"),
    ("9999999999999", None, "credit_card", "123")
]

REFUSED_BY_ISSUER = [("4000000000000002", "generic_decline"), ("4000000000009995", "insufficient_funds"),
                     ("4000000000009987", "lost_card"), ("4000000000009979", "stolen_card"),
                     ("4000000000000069", "expired_card"), ("4000000000000127", "incorrect_cvc"),
                     ("4000000000000119", "processing_error"), ("4000000000006975", "card_velocity_exceeded"),
                     ("4100000000000019", "fraudulent")]


@pytest.mark.parametrize("number,brand,funding,cvc", APPROVED)
def test_an_approved_card_pays_and_its_outline_is_kept(service, number, brand, funding, cvc):
    client = service.client()
    payment = ok(process(client, create(client)["id"], number, cvc=cvc, expiry="09/39"))
    assert payment["status"] == "paid" and payment["is_paid"] is True and payment["captured_amount"] == 100
    method = payment["payment_method"]
    assert (method["last4"], method["exp_month"], method["exp_year"]) == (number[-4:], 9, 2039)
    if brand:
        assert (method["brand"], method["type"]) == (brand, funding)
    assert get(client, payment["id"]) == payment


@pytest.mark.parametrize("number,decline_code", REFUSED_BY_ISSUER)
def test_a_declined_card_is_402_and_the_payment_stays_pending(service, number, decline_code):
    client = service.client()
    payment = create(client)
    problem = assert_problem(process(client, payment["id"], number), 402, "card_declined")
    assert problem["decline_code"] == decline_code
    after = get(client, payment["id"])
    assert (after["status"], after["is_paid"], after["payment_method"]) == ("pending", False, None)
    assert after["last_error"] == {"code": "card_declined", "decline_code": decline_code}
    assert after["version"] == 2
    [attempt] = walk(client, f"/payments/{payment['id']}/attempts")
    assert (attempt["outcome"], attempt["decline_code"]) == ("declined", decline_code)


def test_a_shopper_may_try_again_and_success_clears_the_last_error(service):
    client = service.client()
    payment_id = create(client)["id"]
    for number in (DECLINED, POOR, VISA):
        process(client, payment_id, number)
    payment = get(client, payment_id)
    assert (payment["status"], payment["last_error"], payment["version"]) == ("paid", None, 4)
    outcomes = [attempt["outcome"] for attempt in walk(client, f"/payments/{payment_id}/attempts")]
    assert outcomes == ["declined", "declined", "succeeded"]
    types = [event["type"] for event in walk(client, f"/payments/{payment_id}/events")]
    assert types == ["payment.created", "payment.declined", "payment.declined", "payment.paid"]


def this_month(months):
    today = datetime.datetime.now(datetime.timezone.utc).date().replace(day=1)
    month = today.year * 12 + today.month - 1 + months
    return month // 12, month % 12 + 1


YEAR, MONTH = this_month(0)
LAST_MONTH = this_month(-1)
BAD_CARDS = [(card("4242424242424241"), "incorrect_number"), (card("4000000000000003"), "incorrect_number"),
             (card("4539578763621486"), "live_card_refused"), (card("5425233430109903"), "live_card_refused"),
             (card("374245455400126", cvc="1234"), "live_card_refused"),
             (card("4917484589897107"), "live_card_refused"), (card(expiry="13/40"), "invalid_expiry_month"),
             (card(expiry="00/40"), "invalid_expiry_month"), (card(expiry="2040-13"), "invalid_expiry_month"),
             (card(expiry="12/20"), "invalid_expiry_year"),
             (card(expiry=f"{MONTH:02}/{YEAR - 1}"), "invalid_expiry_year"),
             (card(expiry="2019-01-05"), "invalid_expiry_year"),
             (card(expiry=f"{LAST_MONTH[1]:02}/{LAST_MONTH[0]}"),
              "invalid_expiry_month" if LAST_MONTH[0] == YEAR else "invalid_expiry_year"),
             (card(cvc="12"), "invalid_cvc"), (card(cvc="1234"), "invalid_cvc"),
             (card("378282246310005", cvc="123"), "invalid_cvc"),
             (card("9999999999999", expiry="12/20"), "invalid_expiry_year")]


@pytest.mark.parametrize("body,code", BAD_CARDS, ids=lambda value: value if isinstance(value, str) else None)
def test_a_card_that_cannot_be_is_400_and_leaves_nothing(service, body, code):
    client = service.client()
    payment = create(client)
    reply = client.post(f"/payments/{payment['id']}/process", body)
    assert_problem(reply, 400, code)
    assert body["cardNumber"].encode() not in reply.body
    assert get(client, payment["id"]) == payment
    assert walk(client, f"/payments/{payment['id']}/attempts") == []


def test_a_card_is_good_through_its_month(service):
    client = service.client()
    year, month = this_month(0)
    payment = ok(process(client, create(client)["id"], expiry=f"{month:02}/{year % 100:02}"))
    assert payment["status"] == "paid"


@pytest.mark.parametrize("expiry", ["12/40", "12/2040", "2040-12", "2040-12-05"])
@pytest.mark.parametrize("number,cvc", [(VISA, "123"), (int(VISA), 123), ("4242 4242 4242 4242", "123"),
                                        ("4242-4242-4242-4242", 123)])
def test_every_form_of_a_card_is_read(http_service, number, cvc, expiry):
    client = http_service.client()
    payment = ok(process(client, create(client)["id"], number, cvc=cvc, expiry=expiry))
    method = payment["payment_method"]
    assert (method["last4"], method["exp_month"], method["exp_year"]) == ("4242", 12, 2040)


@pytest.mark.parametrize("month,year", [(12, 2040), ("12", "2040"), (12, 40)])
def test_a_payment_method_object_is_read(http_service, month, year):
    client = http_service.client()
    method = {"type": "card", "number": VISA, "cvc": "123", "exp_month": month, "exp_year": year}
    reply = client.post(f"/payments/{create(client)['id']}/process", {"payment_method": method})
    if year == 40:
        assert reply.status in (200, 400), reply
    else:
        assert ok(reply)["payment_method"]["exp_year"] == 2040


@pytest.mark.parametrize("body,fields", [
    ({}, {"cardNumber", "cardCode", "expirationDate"}), ({"cardNumber": VISA}, {"cardCode", "expirationDate"}),
    (card(number=None), {"cardNumber"}), (card(number=True), {"cardNumber"}), (card(number="abc"), {"cardNumber"}),
    (card(number=""), {"cardNumber"}), (card(cvc=None), {"cardCode"}), (card(cvc="abc"), {"cardCode"}),
    (card(cvc=[1]), {"cardCode"}), (card(expiry="soon"), {"expirationDate"}), (card(expiry=None), {"expirationDate"}),
    (card(expiry=1240), {"expirationDate"}), (card(expiry="12-40"), {"expirationDate"}),
    (card(expiry="2040/12"), {"expirationDate"}), (card(expiry="12/040"), {"expirationDate"}),
    ({"payment_method": {"type": "card"}}, {"number", "cvc", "exp_month", "exp_year"}),
    ({"payment_method": "card"}, {"payment_method"}),
    ({"payment_method": {"type": "wallet", "number": VISA, "cvc": "123", "exp_month": 12, "exp_year": 2040}}, {"type"})
])
def test_an_absent_or_unreadable_card_field_is_named(http_service, body, fields):
    client = http_service.client()
    reply = client.post(f"/payments/{create(client)['id']}/process", body)
    problem = assert_problem(reply, 400, "invalid_request")
    assert {error["field"].split(".")[-1] for error in problem["errors"]} == fields


@pytest.mark.parametrize("body,status,code", [(card(cvc="1"), 400, "invalid_cvc"), ({}, 400, "invalid_request"),
                                              (card("4539578763621486"), 400, "live_card_refused"),
                                              (card(DECLINED), 200, None)])
def test_card_fields_are_checked_whatever_the_state(service, body, status, code):
    client = service.client()
    for payment in (paid(client), authorized(client)):
        reply = client.post(f"/payments/{payment['id']}/process", body)
        assert reply.status == status, reply
        if code:
            assert_problem(reply, status, code)
        assert get(client, payment["id"]) == payment
        assert len(walk(client, f"/payments/{payment['id']}/attempts")) == 1
