"""The payment methods of Stripe's testing page (docs.stripe.com/testing), what each does, and Stripe's currency rules.

A name is accepted as pm_card_NAME and as tok_NAME. Ours, since Stripe makes wallets only in a browser: NAME_apple_pay
and NAME_google_pay. pm_usBankAccount_success takes time: its intent is `processing` until the control says what came.
"""

from collections import namedtuple

Card = namedtuple("Card", "brand funding last4 wallet decline challenge refund bank", defaults=(None,) * 5)

GOOD = {
    "visa": Card("visa", "credit", "4242"),
    "visa_debit": Card("visa", "debit", "5556"),
    "mastercard": Card("mastercard", "credit", "4444"),
    "mastercard_debit": Card("mastercard", "debit", "8210"),
    "mastercard_prepaid": Card("mastercard", "prepaid", "5100"),
    "amex": Card("amex", "credit", "8431"),
    "discover": Card("discover", "credit", "9424"),
    "diners": Card("diners", "credit", "3237"),
    "jcb": Card("jcb", "credit", "0505"),
    "unionpay": Card("unionpay", "credit", "0005"),
    "threeDSecureOptional": Card("visa", "credit", "3055"),
    "bypassPending": Card("visa", "credit", "0077"),
    "threeDSecure2Required": Card("visa", "credit", "3220", challenge=True),
    "threeDSecureRequired": Card("visa", "credit", "3063", challenge=True),
    "authenticationRequired": Card("visa", "credit", "3184", challenge=True),
    "pendingRefund": Card("visa", "credit", "7726", refund="pending"),
    "refundFail": Card("visa", "credit", "5126", refund="succeeded"),
}
# Name: (error.code, decline_code, last4)
DECLINES = {
    "chargeDeclined": ("card_declined", "generic_decline", "0002"),
    "chargeCustomerFail": ("card_declined", "generic_decline", "0341"),
    "chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds", "9995"),
    "chargeDeclinedLostCard": ("card_declined", "lost_card", "9987"),
    "chargeDeclinedStolenCard": ("card_declined", "stolen_card", "9979"),
    "chargeDeclinedExpiredCard": ("expired_card", "expired_card", "0069"),
    "chargeDeclinedIncorrectCvc": ("incorrect_cvc", "incorrect_cvc", "0127"),
    "chargeDeclinedProcessingError": ("processing_error", "processing_error", "0119"),
    "chargeDeclinedFraudulent": ("card_declined", "fraudulent", "0019"),
    "radarBlock": ("card_declined", "fraudulent", "0019"),
    "chargeDeclinedVelocityLimitExceeded": ("card_declined", "card_velocity_exceeded", "6975"),
}
NUMBERS = {"4242424242424242": "visa", "4000056655665556": "visa_debit", "5555555555554444": "mastercard",
           "5200828282828210": "mastercard_debit", "5105105105105100": "mastercard_prepaid", "378282246310005": "amex",
           "4000000000003220": "threeDSecure2Required", "4000002760003184": "authenticationRequired",
           "4000000000000002": "chargeDeclined", "4000000000009995": "chargeDeclinedInsufficientFunds",
           "4000000000009987": "chargeDeclinedLostCard", "4000000000009979": "chargeDeclinedStolenCard",
           "4000000000000069": "chargeDeclinedExpiredCard", "4000000000000127": "chargeDeclinedIncorrectCvc",
           "4000000000000119": "chargeDeclinedProcessingError"}

# docs.stripe.com/currencies: amounts of these are whole units …
NO_DECIMALS = set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
# … these have two decimals in the API that must be zero, and these three of which the last must be zero.
HUNDREDS_ONLY, TENS_ONLY = {"isk", "ugx"}, set("bhd jod kwd omr tnd".split())
CURRENCIES = NO_DECIMALS | HUNDREDS_ONLY | TENS_ONLY | set(
    "usd cad eur gbp aud chf nzd sek nok dkk pln czk huf twd mxn brl inr zar sgd hkd thb myr ron bgn ils try aed".split())
SMALLEST = {"usd": 50, "cad": 50, "eur": 50, "gbp": 30, "jpy": 50, "chf": 50, "aud": 50, "mxn": 1000, "huf": 17500}
LARGEST = 999_999_999_999  # twelve digits


def card_of(name):
    """The card of a payment method's or token's name, or None."""
    if name.startswith("pm_usBankAccount_"):
        return Card("bank", "debit", "6789", bank=name.removeprefix("pm_usBankAccount_"))
    name, wallet = name.removeprefix("pm_card_").removeprefix("tok_"), None
    for kind in ("apple_pay", "google_pay"):
        if name.endswith("_" + kind):
            name, wallet = name.removesuffix("_" + kind), kind
    decline = DECLINES.get(name) or DECLINES.get(name.removeprefix("visa_"))
    if decline:
        return Card("visa", "credit", decline[2], wallet, decline[:2])
    return GOOD[name]._replace(wallet=wallet) if name in GOOD else None


def amount_fault(amount, currency):
    """(code, message) when Stripe does not take that amount, or None."""
    if amount < SMALLEST.get(currency, 1):
        return "amount_too_small", f"Amount must be at least {SMALLEST.get(currency, 1)} {currency}"
    if amount > LARGEST:
        return "amount_too_large", "Amount must be no more than twelve digits"
    step = 100 if currency in HUNDREDS_ONLY else 10 if currency in TENS_ONLY else 1
    if amount % step:
        return "parameter_invalid_integer", f"Amounts in {currency} must be divisible by {step}"
    return None
