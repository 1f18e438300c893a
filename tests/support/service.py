"""The real binary: started on a free port of loopback, waited for, and ended by its process id.

Every wait is bounded. Output goes to a file beside the database, so that a test can read it.
"""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from support.client import Client

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("PAYMENT_SERVICE", ROOT / "build/dev/payment-service")).resolve()
START_SECONDS = 30
STOP_SECONDS = 8  # the service promises 5; sanitizers and a busy machine may take a little more

_OURS = re.compile(r"^(DB_|DATABASE_URL$|LISTEN$|PAYMENT_|STORE_MANAGER|KRAKEND_URL$|STRIPE_|PAYPAL_)")


def environment(**extra):
    """The caller's environment without anything that configures the service."""
    clean = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
    return clean | extra


def run(*arguments, env=None, timeout=30, cwd=None):
    """Runs one subcommand to its end; `.stdout` and `.stderr` are text."""
    return subprocess.run([BINARY, *arguments],
                          env=environment(**(env or {})),
                          timeout=timeout,
                          cwd=cwd,
                          capture_output=True,
                          text=True,
                          errors="replace",
                          stdin=subprocess.DEVNULL)


class Service:
    """`payment-service serve` on one database. May be stopped or killed, and started again."""
    def __init__(self, database, directory, *arguments, env=None, port=0, host="127.0.0.1"):
        self.database = database
        self.host = host
        self.out = Path(directory) / f"service-{id(self):x}.out"  # standard output: that it listens
        self.log = self.out.with_suffix(".log")  # standard error
        self.arguments = arguments
        self.env = env or {}
        self.port = port
        self.process = None

    def start(self):
        begin = self.out.stat().st_size if self.out.exists() else 0
        with open(self.out, "ab") as out, open(self.log, "ab") as log:
            self.process = subprocess.Popen([BINARY, "serve", "--listen", f"{self.host}:{self.port}", *self.arguments],
                                            env=environment(**(self.database.env | self.env)),
                                            stdout=out,
                                            stderr=log,
                                            stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            text = self.out.read_bytes()[begin:].decode(errors="replace")
            if found := re.search(re.escape(self.host) + r":([1-9][0-9]*)", text):
                self.port = int(found.group(1))
                return self
            assert self.process.poll() is None, f"serve ended with {self.process.returncode}: {self.said}"
            time.sleep(0.005)
        self.kill()
        raise AssertionError(f"serve did not say that it listens: {self.said}")

    def client(self, timeout=15, key=None):
        """`key`: an API key."""
        return Client(self.port, timeout, {"Authorization": f"Bearer {key}"} if key else None)

    def stop(self):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("serve did not end after SIGTERM") from None

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    @property
    def said(self):
        """Everything, on both streams."""
        return (self.out.read_bytes() + self.log.read_bytes()).decode(errors="replace")

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def memory_kib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1))

    def __enter__(self):
        return self if self.running else self.start()

    def __exit__(self, kind, *_):
        if not self.running:
            assert kind or self.process.returncode in (0, -9), f"serve ended with {self.process.returncode}"
        elif kind:
            self.kill()
        else:
            code = self.stop()
            assert code == 0, f"serve ended with {code}: {self.said[-2000:]}"


def verify(database):
    return run("verify", env=database.env, timeout=120)
