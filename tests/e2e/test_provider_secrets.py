"""Nothing of what opens a provider's door, and no card on its way there, is written or said anywhere.

Method: secrets that occur nowhere else, typed cards and tokens, sent through good and bad days of Stripe and PayPal at debug
level; then everything that the service wrote, stored, logged and answered is searched. The token of a saved card is kept in
the database, since an attempt of unknown outcome is asked again with it, and nowhere else.
"""

import re

import pytest
from support import payments
from support.operators import attempts
from support.provider_peers import PayPalPeer, StripePeer
from support.providing import KITS, STRIPE, do, leave_page, pay, process
from support.service import Service, verify

NUMBERS = {"4242424242424242": "739", "378282246310005": "8264", "4000000000000002": "739"}
FAULTS = ["status:400", "status:401", "status:402", "status:409", "status:429", "500_after", "reset_after", "html",
          "bad_json", "wrong_amount", "other_payment", "unknown_status", "hang_after"]
STRIPE_SECRETS = {"secret": "sk_test_Xq7hunter22", "webhook_secret": "whsec_Xq7hunter22"}
PAYPAL_SECRETS = {"client_id": "AXq7hunter22-client", "secret": "EXq7hunter22-secret"}


class NamedPayPal(PayPalPeer):
    client_id, secret = PAYPAL_SECRETS["client_id"], PAYPAL_SECRETS["secret"]


def peer_of(kit):
    return StripePeer(seed=1, **STRIPE_SECRETS) if kit is STRIPE else NamedPayPal(seed=1, **PAYPAL_SECRETS)


def typed(number, code):
    return {"type": "card", "number": number, "cvc": code, "exp_month": 12, "exp_year": 2040}


def lead(service, kit, peer):
    """Good days and bad ones; every byte that was answered."""
    client, heard = service.client(), []

    def say(reply):
        heard.append(reply.body + repr(reply.headers).encode())
        return reply

    for fault in FAULTS:
        for source in (kit.good, kit.by_page, *(typed(*card) for card in NUMBERS.items())):
            peer.faults({"on": kit.verbs["authorize"], "kind": fault, "times": -1})
            payment_id, reply = process(client, source, key=f"{fault}-{len(heard)}")
            say(reply)
            peer.faults()
            payments.ok(process(client, kit.good)[1])  # so that the circuit stays closed
            say(pay(client, payment_id, source))
            for verb in ("refund", "cancel"):
                say(do(client, payment_id, verb))
            for name in ("", "/attempts", "/events", "/refunds"):
                say(client.get(f"/payments/{payment_id}{name}"))
    at_page = payments.ok(process(client, kit.by_page)[1])
    say(leave_page(client, peer, at_page, "approve"))
    about = kit.page_of(at_page)
    hook = f"http://127.0.0.1:{service.port}/providers/{kit.name}/webhook"
    peer.webhook(hook, "payment_intent.succeeded", about)
    peer.webhook(hook, "payment_intent.succeeded", about, forge=True)
    say(client.post(f"/providers/{kit.name}/webhook", {"id": "evt_1", "note": next(iter(NUMBERS))}))
    for path in ("/providers", "/metrics", "/attempts?limit=100", "/payments?limit=100", "/health/ready"):
        say(client.get(path))
    return b"\n".join(heard)


def found(forms, text):
    return [text[max(0, one.start() - 60):one.end() + 20] for form in forms for one in re.finditer(form, text)]


@pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.name)
def test_no_secret_no_number_and_no_code_is_written_or_said(sqlite, tmp_path, kit):
    with peer_of(kit) as peer:
        env = peer.environment
        arguments = ("--provider", kit.name, f"--{kit.name}-allow-raw-cards", f"--{kit.name}-timeout-ms", "200",
                     "--log-level", "debug")
        with Service(sqlite, tmp_path, *arguments, env=env) as service:
            heard = lead(service, kit, peer)
            # What it was started with is its environment's; its arguments are everybody's.
            with open(f"/proc/{service.process.pid}/cmdline", "rb") as file:
                heard += file.read()
            stored = sqlite.everything()
        listed = attempts(sqlite, "list", env=env)
        heard += (listed.stdout + listed.stderr).encode()
        assert verify(sqlite).returncode == 0
    log = service.said.encode()
    secrets = [rb"Xq7hunter22", rb"Bearer ", rb"Basic ", rb"A21AA"]
    cards = [number.encode() for number in NUMBERS] + [number[:-4].encode() for number in NUMBERS]
    codes = [rb'"(739|8264)"', rb"(?i:code|cvc|cvv)\W{1,10}(739|8264)\b"]
    for place, text in (("answers", heard), ("database", stored + sqlite.everything()), ("log", log)):
        assert len(text) > 1000, place
        assert found(secrets + codes, text) == [], place
        assert found([rb"(?<![0-9.])" + number for number in cards], text) == [], place
    tokens = [source["token"].encode() for source in (kit.good, kit.by_page) if "token" in source]
    for place, text in (("answers", heard), ("log", log)):
        assert found(tokens, text) == [], place
