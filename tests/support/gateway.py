"""The gateway of deploy/krakend/krakend.json before services of a test: KrakenD itself, or the stand-in.

    with Gateway(directory, payments=service.port, store=shop.port) as gateway:
        gateway.client().post("/payments-api/payments", …)

KrakenD is taken from KRAKEND_BIN or the PATH; without it support/krakend_stand_in.py reads the same file. `change`
may alter the configuration (a dict) before it is used: to see what another setting would do.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from support.client import Client
from support.databases import free_port
from support.krakend_stand_in import StandIn
from support.service import ROOT

CONFIGURATION = ROOT / "deploy/krakend/krakend.json"
HOSTS = {"payments": "http://payments_api:5009", "store": "http://store_manager:5000"}
START_SECONDS = 20
STOP_SECONDS = 10

used = None  # which gateway the tests of this run had: conftest says it at the end


def krakend():
    """The real program's path; None when this machine has none."""
    named = os.environ.get("KRAKEND_BIN")
    return named if named and os.access(named, os.X_OK) else shutil.which("krakend")


def configuration(hosts, port, change=None):
    """What is shipped, with a test's ports. `hosts` maps the names of HOSTS to ports."""
    config = json.loads(CONFIGURATION.read_text())
    config |= {"port": port, "listen_ip": "127.0.0.1"}
    moved = {HOSTS[name]: f"http://127.0.0.1:{number}" for name, number in hosts.items()}
    for endpoint in config["endpoints"]:
        for backend in endpoint["backend"]:
            backend["host"] = [moved.get(host, host) for host in backend["host"]]
    if change:
        change(config)
    return config


class RealGateway:
    """KrakenD's own binary."""

    def __init__(self, program, config, directory):
        self.port = config["port"]
        self.log = Path(directory) / f"krakend-{self.port}.log"
        self._file = Path(directory) / f"krakend-{self.port}.json"
        self._file.write_text(json.dumps(config))
        self._program = program
        self._process = None

    def start(self):
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([self._program, "run", "-c", self._file], stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=log, env=os.environ | {"USAGE_DISABLE": "1"})
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, f"krakend ended: {self.log.read_text()[-2000:]}"
            if time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"krakend did not answer: {self.log.read_text()[-2000:]}")
            time.sleep(0.02)

    def _answers(self):
        try:
            return Client(self.port, 1).get("/__health").status == 200
        except OSError:
            return False

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Gateway:

    def __init__(self, directory, change=None, **hosts):
        self.port = free_port()
        config = configuration(hosts, self.port, change)
        self.real = krakend() is not None
        self._running = RealGateway(krakend(), config, directory) if self.real else StandIn(config)
        global used
        used = f"KrakenD, {krakend()}" if self.real else "the stand-in (no krakend on the PATH or in KRAKEND_BIN)"

    def start(self):
        self._running.start()
        return self

    def stop(self):
        self._running.stop()

    def client(self, timeout=15):
        return Client(self.port, timeout)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
