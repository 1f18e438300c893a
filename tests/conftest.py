"""Services under test, each on a database of its own.

`service` and `http_service` run for the whole session and are shared: tests use orders of their own. `launch` starts a
fresh one for one test. All are stopped by SIGTERM, must end with 0, and must leave a database that `verify` accepts.

PAYMENT_SERVICE names the binary; PAY_E2E_DATABASES (default `sqlite,mariadb`) chooses what the suites run on.
"""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from support import databases, gateway  # noqa: E402
from support.receiver import Receiver  # noqa: E402
from support.service import BINARY, Service, verify  # noqa: E402
from support.stores import OnServer, Sqlite  # noqa: E402

KINDS = os.environ.get("PAY_E2E_DATABASES", "sqlite,mariadb").split(",")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than a few seconds; left out by -m 'not slow'")


def pytest_sessionstart(session):
    if not session.config.option.collectonly and not BINARY.exists():
        pytest.exit(f"no binary at {BINARY}: build it, or name it in PAYMENT_SERVICE", returncode=4)


def pytest_terminal_summary(terminalreporter):
    """Which of the two stood between the shop and the service is not to be guessed."""
    if gateway.used:
        terminalreporter.write_line(f"gateway: {gateway.used}")


def server_of(start):
    try:
        with start(durable=False) as server:
            yield server
    except databases.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def mariadb_server():
    yield from server_of(databases.mariadb)


@pytest.fixture(scope="session")
def mysql_server():
    yield from server_of(databases.mysql)


def fresh_database(kind, request, directory):
    if kind == "sqlite":
        return Sqlite(directory)
    return OnServer(kind, request.getfixturevalue(f"{kind}_server"))


def serve_and_verify(database, directory, *arguments):
    with Service(database, directory, *arguments) as service:
        yield service
    done = verify(database)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session", params=KINDS)
def service(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp(f"shared-{request.param}")
    yield from serve_and_verify(fresh_database(request.param, request, directory), directory, "--log-level", "debug")


@pytest.fixture(scope="session")
def http_service(tmp_path_factory):
    """On SQLite: for what no database has a part in."""
    directory = tmp_path_factory.mktemp("http")
    yield from serve_and_verify(Sqlite(directory), directory)


@pytest.fixture(params=KINDS)
def database(request, tmp_path):
    """A fresh database without a service."""
    return fresh_database(request.param, request, tmp_path)


@pytest.fixture
def sqlite(tmp_path):
    return Sqlite(tmp_path)


def launching(database, directory):
    started = []

    def start(*arguments, env=None):
        started.append(Service(database, directory, *arguments, env=env).start())
        return started[-1]

    yield start
    for one in started:
        if one.running:
            assert one.stop() == 0, one.said[-2000:]
    done = verify(database)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def launch(database, tmp_path):
    """launch(*arguments, env={}): a service on the test's fresh database. May be called again for another instance."""
    yield from launching(database, tmp_path)


@pytest.fixture
def on_sqlite(sqlite, tmp_path):
    """The same on SQLite alone: for what no database has a part in."""
    yield from launching(sqlite, tmp_path)


@pytest.fixture
def shop():
    """Somebody who is told, and at first behaves well."""
    with Receiver() as receiver:
        yield receiver
