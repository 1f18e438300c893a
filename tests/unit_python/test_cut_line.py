"""The line carries everything until it is told otherwise."""

import http.client
import time

import pytest

from support.cut_line import CutLine
from support.provider_peers import StripePeer


@pytest.fixture
def stripe():
    with StripePeer(seed=1) as peer:
        yield peer


@pytest.fixture
def line(stripe):
    with CutLine(to=stripe.port) as line:
        yield line


def connect(line, seconds=2):
    return http.client.HTTPConnection("127.0.0.1", line.port, timeout=seconds)


def ask(connection, method="GET"):
    body = "amount=100&currency=cad&confirm=true&payment_method=pm_card_visa" if method == "POST" else None
    connection.request(method, "/v1/payment_intents", body, {"Authorization": "Bearer sk_test_peer"})
    return connection.getresponse().read()


def test_it_carries_and_a_cut_ends_what_is_open(line):
    connection = connect(line)
    assert ask(connection)
    line.cut()
    with pytest.raises(OSError):
        ask(connection)
    assert ask(connect(line))


def test_a_closed_port_refuses_until_it_is_mended(line):
    line.refuse()
    with pytest.raises(ConnectionRefusedError):
        ask(connect(line))
    line.mend()
    assert ask(connect(line))


@pytest.mark.parametrize("direction, effects", [("requests", 0), ("answers", 1)])
def test_a_black_hole_takes_one_direction(line, stripe, direction, effects):
    line.stop_up(direction)
    with pytest.raises(TimeoutError):
        ask(connect(line, seconds=0.3), "POST")
    assert stripe.effects["capture"] == effects


def test_a_line_ends_after_so_many_bytes(line, stripe):
    line.cut_after(20, "answers")
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(connect(line), "POST")
    assert stripe.effects["capture"] == 1


def test_a_slow_line_is_slow(line):
    line.delay(0.1)
    began = time.monotonic()
    assert ask(connect(line))
    assert time.monotonic() - began >= 0.2
