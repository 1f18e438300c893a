"""An outage of the scripted Stripe: payers asked, nobody knows what became of it, and then it is back."""

import contextlib
import json
import socket
import time

import proc
import stack as stacks
from paying import ensure_pending
from support.provider_peers import StripePeer
from support.service import verify
from wrk import LoadFailed, Numbers

AT_ONCE = 500  # payers who ask together, and leave once it is written down
IN_ONE_LIFE = 5_000  # of the service: whoever has left takes a descriptor until the answer, as the call does
LONG_MS = 20_000  # of a call, so that all are asked before the first counts as failed
EVERY_CALL = 10_000  # at once, while they are asked
REPAIR_SECONDS = 300  # at most
# On every port the same: under one key Stripe takes no request that says otherwise.
TO_STRIPE = ("--provider", "stripe", "--public-url", "https://pay.example")
# Stripe carries out what it is asked, and never says so.
SILENCE = {"on": "POST /v1/payment_intents", "kind": "hang_after", "times": -1}


def repair_on(kind, options):
    """Services that may ask all at once leave so many attempts behind; one with the defaults repairs them."""
    with StripePeer() as stripe, stacks.DATABASES[kind]() as (database, _, pid), stacks.scratch_folder() as folder:
        asking = (*TO_STRIPE, "--stripe-concurrency", str(EVERY_CALL), "--stripe-timeout-ms", str(LONG_MS))
        for known in range(0, options.unknown, IN_ONE_LIFE):
            with stacks.service_on(database, folder, arguments=asking, env=stripe.environment) as service:
                leave_unknown(stacks.Stack(service, {}, pid), stripe, known, min(known + IN_ONE_LIFE, options.unknown))
        stripe.ask("POST", "/_peer/counts")
        with stacks.service_on(database, folder, arguments=TO_STRIPE, env=stripe.environment) as service:
            time.sleep(options.outage_seconds)
            still = unknown(database)
            if still < options.unknown:
                raise LoadFailed(f"{still} of {options.unknown} attempts are unknown at the end of the outage")
            stripe.faults()
            figures = watch_repair(stacks.Stack(service, {}, pid), options.unknown)
        return figures | check(database, stripe, options.unknown) | {"outage_seconds": options.outage_seconds}


def leave_unknown(stack, stripe, first, last):
    """Of the payments after `first`, up to `last`."""
    if first == 0:
        ensure_pending(stack, Numbers(), EVERY_CALL)
        stripe.faults(SILENCE)
    for begin in range(first, last, AT_ONCE):
        end = min(begin + AT_ONCE, last)
        with contextlib.ExitStack() as payers:
            for payment in range(begin + 1, end + 1):
                payers.enter_context(ask_to_pay(stack.port, payment))
            wait_until(lambda asked=end: left(stack.database) >= asked, LONG_MS / 1000, "not all have asked to pay")
    wait_until(lambda: unknown(stack.database) >= last, 2 * LONG_MS / 1000, "too few attempts are unknown")


def ask_to_pay(port, payment):
    """A payer who has asked, and has not read the answer."""
    body = json.dumps({"payment_method": {"type": "card", "token": "pm_card_visa"}})
    payer = socket.create_connection(("127.0.0.1", port))
    payer.sendall(f"POST /payments/{payment}/process HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                  f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
    return payer


def unknown(database):
    return database.row("SELECT COUNT(*) FROM attempts WHERE outcome = 'unknown'")[0]


def left(database):
    return database.row("SELECT COUNT(*) FROM provider_calls WHERE is_open = 1")[0]


def wait_until(is_so, seconds, otherwise):
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise LoadFailed(otherwise)
        time.sleep(0.2)


def watch_repair(stack, count):
    """From the end of the outage until nothing is open."""
    begin, first = time.monotonic(), None
    before = proc.cpu_seconds(stack.service_pid)
    while still := left(stack.database):
        now = time.monotonic() - begin
        if first is None and still < count:
            first = now
        if now > REPAIR_SECONDS:
            raise LoadFailed(f"{still} attempts are not repaired {REPAIR_SECONDS} s after the outage")
        time.sleep(0.1)
    seconds = time.monotonic() - begin
    cpu = proc.cpu_seconds(stack.service_pid) - before
    return {"unknown": count, "seconds": round(seconds, 2), "first_after_seconds": round(first or seconds, 2),
            "service_us": round(1e6 * cpu / count, 1)}


def check(database, stripe, count):
    """Each was charged once, and the books say so."""
    state = stripe.state()
    paid = database.row("SELECT COUNT(*) FROM payments WHERE status = 'paid'")[0]
    if not paid == len(state["charges"]) == count:
        raise LoadFailed(f"{count} asked, {paid} are paid, Stripe charged {len(state['charges'])}")
    verified = verify(database)
    if verified.returncode != 0:
        raise LoadFailed(f"the books do not hold: {verified.stdout}{verified.stderr}")
    return {"requests": state["requests"], "max_in_flight": state["max_in_flight"]}
