"""The six exercises of docs/tour.md: each script, run as the text shows it, sees what the text says.

Method: on free ports, with the program under test. An exercise must also notice when what it shows is not so: one is run against
a program that is the naive service in disguise.
"""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from support.databases import free_port
from support.service import BINARY, ROOT

EXERCISES = ROOT / "docs/exercises"
KIT = Path(os.environ.get("CONTRACT_PROVIDER", BINARY.parent / "tests/contract_provider"))
SECONDS = 120


def run(script, *arguments, **environment):
    return subprocess.run([EXERCISES / script, *map(str, arguments)], env=os.environ | environment, timeout=SECONDS,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


def exercise(script, *arguments, **environment):
    done = run(script, *arguments, **{"PAYMENT_SERVICE": str(BINARY)} | environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("script,flags", [("double_charge.py", ("--port", "--naive-port")), ("outage.py", ("--port", "--shop-port")),
                                          ("crash.py", ("--port",)), ("refunds.py", ("--port",)), ("trace.sh", (None, None))])
def test_an_exercise_sees_what_the_text_says_and_leaves_nothing_running(script, flags):
    ports = [free_port() for _ in flags]
    arguments = [word for flag, port in zip(flags, ports) for word in (flag, port) if word is not None]
    said = exercise(script, *arguments)
    assert said and "NO:" not in said
    assert all(is_free(port) for port in ports)


def test_the_provider_of_the_document_passes_the_kit():
    if not KIT.exists():
        pytest.skip(f"no kit at {KIT}: it is built with the other tests")
    assert "PASSED" in exercise("provider.sh", CONTRACT_PROVIDER=str(KIT))


def test_an_exercise_says_no_when_the_service_charges_twice(tmp_path):
    disguised = tmp_path / "payment-service"
    disguised.write_text(f'#!/bin/sh\nexec {sys.executable} {EXERCISES}/naive.py "${{3##*:}}" "${{5#sqlite:}}"\n')
    disguised.chmod(0o755)
    done = run("double_charge.py", "--port", free_port(), "--naive-port", free_port(), PAYMENT_SERVICE=str(disguised))
    assert done.returncode == 1 and "NO:" in done.stdout, done.stdout + done.stderr


def test_an_exercise_says_what_is_missing(tmp_path):
    done = run("refunds.py", PAYMENT_SERVICE=str(tmp_path / "nowhere"))
    assert done.returncode == 1 and "make build" in done.stderr
