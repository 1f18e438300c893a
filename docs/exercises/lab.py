"""What the exercises share: the service on a database of its own, requests, and sentences that must be true.

Every process is started here, waited for, and ended by its id. PAYMENT_SERVICE names the program.
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("PAYMENT_SERVICE") or ROOT / "build/release/payment-service").resolve()
CONFIGURES = ("PAYMENT_", "DB_", "DATABASE_URL", "LISTEN", "STORE_MANAGER", "KRAKEND_URL", "STRIPE_", "PAYPAL_")
CARD = {"cardNumber": "4242424242424242", "cardCode": "123", "expirationDate": "2030-01"}


def arguments(about, **ports):
    """What stands on the command line: ports with defaults."""
    parser = argparse.ArgumentParser(description=about)
    for name, default in ports.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default)
    return parser.parse_args()


def check(sentence, is_so):
    """Says what was seen, and ends the exercise when it is not so."""
    print(("yes: " if is_so else "NO:  ") + sentence, flush=True)
    if not is_so:
        sys.exit(1)


def send(port, method, path, body=None, headers=None):
    """(status, what was answered). Raises OSError or HTTPException when no answer comes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        headers = {"Content-Type": "application/json"} | (headers or {})
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def create(port, order, amount):
    return send(port, "POST", "/payments", {"user_id": 1, "order_id": order, "total_amount": amount})[1]["payment_id"]


def at_once(count, action):
    """Does it `count` times at the same moment; what came of each."""
    results, gate = [None] * count, threading.Barrier(count)

    def one(number):
        gate.wait()
        results[number] = action()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def wait_for(question, seconds=20):
    """Asks until the answer is true, and returns it; the last one when the time is over."""
    end = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


def answers(port):
    try:
        return send(port, "GET", "/health-check")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


@contextlib.contextmanager
def running(command, port):
    """A process that answers on the port; killed at the end when it still runs."""
    if answers(port):
        sys.exit(f"something answers on port {port} already: name another one (--help)")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(CONFIGURES)}
    process = subprocess.Popen(command, env=clean, stdout=subprocess.DEVNULL)
    try:
        if not wait_for(lambda: process.poll() is not None or answers(port)) or process.poll() is not None:
            sys.exit(f"{pathlib.Path(command[0]).name} did not start on port {port}")
        yield process
    finally:
        process.kill()
        process.wait()


def service(port, database, *flags):
    if not PROGRAM.exists():
        sys.exit(f"no program at {PROGRAM}: `make build`, or name it in PAYMENT_SERVICE")
    return running([PROGRAM, "serve", "--listen", f"127.0.0.1:{port}", "--database", f"sqlite:{database}",
                    "--log-level", "error", *flags], port)


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="payment-exercise-") as name:
        yield pathlib.Path(name)
