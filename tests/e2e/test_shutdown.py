"""SIGTERM (api.md, "The program"): stops accepting, finishes what is in flight, closes the rest, exits 0 within 5 s.

Method: the signal arrives under load, with idle connections, half-sent requests and clients that do not read; then what
was answered is compared with what is stored.
"""

import signal
import threading
import time

from support.client import Client, connect, read_reply
from support.payments import card, new_order, order, walk


def terminate(service):
    begin = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    code = service.process.wait(10)
    assert code == 0
    return time.monotonic() - begin


def test_under_load_every_answer_given_is_kept(launch):
    service = launch()
    user = new_order()
    acknowledged, lock = [], threading.Lock()

    def work():
        client = Client(service.port, timeout=10)
        while True:
            try:
                reply = client.post("/payments", order(user_id=user))
                assert reply.status in (201, 503), reply
                if reply.status == 201:
                    with lock:
                        acknowledged.append(reply.json["id"])
                    paid = client.post(f"/payments/{reply.json['id']}/process", card())
                    assert paid.status in (200, 503), paid
            except (OSError, EOFError):
                return
            except Exception as reason:  # http.client's own words for a closed connection
                if "Remote end closed" in str(reason) or "IncompleteRead" in repr(reason) or "BadStatusLine" in repr(
                        reason):
                    return
                raise

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    time.sleep(0.7)
    took = terminate(service)
    for worker in workers:
        worker.join(15)
        assert not worker.is_alive()
    assert took < 5, took
    assert len(acknowledged) > 20
    service.start()
    stored = {payment["id"] for payment in walk(service.client(), f"/payments?user_id={user}")}
    assert set(acknowledged) <= stored
    assert len(stored) - len(acknowledged) <= 8, "more than the requests in flight were stored unanswered"


def test_idle_and_stuck_connections_do_not_hold_it_up(launch):
    service = launch()
    idle = [connect(service.port) for _ in range(5)]
    stuck = [connect(service.port) for _ in range(5)]
    deaf = connect(service.port)
    for peer in stuck:
        peer.sendall(b"POST /payments HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
    deaf.setblocking(False)
    try:
        while True:
            deaf.send(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 100)
    except BlockingIOError:
        pass
    with connect(service.port) as peer, peer.makefile("rb") as stream:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert read_reply(stream).status == 200
    assert terminate(service) < 5
    for peer in (*idle, *stuck, deaf):
        peer.close()


def test_a_request_in_flight_is_answered(launch):
    """Half of a body is there when the signal comes, the other half follows at once."""
    service = launch()
    body = b'{"user_id":1,"order_id":1,"total_amount":5}'
    with connect(service.port) as peer, peer.makefile("rb") as stream:
        peer.sendall(b"POST /payments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                     b"Content-Length: %d\r\n\r\n%s" % (len(body), body[:10]))
        with connect(service.port) as other, other.makefile("rb") as answer:
            other.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            read_reply(answer)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        peer.sendall(body[10:])
        reply = read_reply(stream)
        assert reply is not None and reply.status in (201, 503), reply
        assert reply.header("Connection").lower() == "close"
        assert read_reply(stream) is None
    assert service.process.wait(5) == 0
    service.start()
    assert len(walk(service.client(), "/payments")) == (1 if reply.status == 201 else 0)


def test_a_second_signal_does_no_harm(launch):
    service = launch()
    peer = connect(service.port)
    service.process.send_signal(signal.SIGTERM)
    time.sleep(0.05)
    if service.running:
        service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(6) in (0, -signal.SIGTERM)
    peer.close()


def test_no_connection_is_taken_afterwards(launch):
    service = launch()
    terminate(service)
    try:
        connect(service.port, timeout=1).close()
        raise AssertionError("something still listens")
    except OSError:
        pass
