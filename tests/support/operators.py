"""What an operator does beside a running service: clients and their keys, notifications, attempts, health."""

import re

from support.service import run
from support.waiting import eventually

SECOND = 2  # one, and room for a busy machine

_KEY = re.compile(r"pay_[A-Za-z0-9_-]{43}")


def clients(database, *arguments):
    return run("clients", *arguments, env=database.env)


def notifications(database, *arguments):
    return run("notifications", *arguments, env=database.env)


def attempts(database, *arguments, env=None):
    return run("attempts", *arguments, env=database.env | (env or {}))


def keys_in(text):
    return _KEY.findall(text)


def new_key(done):
    """The one key that a command has shown."""
    assert done.returncode == 0, done.stdout + done.stderr
    keys = keys_in(done.stdout + done.stderr)
    assert len(keys) == 1, done.stdout + done.stderr
    return keys[0]


def add_client(database, name, notify_url=None, style=None):
    """Its key. An URL with a login goes by the environment."""
    arguments = ["--notify-style", style] if style else []
    hidden = {"PAYMENT_NOTIFY_URL": notify_url} if notify_url and "@" in notify_url else {}
    arguments += ["--notify-url", notify_url] if notify_url and not hidden else []
    return new_key(run("clients", "add", name, *arguments, env=database.env | hidden))


def add_key(database, name):
    return new_key(clients(database, "add-key", name))


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def lets_in(service, key):
    return service.client(key=key).get("/payments").status == 200


def asks_for_a_key(service):
    return service.client().get("/payments").status == 401


def knows(service, *keys):
    """Clients came into being: before, everybody was let in, with any key."""
    eventually(lambda: asks_for_a_key(service) and all(lets_in(service, key) for key in keys), SECOND)
