"""Where settings come from (api.md, "The program"): flag, environment, file, default, in this order.

Method: the same setting is given a different value in each place; what the service then does tells which one won. The
database is the clearest witness: the file that came into being.
"""

import contextlib
import os
import re
import socket
import subprocess
import time

import pytest
from support import databases
from support.client import Client
from support.payments import create
from support.service import BINARY, environment, run
from support.stores import OnServer


@contextlib.contextmanager
def serving(folder, *arguments, env=None):
    """Runs serve in `folder` until it listens; gives the port."""
    log = folder / f"log-{time.monotonic_ns()}"
    with open(log, "wb") as out:
        process = subprocess.Popen([BINARY, "serve", *arguments],
                                   env=environment(**(env or {})),
                                   cwd=folder,
                                   stdout=out,
                                   stderr=out,
                                   stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not (found := re.search(r"127\.0\.0\.1:([1-9][0-9]*)", log.read_text())):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.01)
        yield int(found.group(1))
        process.terminate()
        assert process.wait(8) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(5)


PLACES = [("flag", "environment", "file"), ("environment", "file"), ("file", ), ()]


@pytest.mark.parametrize("given", PLACES, ids=lambda given: given[0] if given else "default")
def test_the_first_place_that_says_something_wins(tmp_path, given):
    ports = {place: databases.free_port() for place in ("flag", "environment", "file")}
    (tmp_path / "settings"
     ).write_text("# a comment\n" +
                  (f'listen = "127.0.0.1:{ports["file"]}"\ndatabase = "sqlite:file.db"\n' if "file" in given else ""))
    arguments = ["--config", "settings"]
    env = {}
    if "flag" in given:
        arguments += ["--listen", f"127.0.0.1:{ports['flag']}", "--database", "sqlite:flag.db"]
    if "environment" in given:
        env = {"LISTEN": f"127.0.0.1:{ports['environment']}", "DATABASE_URL": "sqlite:environment.db"}
    if not given:
        arguments += ["--listen", "127.0.0.1:0"]
    with serving(tmp_path, *arguments, env=env) as port:
        assert not given or port == ports[given[0]]
    assert [path.name for path in tmp_path.glob("*.db")] == [f"{given[0]}.db" if given else "payments.db"]


def test_verify_and_migrate_read_the_same_places(tmp_path):
    (tmp_path / "settings").write_text('database = "sqlite:file.db"\n')
    for subcommand in ("migrate", "verify"):
        assert run(subcommand, "--config", "settings", cwd=tmp_path).returncode == 0
        assert run(subcommand, "--config", "settings", cwd=tmp_path,
                   env={"DATABASE_URL": "sqlite:env.db"}).returncode == 0
    assert {path.name for path in tmp_path.glob("*.db")} == {"file.db", "env.db"}


@pytest.mark.parametrize("text", [
    "listn = 5\n", "database\n", 'database = "postgres://x/y"\n', "batch-limit = 0\n", "batch-limit = \n", "[serve\n",
    "\x00\xff\xfe\n", "listen = [1, 2]\n", '[[route]]\n', '[[route]]\nproviders = "adyen"\n',
    '[[route]]\nprovider = "stripe"\n', '[[route]]\nproviders = "simulator"\nmethod = "cash"\n',
    '[[route]]\nproviders = "simulator"\namount-from = 5\namount-below = 5\n',
    '[[route]]\nproviders = "simulator"\n[[route]]\nproviders = "simulator"\ncurrency = "CAD"\n',
    '[[route]]\nproviders = "stripe"\n', '[[rule]]\nproviders = "simulator"\n'
])
def test_a_wrong_file_is_one_line_and_exit_2(tmp_path, text):
    (tmp_path / "settings").write_bytes(text.encode("latin-1"))
    done = run("serve", "--config", "settings", "--listen", "127.0.0.1:0", cwd=tmp_path)
    assert done.returncode == 2, done
    assert len((done.stdout + done.stderr).splitlines()) == 1, done
    assert [path.name for path in tmp_path.iterdir()] == ["settings"], "nothing is made on the way"


def reference(server, name, **more):
    return {"DB_HOST": "127.0.0.1", "DB_PORT": str(server.port), "DB_NAME": name, "DB_USER": server.user} | more


@pytest.mark.parametrize("name", ["DB_PASSWORD", "DB_PASS"])
def test_the_references_variables_select_mysql(mariadb_server, tmp_path, name):
    database = OnServer("mariadb", mariadb_server)
    env = reference(mariadb_server, database.name, **{name: mariadb_server.password})
    with serving(tmp_path, "--listen", "127.0.0.1:0", env=env) as port:
        create(Client(port))
    assert int(database.sql("SELECT COUNT(*) FROM events")[0][0]) == 1
    assert list(tmp_path.glob("*.db")) == []


def test_database_url_wins_over_the_references_variables(mariadb_server, tmp_path):
    env = reference(mariadb_server, "nowhere", DB_PASSWORD="wrong", DATABASE_URL="sqlite:url.db")
    with serving(tmp_path, "--listen", "127.0.0.1:0", env=env):
        assert (tmp_path / "url.db").exists()


def test_user_and_password_are_percent_decoded(mariadb_server, tmp_path):
    database = OnServer("mariadb", mariadb_server)
    database.sql("CREATE USER IF NOT EXISTS 'us@er'@'%' IDENTIFIED BY 'p:a/s@s%?#'")
    database.sql("GRANT ALL ON *.* TO 'us@er'@'%'")
    url = f"mysql://us%40er:p%3Aa%2Fs%40s%25%3F%23@127.0.0.1:{mariadb_server.port}/{database.name}"
    with serving(tmp_path, "--listen", "127.0.0.1:0", "--log-level", "debug", env={"DATABASE_URL": url}):
        pass
    assert all("p:a/s@s" not in log.read_text() and "p%3Aa" not in log.read_text() for log in tmp_path.glob("log-*"))


def test_a_wrong_password_is_one_line_without_it(mariadb_server):
    database = OnServer("mariadb", mariadb_server)
    url = f"mysql://{mariadb_server.user}:hunter22@127.0.0.1:{mariadb_server.port}/{database.name}"
    done = run("migrate", env={"DATABASE_URL": url}, timeout=40)
    assert done.returncode == 1, done
    assert len((done.stdout + done.stderr).splitlines()) == 1 and "hunter22" not in done.stdout + done.stderr, done


def test_a_password_is_in_no_process_list(mariadb_server, tmp_path):
    database = OnServer("mariadb", mariadb_server)
    with serving(tmp_path, "--listen", "127.0.0.1:0", env=database.env):
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError), open(f"/proc/{entry}/cmdline", "rb") as file:
                    line = file.read()
                assert not (b"payment-service" in line and mariadb_server.password.encode() in line)


def test_ipv6_and_a_path_with_blanks(tmp_path):
    log = tmp_path / "log"
    with open(log, "wb") as out:
        process = subprocess.Popen([BINARY, "serve", "--listen", "[::1]:0", "--database", "sqlite:with blanks é.db"],
                                   cwd=tmp_path,
                                   env=environment(),
                                   stdout=out,
                                   stderr=out)
    try:
        deadline = time.monotonic() + 10
        while not (found := re.search(r"\[::1\]:([1-9][0-9]*)", log.read_text())):
            if process.poll() is not None and "address" in log.read_text().lower():
                pytest.skip(f"no IPv6 here: {log.read_text()}")
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.01)
        with socket.create_connection(("::1", int(found.group(1))), timeout=5) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n")
            assert peer.recv(20).startswith(b"HTTP/1.1 200")
    finally:
        process.terminate()
        assert process.wait(8) == 0
    assert (tmp_path / "with blanks é.db").exists()


@pytest.mark.parametrize("limit", ["1", "2", "256"])
def test_the_batch_limit_changes_nothing_that_a_client_sees(launch, limit):
    client = launch("--batch-limit", limit).client()
    assert [create(client, key=f"k{index}")["id"] for index in range(20)] == list(range(1, 21))
