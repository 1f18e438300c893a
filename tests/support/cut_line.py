"""A line that a test can cut, slow down or stop up: a TCP proxy on loopback, in threads of the test's process.

    with CutLine(to=peer.port) as line:       # or start() and stop()
        line.port, line.url                   # what the service is told
        line.cut()                            # resets every connection; new ones are fine
        line.refuse()                         # the port is closed, and open ones are cut, until `mend`
        line.delay(0.2)                       # seconds, before bytes go on in either direction
        line.stop_up("answers")               # what the other side says is lost on the way: "requests", "answers", "both"
        line.cut_after(100, "answers")        # each connection: that many more bytes in that direction, then a reset
        line.mend()                           # all is well again, for what comes and what is open

It does what tests need of Toxiproxy, without a program to fetch. Bytes are kept back, never changed. Any thread may
command it; a command holds for connections that are open too.
"""

import fcntl
import select
import socket
import struct
import threading
import time

from support.databases import free_port

PIECE = 64 * 1024
DIRECTIONS = {"requests": ("requests",), "answers": ("answers",), "both": ("requests", "answers")}


class Pair:
    """A connection and its way on: two threads, one for each direction."""

    def __init__(self, line, near):
        self.line, self.near = line, near
        self.far = socket.create_connection(("127.0.0.1", line.to), timeout=5)
        self.far.settimeout(None)
        for one in (near, self.far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ended = threading.Event()
        self.left = dict(line.bytes_left)
        self.open_ends = 2
        for source, sink, direction in ((near, self.far, "requests"), (self.far, near, "answers")):
            threading.Thread(target=self.carry, args=(source, sink, direction), daemon=True).start()

    def carry(self, source, sink, direction):
        try:
            while not self.ended.is_set():
                if not select.select([source], [], [], 0.2)[0]:
                    continue
                piece = source.recv(PIECE)
                if not piece:
                    sink.shutdown(socket.SHUT_WR)
                    break
                if not self.pass_on(sink, piece, direction):
                    return
        except (OSError, ValueError):
            self.reset()
        self.one_end_done()

    def pass_on(self, sink, piece, direction):
        """False when the connection came to its end here."""
        if self.line.seconds:
            self.ended.wait(self.line.seconds)
        if direction in self.line.stopped:
            return True  # into the black hole
        left = self.left.get(direction)
        if left is not None:
            sink.sendall(piece[:left])
            self.left[direction] = left - len(piece)
            if left <= len(piece):
                self.reset_after_delivery(sink)
                return False
        else:
            sink.sendall(piece)
        self.line.carried[direction] += len(piece)
        return True

    def reset_after_delivery(self, sink):
        """A reset throws away what the receiver's system has not taken yet: the bytes come first, then the end."""
        deadline = time.monotonic() + 1
        while unsent(sink) and time.monotonic() < deadline:
            time.sleep(0.001)
        self.reset()

    def one_end_done(self):
        with self.line.lock:
            self.open_ends -= 1
            done = self.open_ends == 0
        if done:
            self.close()

    def reset(self):
        """Both sides are told at once that the line is gone."""
        for one in (self.near, self.far):
            try:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass
        self.close()

    def close(self):
        self.ended.set()
        self.line.pairs.discard(self)
        for one in (self.near, self.far):
            one.close()


def unsent(connection):
    """How many bytes the other side has not acknowledged (Linux: SIOCOUTQ)."""
    return struct.unpack("i", fcntl.ioctl(connection, 0x5411, b"\0" * 4))[0]


class CutLine:

    def __init__(self, to, port=None):
        """`to`: the port that it leads to."""
        self.to, self.port = to, port or free_port()
        self.lock = threading.Lock()
        self.pairs = set()
        self.listener = None
        self.forget()

    def forget(self):
        self.seconds, self.stopped, self.bytes_left = 0, frozenset(), {}
        self.carried = {"requests": 0, "answers": 0}  # bytes

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=1024)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()
        return self

    def stop(self):
        self.refuse()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                self.pairs.add(Pair(self, near))
            except OSError:
                near.close()

    def cut(self):
        for pair in list(self.pairs):
            pair.reset()

    def refuse(self):
        if self.listener:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`, which a close would not
            self.listener.close()
            self.listener = None
        self.cut()

    def delay(self, seconds):
        self.seconds = seconds

    def stop_up(self, direction="both"):
        self.stopped = frozenset(DIRECTIONS[direction])

    def cut_after(self, count, direction="answers"):
        self.bytes_left = dict.fromkeys(DIRECTIONS[direction], count)
        for pair in list(self.pairs):
            pair.left |= self.bytes_left

    def mend(self):
        self.forget()
        for pair in list(self.pairs):
            pair.left = {}
        if self.listener is None:
            self.start()
