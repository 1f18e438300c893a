"""The receiver of notifications under load: build/…/bench/bench_receiver, started here and ended by its process id."""

import contextlib
import json
import re
import subprocess

import proc
import stack as stacks
from support.client import Client
from wrk import LoadFailed

PROGRAM = stacks.BINARY.parent / "bench/bench_receiver"
START_SECONDS = 10


class Receiver:

    def __init__(self, *arguments, port=0):
        self._process = subprocess.Popen([PROGRAM, "--port", str(port), *arguments], stdin=subprocess.DEVNULL,
                                         stdout=subprocess.PIPE, text=True)
        found = re.search(r":(\d+)", self._process.stdout.readline())
        if not found:
            raise LoadFailed(f"{PROGRAM} does not listen on port {port}")
        self.port = int(found.group(1))
        self._client = Client(self.port, START_SECONDS)

    def told(self):
        """`count` of deliveries, `payments` that differ, `seconds` from the first delivery to the last."""
        return json.loads(self._client.get("/count").body)

    @property
    def cpu_seconds(self):
        return proc.cpu_seconds(self._process.pid)

    def stop(self):
        self._client.close()
        self._process.terminate()
        self._process.wait(START_SECONDS)
        self._process.stdout.close()


@contextlib.contextmanager
def receiver(*arguments, port=0):
    one = Receiver(*arguments, port=port)
    try:
        yield one
    finally:
        one.stop()


def telling(port):
    """What the service is told: its environment and nothing else, so that all settings are the defaults."""
    return {"STORE_MANAGER_ORDERS_URL": f"http://127.0.0.1:{port}/orders"}
