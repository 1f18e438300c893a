"""Fresh databases for one service: what configures it, and a way past it, straight into the tables."""

import itertools
import os
import sqlite3
import subprocess
from pathlib import Path

_numbers = itertools.count(1)


class Sqlite:
    """A file of its own."""

    kind = "sqlite"

    def __init__(self, directory, name="payments.db"):
        self.path = Path(directory) / name
        self.url = f"sqlite:{self.path}"
        self.env = {"DATABASE_URL": self.url}

    def sql(self, text):
        """Runs one statement; rows as tuples."""
        connection = sqlite3.connect(self.path, timeout=10)
        try:
            with connection:
                return connection.execute(text).fetchall()
        finally:
            connection.close()

    def everything(self):
        """Every byte that is stored, as text or not."""
        return b"".join(file.read_bytes() for file in self.path.parent.glob(self.path.name + "*"))


class OnServer:
    """A new database on a running server (see databases.py)."""
    def __init__(self, kind, server):
        self.kind = kind
        self.server = server
        self.name = f"pay_{os.getpid()}_{next(_numbers)}"
        self._client("", "-e", f"CREATE DATABASE {self.name}")
        self.url = server.url(self.name)
        self.env = {"DATABASE_URL": self.url}

    def sql(self, text):
        lines = self._client(self.name, "-e", text).decode().splitlines()
        return [tuple(line.split("\t")) for line in lines]

    def everything(self):
        return self._run("mariadb-dump", "--skip-lock-tables", self.name)

    def drop(self):
        self._client("", "-e", f"DROP DATABASE IF EXISTS {self.name}")

    def _client(self, *arguments):
        return self._run("mariadb", "--batch", "--skip-column-names", *arguments)

    def _run(self, program, *arguments):
        tls = ["--ssl"] if self.kind == "mysql" else []  # caching_sha2_password wants it
        done = subprocess.run([
            program, "--no-defaults", "--host=127.0.0.1", f"--port={self.server.port}", f"--user={self.server.user}",
            *tls, *arguments
        ],
                              env=os.environ | {"MYSQL_PWD": self.server.password},
                              stdin=subprocess.DEVNULL,
                              capture_output=True,
                              timeout=60)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout
