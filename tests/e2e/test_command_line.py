"""The program's command line (api.md, "The program"): what is wrong is said in one line, with the right exit code.

Method: tables of wrong arguments and environments; standard output and error are taken together.
"""

import signal
import socket
import subprocess
import time

import pytest
from support.service import BINARY, Service, environment, run, verify
from support.stores import Sqlite


def only_line(done):
    lines = (done.stdout + done.stderr).splitlines()
    assert len(lines) == 1, lines
    assert len(lines[0]) > 10
    return lines[0]


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_version_and_help(flag):
    done = run(flag)
    assert done.returncode == 0 and done.stderr == ""
    if flag == "--version":
        assert len(done.stdout.splitlines()) == 1 and any(letter.isdigit() for letter in done.stdout)
    else:
        for word in ("serve", "migrate", "verify", "clients", "notifications", "attempts", "dev-cert",
                     "health", "--version"):
            assert word in done.stdout


@pytest.mark.parametrize("subcommand", ["serve", "migrate", "verify"])
def test_every_subcommand_has_help(subcommand):
    done = run(subcommand, "--help")
    assert done.returncode == 0 and "--database" in done.stdout and done.stderr == ""
    if subcommand == "serve":
        for flag in ("--listen", "--demo", "--config", "--batch-limit", "--log-level", "--log-format", "--language",
                     "--authorization-days", "--pending-hours", "--tls-cert", "--http-listen", "--open",
                     "--anonymous-client", "--store-manager-orders-url", "--notify-schedule", "--notify-ca",
                     "--provider", "--methods", "--public-url", "--stripe-timeout-ms", "--paypal-concurrency",
                     "--simulator-two-step"):
            assert flag in done.stdout
        assert "STRIPE_SECRET_KEY" in done.stdout and "--stripe-secret-key" not in done.stdout


WRONG = [  # arguments, environment, what the line must say
    (["--nope"], {}, "--nope"), (["serve", "--nope"], {}, "--nope"), (["serve", "extra"], {}, "extra"),
    (["frobnicate"], {}, "frobnicate"), (["verify", "--demo"], {}, "--demo"),
    (["migrate", "--listen", "127.0.0.1:0"], {}, "--listen"), (["serve", "--database="], {}, "database"),
    (["serve", "--database", ""], {}, "database"), (["serve", "--database", "postgres://localhost/x"], {}, "sqlite:"),
    (["serve", "--database", "payments.db"], {}, "sqlite:"), (["serve", "--database", "sqlite:"], {}, "sqlite:"),
    (["serve", "--database", "mysql://"], {}, "mysql://"), (["serve", "--database", "mysql://host"], {}, "mysql://"),
    (["serve", "--database", "mysql://u@host:x/name"], {}, "mysql"),
    (["serve", "--database", "mysql://u@host:99999/name"], {}, "mysql"),
    (["serve", "--database", "mysql://u@host/name?tls=maybe"], {}, "tls"),
    (["serve", "--database", "mysql://u:hunter22@h/name"], {}, "DATABASE_URL"),
    (["verify", "--database", "mysql://u:hunter22@h/name"], {}, "DATABASE_URL"),
    (["migrate", "--database", "mysql://u:hunter22@h/name"], {}, "DATABASE_URL"),
    (["serve", "--database=mysql://u:hunter22@h1,h2/name"], {}, "DATABASE_URL"),
    (["serve"], {"DATABASE_URL": "postgres://u:hunter22@localhost/x"}, "DATABASE_URL"),
    (["serve"], {"DATABASE_URL": "mysql://u:hunter22@host:port/name"}, ""),
    (["serve"], {"LISTEN": "nonsense"}, "LISTEN"), (["serve", "--batch-limit", "0"], {}, "batch-limit"),
    (["serve", "--batch-limit", "-1"], {}, "batch-limit"), (["serve", "--batch-limit", "many"], {}, "batch-limit"),
    (["serve", "--batch-limit", "1.5"], {}, "batch-limit"),
    (["serve", "--batch-limit", "99999999999999999999"], {}, "batch-limit"),
    (["serve", "--batch-limit"], {}, "batch-limit"), (["serve", "--listen", "nonsense"], {}, "listen"),
    (["serve", "--listen", "127.0.0.1"], {}, "listen"), (["serve", "--listen", "127.0.0.1:99999"], {}, "listen"),
    (["serve", "--listen", "127.0.0.1:-1"], {}, "listen"), (["serve", "--listen", "127.0.0.1:80x"], {}, "listen"),
    (["serve", "--listen", ""], {}, "listen"), (["serve", "--config", "/nonexistent/file"], {}, "/nonexistent/file"),
    (["serve", "--log-level", "loud"], {}, "log-level"), (["serve", "--log-format", "xml"], {}, "log-format"),
    (["serve", "--language", "de"], {}, "language"), (["serve", "--authorization-days", "x"], {}, "authorization-days"),
    (["serve", "--authorization-days", "-1"], {}, "authorization-days"),
    (["serve", "--pending-hours", "-1"], {}, "pending-hours"),
    (["serve", "--pending-hours", "soon"], {}, "pending-hours"), (["verify", "--database="], {}, "database"),
    (["verify", "--config", "/nonexistent/file"], {}, "/nonexistent/file"), (["migrate", "--nope"], {}, "--nope"),
    (["serve", "--notify-schedule", "soon"], {}, "notify-schedule"),
    (["serve", "--notify-schedule", ""], {}, "notify-schedule"),
    (["serve", "--notify-schedule", "1s*0"], {}, "notify-schedule"),
    (["serve", "--notify-schedule", "1s*9999"], {}, "notify-schedule"),
    (["serve", "--notify-schedule", "8d"], {}, "notify-schedule"),
    (["serve"], {"PAYMENT_NOTIFY_SCHEDULE": "0s"}, "notify-schedule"),
    (["serve", "--notify-inline-ms", "-1"], {}, "notify-inline-ms"),
    (["serve", "--notify-timeout-ms", "0"], {}, "notify-timeout-ms"),
    *((["serve", flag, "http://shop:hunter22@127.0.0.1:1/"], {}, flag)
      for flag in ("--store-manager-orders-url", "--krakend-url", "--store-manager-url")),
    (["serve", "--notify-lease-ms", "5499", "--notify-timeout-ms", "5000"], {}, "notify-lease-ms"),
    (["serve", "--notify-lease-ms", "5000", "--notify-timeout-ms", "5000"], {}, "notify-lease-ms"),
    (["serve", "--notify-concurrency", "0"], {}, "notify-concurrency"),
    (["serve", "--notify-ca", "/nonexistent/ca.pem"], {}, "/nonexistent/ca.pem"),
    (["serve", "--store-manager-orders-url", "shop/orders"], {}, "store-manager-orders-url"),
    (["serve"], {"STORE_MANAGER_ORDERS_URL": "ftp://u:hunter22@shop/orders"}, "http://"),
    (["serve"], {"KRAKEND_URL": "api-gateway:8080"}, "http://"),
    (["serve"], {"STORE_MANAGER_URL": "http://"}, "http://"),
    (["serve", "--anonymous-client", "a b"], {}, "anonymous-client"), (["serve"], {"PAYMENT_OPEN": "maybe"}, "OPEN"),
    (["serve", "--http-listen", "127.0.0.1:0"], {}, "--tls-cert"),
    (["serve", "--tls-key", "/x.pem"], {}, "--tls-cert"),
    (["clients"], {}, "add"), (["notifications"], {}, "list"), (["dev-cert", "--nope"], {}, "--nope"),
    (["serve", "--provider", "adyen"], {}, "no such provider"), (["serve", "--provider", ","], {}, "provider"),
    (["serve", "--provider", "simulator,simulator"], {}, "twice"), (["serve"], {"PAYMENT_PROVIDER": "x"}, "simulator"),
    (["serve", "--provider", "stripe"], {}, "STRIPE_SECRET_KEY"),
    (["serve", "--provider", "paypal"], {"PAYPAL_CLIENT_ID": "hunter22"}, "PAYPAL_CLIENT_SECRET"),
    (["serve", "--stripe-secret-key", "hunter22"], {}, "STRIPE_SECRET_KEY"),
    (["serve", "--stripe-secret-key=hunter22"], {}, "STRIPE_SECRET_KEY"),
    (["serve", "--stripe-webhook-secret", "hunter22"], {}, "STRIPE_WEBHOOK_SECRET"),
    (["serve", "--paypal-client-id", "hunter22"], {}, "PAYPAL_CLIENT_ID"),
    (["serve", "--paypal-client-secret=hunter22"], {}, "PAYPAL_CLIENT_SECRET"),
    (["serve"], {"STRIPE_API_BASE": "stripe:12111"}, "http://"),
    (["serve"], {"PAYPAL_API_BASE": "https://u:hunter22@paypal"}, "http://"),
    (["serve", "--stripe-timeout-ms", "0"], {}, "stripe-timeout-ms"),
    (["serve", "--paypal-concurrency", "many"], {}, "paypal-concurrency"),
    (["serve", "--simulator-slow-ms", "10001"], {}, "simulator-slow-ms"),
    (["serve", "--simulator-two-step", "--simulator-failures", "refuse=2"], {}, "simulator-failures"),
    (["serve", "--simulator-two-step", "--simulator-latency-ms", "x"], {}, "simulator-latency-ms"),
    (["serve", "--public-url", "pay.example"], {}, "https://pay.example"),
    (["serve", "--methods", "cash"], {}, "card, wallet"), (["attempts"], {}, "list|resolve"),
    (["attempts", "resolve"], {}, "ID"), (["attempts", "resolve", "x"], {}, "whole number"),
    (["attempts", "resolve", "1"], {}, "--as"), (["attempts", "resolve", "1", "--as", "unknown"], {}, "declined"),
    (["attempts", "resolve", "1", "--as", "declined"], {}, "--because"),
    *((["attempts", "resolve", "1", "--as", "declined", "--because", because], {}, said)
      for because, said in (("two\nlines", "control"), ("\x1b[2Jgone", "control"), ("\u009b2J", "one line"))),
    (["clients", "add", "a\nb"], {}, "control"),
    (["attempts", "list", "--payment-id", "seven"], {}, "whole number"),
    (["clients", "add", "books", "--methods", "cash"], {}, "card, wallet"),
    (["clients", "add", "books", "--methods", ""], {}, "card, wallet"),
    (["clients", "set", "books", "--methods", ""], {}, "card, wallet"),
    (["serve", "--provider", "stripe"], {"STRIPE_SECRET_KEY": "pk_live_hunter22"}, "sk_"),
    (["serve"], {"STRIPE_SECRET_KEY": "sk_x", "STRIPE_WEBHOOK_SECRET": ","}, "STRIPE_WEBHOOK_SECRET"),
    (["serve", "--simulator-failures", "refuse=0.1"], {}, "--simulator-two-step"),
    (["serve"], {"PAYMENT_SIMULATOR_LATENCY_MS": "50"}, "--simulator-two-step"),
]


def test_health_knows_only_well_and_not_well(tmp_path):
    """Docker keeps the exit code 2 of a health check for itself."""
    for arguments, env in ((["--listen", "nonsense"], {}), ([], {"DATABASE_URL": "bogus"}), (["--config", "/none"], {})):
        done = run("health", *arguments, env=env, cwd=tmp_path)
        assert done.returncode == 1, done
        only_line(done)


def test_a_certificate_needs_no_settings_of_a_service(tmp_path):
    done = run("dev-cert", "--out", tmp_path / "made", env={"DATABASE_URL": "bogus", "LISTEN": "x"}, cwd=tmp_path)
    assert done.returncode == 0, done


@pytest.mark.parametrize("arguments", [["clients", "list"], ["clients", "add-key", "a"], ["clients", "remove", "a"],
                                       ["clients", "set", "a", "--no-notify"], ["notifications", "list"],
                                       ["notifications", "retry", "--dead"], ["attempts", "list"],
                                       ["attempts", "resolve", "1", "--as", "declined", "--because", "x"]],
                         ids=" ".join)
def test_a_database_that_is_not_there_is_not_made_by_a_look_at_it(tmp_path, arguments):
    done = run(*arguments, env={"DATABASE_URL": "sqlite:mistyped.db"}, cwd=tmp_path)
    assert done.returncode != 0 and "mistyped.db" in only_line(done), done
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments,env,word",
                         WRONG,
                         ids=lambda value: " ".join(value) if isinstance(value, (list, dict)) else "")
def test_what_is_wrong_is_one_line_and_exit_2(tmp_path, arguments, env, word):
    begin = time.monotonic()
    done = run(*arguments, env=env, cwd=tmp_path)
    assert done.returncode == 2, done
    line = only_line(done)
    assert word.lower() in line.lower(), line
    assert "hunter22" not in line
    assert time.monotonic() - begin < 3
    assert list(tmp_path.iterdir()) == [], "nothing is made on the way"


def refused(*arguments, env=None):
    done = run(*arguments, env=env)
    assert done.returncode == 1 or (arguments[0] == "verify" and done.returncode == 2), done
    return only_line(done)


def test_a_taken_port_is_one_line(sqlite):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        line = refused("serve", "--listen", f"127.0.0.1:{port}", env=sqlite.env)
    assert str(port) in line and "--listen" in line


@pytest.mark.parametrize("path", ["/nonexistent/folder/payments.db", "/", "/proc/payments.db", "/dev/null/x"])
@pytest.mark.parametrize("subcommand", ["serve", "migrate", "verify"])
def test_a_path_that_cannot_be_written_is_one_line_at_once(subcommand, path):
    listen = ["--listen", "127.0.0.1:0"] if subcommand == "serve" else []
    begin = time.monotonic()
    line = refused(subcommand, *listen, "--database", f"sqlite:{path}")
    assert path in line
    assert time.monotonic() - begin < 3


def test_a_file_that_is_no_database_is_one_line(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("these are notes, not a database\n" * 100)
    line = refused("serve", "--listen", "127.0.0.1:0", "--database", f"sqlite:{file}")
    assert str(file) in line
    assert file.read_text().startswith("these are notes")


def test_a_second_serve_or_migrate_on_one_file_is_refused(sqlite, tmp_path):
    with Service(sqlite, tmp_path) as first:
        for arguments in (["serve", "--listen", "127.0.0.1:0"], ["migrate"]):
            line = refused(*arguments, env=sqlite.env)
            assert str(sqlite.path) in line or sqlite.path.name in line
        assert verify(sqlite).returncode == 0
        assert first.client().post("/payments", {"user_id": 1, "order_id": 1, "total_amount": 5}).status == 201
    first.start()
    assert first.client().get("/payments/1").status == 200
    first.stop()


def test_an_unreachable_mysql_is_tried_for_15_seconds(tmp_path):
    with socket.socket() as holder:  # bound, not listening: connections are refused
        holder.bind(("127.0.0.1", 0))
        url = f"mysql://pay:hunter22@127.0.0.1:{holder.getsockname()[1]}/payments"
        begin = time.monotonic()
        done = run("serve", "--listen", "127.0.0.1:0", env={"DATABASE_URL": url}, timeout=40)
    assert done.returncode == 1, done
    assert 12 < time.monotonic() - begin < 25
    lines = (done.stdout + done.stderr).splitlines()
    assert lines and "hunter22" not in done.stdout + done.stderr
    assert len(lines) == 1, lines


def test_a_signal_ends_the_wait_for_a_database(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        env = environment(DATABASE_URL=f"mysql://pay@127.0.0.1:{holder.getsockname()[1]}/payments")
        process = subprocess.Popen([BINARY, "serve", "--listen", "127.0.0.1:0"],
                                   env=env,
                                   stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(0.7)
        process.terminate()
        assert process.wait(5) in (0, 1, -signal.SIGTERM)


def test_migrate_brings_the_schema_up_and_may_be_repeated(database, tmp_path):
    for _ in range(2):
        done = run("migrate", env=database.env)
        assert done.returncode == 0, done
    assert verify(database).returncode == 0
    with Service(database, tmp_path) as service:
        assert service.client().post("/payments", {"user_id": 1, "order_id": 1, "total_amount": 5}).json["id"] == 1


def test_serve_prints_one_line_when_it_listens(sqlite, tmp_path):
    with Service(sqlite, tmp_path, "--log-level", "error") as service:
        lines = service.said.splitlines()
        assert len(lines) == 1 and f"127.0.0.1:{service.port}" in lines[0], lines


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_before_anything_happened_ends_with_0(tmp_path, end):
    service = Service(Sqlite(tmp_path), tmp_path).start()
    service.process.send_signal(end)
    assert service.process.wait(5) == 0
