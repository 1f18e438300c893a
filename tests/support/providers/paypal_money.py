"""PayPal's amounts, errors and outcomes of payment sources.

Amounts: developer.paypal.com/reference/currency-codes. Errors: the reference of Orders v2 and Payments v2. Outcomes: the
test names of PayPal's card testing page (a card holder called CCREJECT-…), and, ours, the end of a vault id or token:
…-declined, …-insufficient-funds, …-expired, …-lost, …-fraud, …-pending (review), …-challenge (3-D Secure). In the same
way …-debit, …-prepaid, …-mastercard, …-amex say what card it is: VAULT-amex-insufficient-funds.
"""

import re

from peer import Refused

NO_DECIMALS = {"JPY", "HUF", "TWD"}
CURRENCIES = NO_DECIMALS | set(
    "AUD BRL CAD CNY CZK DKK EUR HKD ILS MYR MXN NZD NOK PHP PLN GBP SGD SEK CHF THB USD".split())
LARGEST_UNITS = 9_999_999  # and 99 hundredths: MAX_VALUE_EXCEEDED
VALUE = re.compile(r"(-?)(\d+)(?:\.(\d+))?$")

TOKENS_OF_STRIPE = ("pm_", "tok_", "card_", "src_")  # no vault has them

# processor_response.response_code of a card that was refused
PROCESSOR_CODES = {"declined": "0500", "insufficient-funds": "5120", "expired": "5400", "lost": "9520", "fraud": "9500"}
CARD_HOLDERS = {"CCREJECT-REFUSED": "declined", "CCREJECT-IF": "insufficient-funds", "CCREJECT-EC": "expired",
                "CCREJECT-LS": "lost", "CCREJECT-SF": "fraud"}
DESCRIPTIONS = {
    "INSTRUMENT_DECLINED": "The instrument presented was either declined by the processor or bank, or it can't be used for "
                           "this payment.",
    "ORDER_NOT_APPROVED": "Payer has not yet approved the Order for payment.",
    "ORDER_ALREADY_CAPTURED": "Order already captured.",
    "PAYER_ACTION_REQUIRED": "Payer needs to perform the following action before proceeding with payment.",
}


def refuse(status, name, issue=None, field=None, stored=False, links=()):
    details = [] if issue is None else [{"issue": issue, "description": DESCRIPTIONS.get(issue, f"{issue}.")} |
                                        ({"field": field, "location": "body"} if field else {})]
    return Refused(status, {"name": name, "message": f"{name}.", "debug_id": "peer0debug0id", "details": details,
                            "links": list(links)}, stored)


def unprocessable(issue, field=None, stored=False, links=()):
    return refuse(422, "UNPROCESSABLE_ENTITY", issue, field, stored, links)


def invalid(issue, field):
    return refuse(400, "INVALID_REQUEST", issue, field)


def not_found():
    return refuse(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")


def minor_of(amount, field):
    """(currency, amount in its smallest unit) of {"currency_code", "value"}."""
    if not isinstance(amount, dict) or not isinstance(amount.get("value"), str) or "currency_code" not in amount:
        raise invalid("MISSING_REQUIRED_PARAMETER", field)
    currency, found = amount["currency_code"], VALUE.match(amount["value"])
    if not found or len(amount["value"]) > 32:
        raise invalid("INVALID_PARAMETER_SYNTAX", f"{field}/value")
    if currency not in CURRENCIES:
        raise unprocessable("INVALID_CURRENCY_CODE", f"{field}/currency_code")
    sign, units, decimals = found.group(1), int(found.group(2)), found.group(3)
    if currency in NO_DECIMALS and decimals is not None and int(decimals) != 0:
        raise unprocessable("DECIMALS_NOT_SUPPORTED", f"{field}/value")
    if decimals and len(decimals) > 2:
        raise unprocessable("DECIMAL_PRECISION", f"{field}/value")
    minor = units if currency in NO_DECIMALS else units * 100 + int((decimals or "0").ljust(2, "0"))
    if sign or minor == 0:
        raise unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", f"{field}/value")
    if units > LARGEST_UNITS:
        raise unprocessable("MAX_VALUE_EXCEEDED", f"{field}/value")
    return currency, minor


def amount_of(currency, minor):
    value = str(minor) if currency in NO_DECIMALS else f"{minor // 100}.{minor % 100:02}"
    return {"currency_code": currency, "value": value}


class Source:
    """What pays: `kind` (paypal, card, token, …), `outcome` (None: approved), what is shown of it."""

    def __init__(self, kind, fields):
        self.kind, self.fields = kind, fields
        self.context = fields.get("experience_context") or {}
        name = str(fields.get("vault_id") or fields.get("id") or fields.get("token") or "")
        words = name.partition("-")[2]
        self.outcome = CARD_HOLDERS.get(fields.get("name")) or next(
            (word for word in (*PROCESSOR_CODES, "pending", "challenge") if words.endswith(word)), None)
        if (fields.get("attributes") or {}).get("verification", {}).get("method") == "SCA_ALWAYS":
            self.outcome = "challenge"
        self.immediate = kind != "paypal" or bool(fields.get("vault_id"))
        self.brand = next((word.upper() for word in ("mastercard", "amex", "discover") if word in words), "VISA")
        self.type = next((word.upper() for word in ("debit", "prepaid") if word in words), "CREDIT")
        self.last_digits = str(fields.get("number", "4242"))[-4:]

    def shown(self):
        card = {"last_digits": self.last_digits, "brand": self.brand, "type": self.type, "expiry": "2034-12"}
        if self.kind == "paypal" or self.kind == "token":
            return {"paypal": {"email_address": "payer@example.com", "account_id": "QYR5Z8XDVJNXQ",
                               "account_status": "VERIFIED", "name": {"given_name": "Pat", "surname": "Payer"}}}
        if self.kind == "card":
            return {"card": card | {"name": self.fields.get("name", "Pat Payer")}}
        return {self.kind: {"name": "Pat Payer", "card": card}}


def source_of(body):
    """The Source of an order, or None: then the payer chooses when approving."""
    given = body.get("payment_source")
    if not given:
        return None
    if not isinstance(given, dict) or len(given) != 1:
        raise invalid("INVALID_PARAMETER_VALUE", "/payment_source")
    (kind, fields), = given.items()
    if kind not in ("paypal", "card", "token", "apple_pay", "google_pay") or not isinstance(fields, dict):
        raise invalid("INVALID_PARAMETER_VALUE", "/payment_source")
    if kind == "card" and not (fields.get("vault_id") or fields.get("number") or fields.get("single_use_token")):
        raise invalid("MISSING_REQUIRED_PARAMETER", "/payment_source/card/number")
    if str(fields.get("vault_id", "")).startswith(TOKENS_OF_STRIPE):
        raise unprocessable("TOKEN_ID_NOT_FOUND", f"/payment_source/{kind}/vault_id", stored=True)
    return Source(kind, fields)
