"""The service under load and its database, both real: started here and ended by their process ids."""

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BINARY = Path(os.environ.get("PAYMENT_SERVICE", ROOT / "build/release/payment-service")).resolve()
os.environ["PAYMENT_SERVICE"] = str(BINARY)
sys.path.insert(0, str(ROOT / "tests"))

from support.client import Client  # noqa: E402
from support.databases import mariadb  # noqa: E402
from support import service as services  # noqa: E402
from support.service import Service, environment  # noqa: E402

# A folder that is a disk by convention (Filesystem Hierarchy Standard, 5.15): /tmp may be memory.
tempfile.tempdir = "/var/tmp"

MARIADB_SETTINGS = ("version", "log_bin", "sync_binlog", "binlog_format", "innodb_flush_log_at_trx_commit",
                    "innodb_doublewrite", "innodb_flush_method", "innodb_buffer_pool_size", "innodb_log_file_size")


class Stack:
    """A running service on an empty database. `url` is what is loaded, `port` speaks plain HTTP."""

    def __init__(self, service, settings, database_pid=None, port=None):
        self.service, self.settings, self.database_pid = service, settings, database_pid
        self.database, self.port = service.database, port or service.port
        self.url = f"http://127.0.0.1:{self.port}"
        self.api_key = None
        self.pays_by_token = False  # real providers are not sent a card's number

    @property
    def service_pid(self):
        return self.service.process.pid

    def create_one(self, order):
        """Through the API; returns the id, the highest so far."""
        client = Client(self.port, headers={"X-Api-Key": self.api_key} if self.api_key else None)
        try:
            reply = client.post("/payments", {"user_id": 1, "order_id": order, "total_amount": 1})
            assert reply.status == 201, reply
            return reply.json["payment_id"]
        finally:
            client.close()


@contextlib.contextmanager
def scratch_folder():
    """On the disk of the checkout, emptied at the end."""
    parent = BINARY.parent / "bench-data"
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


class Sqlite:
    """A database file, there or not."""

    def __init__(self, folder, name="payments.db"):
        self.path = folder / name
        self.env = {"DATABASE_URL": f"sqlite:{self.path}"}

    def row(self, select):
        """The one row of a query."""
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=30)) as connection:
            return list(connection.execute(select).fetchone())


@contextlib.contextmanager
def sqlite_database():
    with scratch_folder() as folder:
        settings = {"version": sqlite3.sqlite_version, "journal_mode": "wal", "synchronous": "full"}
        yield Sqlite(folder), settings, None


class Mariadb:
    """One empty database of a private server."""

    def __init__(self, server):
        self.server = server
        self.statement("CREATE DATABASE bench")
        self.env = {"DATABASE_URL": server.url("bench")}

    def statement(self, sql):
        command = ["mariadb", "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", f"--port={self.server.port}",
                   f"--user={self.server.user}", "--batch", "--skip-column-names", "--execute", sql]
        return subprocess.run(command, env=os.environ | {"MYSQL_PWD": self.server.password}, check=True,
                              capture_output=True, text=True, timeout=60).stdout

    def row(self, select):
        """The one row of a query."""
        return [int(number) for number in self.statement(f"USE bench; {select}").split()]

    def settings(self):
        names = ",".join(f"'{name}'" for name in MARIADB_SETTINGS)
        rows = self.statement(f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({names})").splitlines()
        return dict(row.split("\t") for row in rows)


@contextlib.contextmanager
def mariadb_database():
    with mariadb(durable=True, binlog=True) as server:
        database = Mariadb(server)
        yield database, database.settings(), server.process.pid


DATABASES = {"sqlite": sqlite_database, "mariadb": mariadb_database}


def service_on(database, folder, batch_limit=None, arguments=(), env=None):
    limit = [] if batch_limit is None else ["--batch-limit", str(batch_limit)]
    return Service(database, folder, *limit, *arguments, env=env)


@contextlib.contextmanager
def stack(kind, batch_limit=None, arguments=(), env=None, binary=None):
    """`binary`: another build."""
    with DATABASES[kind]() as (database, settings, pid), scratch_folder() as folder:
        service = service_on(database, folder, batch_limit, arguments, env)
        with starting(binary or BINARY):
            service.start()
        with service:
            yield Stack(service, settings, pid)


@contextlib.contextmanager
def starting(binary):
    """Services that are started meanwhile are of this build."""
    services.BINARY, usual = binary, services.BINARY
    try:
        yield
    finally:
        services.BINARY = usual


def version():
    done = subprocess.run([BINARY, "--version"], capture_output=True, text=True, env=environment(), check=True)
    return done.stdout.strip()


def tool_version(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+[\w.+-]*", done.stdout + done.stderr)
    return found.group(0) if found else "unknown"
