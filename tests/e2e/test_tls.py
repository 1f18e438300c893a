"""HTTPS (issue: the shop): the server's certificate and its exchange, the plain listener beside it, and outgoing calls.

Method: certificates of an authority of the test's own; connections by Python's ssl with verification on, by both
versions that count and by one that does not; `health` as a container would ask.
"""

import signal
import socket
import ssl
import stat
import time

import pytest
from support.certificates import Authority
from support.client import Client
from support.databases import free_port
from support.payments import create, ok, paid, process, walk
from support.receiver import Receiver
from support.service import Service, run, verify
from support.stores import OnServer
from support.waiting import eventually, seconds_of


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.sign("server")


def trusting(authority, **limits):
    context = ssl.create_default_context(cafile=authority if isinstance(authority, str) else authority.certificate)
    for name, version in limits.items():
        setattr(context, name, version)
    return context


def files(pair):
    return "--tls-cert", str(pair.chain), "--tls-key", str(pair.key)


@pytest.fixture
def secure(sqlite, tmp_path, certificate):
    with Service(sqlite, tmp_path, *files(certificate)) as service:
        yield service
    assert verify(sqlite).returncode == 0


def client_of(service, authority, **limits):
    return Client(service.port, tls=trusting(authority, **limits))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_work_with_verification(secure, authority, version):
    client = client_of(secure, authority, minimum_version=version, maximum_version=version)
    payment = paid(client, key="one")
    assert ok(client.get(f"/payments/{payment['id']}"))["is_paid"] is True
    connection = client._connection.sock
    assert connection.version() == {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]
    name = connection.cipher()[0]
    assert "GCM" in name or "CHACHA20" in name, "authenticated encryption"
    assert version == ssl.TLSVersion.TLSv1_3 or name.startswith("ECDHE-"), "forward secrecy"
    assert "https" in secure.out.read_text()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_versions_and_weak_ciphers_are_refused(secure, authority):
    for limits in ({"minimum_version": ssl.TLSVersion.TLSv1, "maximum_version": ssl.TLSVersion.TLSv1_1},
                   {"maximum_version": ssl.TLSVersion.TLSv1_2}):
        context = trusting(authority, **limits)
        old = limits["maximum_version"] == ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0" if old else "AES128-SHA:AES256-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
        with pytest.raises(ssl.SSLError) as refusal:
            Client(secure.port, tls=context).get("/")
        assert "ALERT" in (refusal.value.reason or ""), "it was the server who refused"
    assert client_of(secure, authority).get("/").status == 200


def all_that_comes(port, data, tls=None):
    """Every byte until the server ends the connection, which it has to within 5 s."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
        with tls.wrap_socket(peer, server_hostname="localhost") if tls else peer as stream:
            stream.sendall(data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            came = b""
            try:
                while more := stream.recv(65536):
                    came += more
            except ConnectionResetError:
                pass
            return came


def test_plain_http_on_the_secure_port_harms_nobody(secure, authority):
    request = b"GET /payments HTTP/1.1\r\nHost: a\r\n\r\n"
    assert b"HTTP/1.1 200 " in all_that_comes(secure.port, request, trusting(authority)), "it would be a good one"
    for _ in range(3):
        came = all_that_comes(secure.port, request)
        assert b"200" not in came and b"data" not in came, came
    assert client_of(secure, authority).get("/").status == 200


def test_an_unfinished_handshake_holds_nobody_up(secure, authority):
    stuck = [socket.create_connection(("127.0.0.1", secure.port)) for _ in range(20)]
    for peer in stuck[:10]:
        peer.sendall(b"\x16\x03\x01\x02\x00\x01")
    reply, took = seconds_of(lambda: client_of(secure, authority).get("/"))
    assert reply.status == 200 and took < 1
    code, took = seconds_of(secure.stop)
    assert code == 0 and took < 5
    secure.start()
    for peer in stuck:
        peer.close()


def test_plain_http_beside_it_for_the_gateway(sqlite, tmp_path, certificate, authority):
    port = free_port()
    with Service(sqlite, tmp_path, *files(certificate), "--http-listen", f"127.0.0.1:{port}") as service:
        secure, plain = client_of(service, authority), Client(port)
        payment = create(plain)
        ok(process(secure, payment["id"]))
        assert ok(plain.get(f"/payments/{payment['id']}")) == ok(secure.get(f"/payments/{payment['id']}"))


def test_a_new_certificate_is_taken_without_dropping_a_connection(sqlite, tmp_path, authority):
    pair = authority.sign("first")
    other = Authority(tmp_path / "other", "another authority")
    with Service(sqlite, tmp_path, *files(pair)) as service:
        open_one = client_of(service, authority)
        payment = create(open_one)
        first = open_one._connection.sock
        renewed = other.sign("second")
        pair.chain.write_bytes(renewed.chain.read_bytes())
        pair.key.write_bytes(renewed.key.read_bytes())
        service.process.send_signal(signal.SIGHUP)

        def is_new():
            try:
                return client_of(service, other).get("/").status == 200
            except ssl.SSLCertVerificationError:
                return False

        eventually(is_new, 3)
        ok(process(open_one, payment["id"]))
        assert open_one._connection.sock is first, "the same connection"
        with pytest.raises(ssl.SSLCertVerificationError):
            client_of(service, authority).get("/")
        pair.key.write_text("no key at all\n")
        before = len(service.said)
        service.process.send_signal(signal.SIGHUP)
        eventually(lambda: pair.key.name in service.said[before:], 3)
        assert client_of(service, other).get("/").status == 200, "a bad pair leaves the good one"
        ok(open_one.get(f"/payments/{payment['id']}"))


def test_sighup_without_a_certificate_changes_nothing(sqlite, tmp_path):
    with Service(sqlite, tmp_path) as service:
        service.process.send_signal(signal.SIGHUP)
        time.sleep(0.2)  # for the worst to happen
        assert service.running and service.client().get("/").status == 200


def test_files_that_cannot_be_used_are_one_line(sqlite, tmp_path, authority, certificate):
    expired, stranger = authority.sign("expired", days=-1), authority.sign("stranger")
    garbage, empty = tmp_path / "garbage.pem", tmp_path / "empty.pem"
    garbage.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    empty.write_bytes(b"")
    missing = tmp_path / "missing.pem"
    chain, key = certificate.chain, certificate.key
    for one, other, words in ((missing, key, ["missing.pem"]), (chain, missing, ["missing.pem"]),
                              (chain, stranger.key, [str(stranger.key)]), (expired.chain, expired.key, ["expired"]),
                              (garbage, key, ["garbage.pem"]), (chain, garbage, ["garbage.pem"]),
                              (empty, key, ["empty.pem"]), (chain, empty, ["empty.pem"]),
                              (tmp_path, key, [str(tmp_path)]), (key, chain, [str(key)])):
        done = run("serve", "--listen", "127.0.0.1:0", "--tls-cert", str(one), "--tls-key", str(other), env=sqlite.env)
        said = (done.stdout + done.stderr).splitlines()
        assert done.returncode == 2 and len(said) == 1, (one, other, done)
        assert all(word in said[0] for word in words), said
        assert "error:0" not in said[0] and "PRIVATE" not in said[0], said
    for alone in (("--tls-cert", str(chain)), ("--tls-key", str(key)), ("--http-listen", "127.0.0.1:0")):
        done = run("serve", "--listen", "127.0.0.1:0", *alone, env=sqlite.env)
        assert done.returncode == 2 and len((done.stdout + done.stderr).splitlines()) == 1, done
    assert not sqlite.path.exists(), "nothing is made on the way"


NAMES = [([], {"localhost", "127.0.0.1"}), (["shop.test", "127.0.0.1"], {"shop.test", "127.0.0.1"})]


@pytest.mark.parametrize("asked,named", NAMES, ids=["by default", "by name"])
def test_a_pair_for_the_classroom(sqlite, tmp_path, asked, named):
    folder = tmp_path / "pair"
    hosts = [word for name in asked for word in ("--host", name)]
    done = run("dev-cert", "--out", str(folder), *hosts)
    assert done.returncode == 0, done
    keys = [file for file in folder.iterdir() if "PRIVATE KEY" in file.read_text()]
    chains = [file for file in folder.iterdir() if "BEGIN CERTIFICATE" in file.read_text()]
    assert len(keys) == len(chains) == 1
    assert stat.S_IMODE(keys[0].stat().st_mode) == 0o600
    assert str(chains[0]) in done.stdout and str(keys[0]) in done.stdout
    before = chains[0].read_bytes(), keys[0].read_bytes()
    with Service(sqlite, tmp_path, "--tls-cert", str(chains[0]), "--tls-key", str(keys[0])) as service:
        client = Client(service.port, tls=trusting(str(chains[0])))
        assert client.get("/").status == 200
        assert named <= {name for _, name in client._connection.sock.getpeercert()["subjectAltName"]}
    again = run("dev-cert", "--out", str(folder))
    assert again.returncode == 2 and len(again.stderr.splitlines()) == 1, "a pair that is there stays"
    assert (chains[0].read_bytes(), keys[0].read_bytes()) == before
    assert run("dev-cert", "--out", str(folder), "--force").returncode == 0
    assert chains[0].read_bytes() != before[0] and keys[0].read_bytes() != before[1]


@pytest.mark.parametrize("arguments", [["--host", "not a host/name"], ["--out", "/proc/nowhere"]],
                         ids=" ".join)
def test_a_pair_that_cannot_be_made_is_one_line(tmp_path, arguments):
    done = run("dev-cert", *arguments, cwd=tmp_path)
    assert done.returncode in (1, 2) and len((done.stdout + done.stderr).splitlines()) == 1, done
    assert list(tmp_path.iterdir()) == []


def test_receivers_are_verified(sqlite, tmp_path, authority, certificate):
    known = ("--notify-ca", str(authority.certificate))
    soon = ("--notify-schedule", "200ms*100")
    with Receiver(certificate=certificate) as shop:
        env = {"STORE_MANAGER_ORDERS_URL": shop.url + "/orders"}
        with Service(sqlite, tmp_path, *soon, env=env) as careful:
            client = careful.client()
            payment = paid(client)
            row = eventually(lambda: [one for one in walk(client, "/notifications") if one["attempts"] >= 2])[0]
            assert row["status"] == "pending" and "untrusted" in row["last_error"]
            assert shop.received == []
            eventually(lambda: "untrusted" in careful.said)
        with Service(sqlite, tmp_path, *known, *soon, env=env) as trusting_one:
            client = trusting_one.client()
            eventually(lambda: [body["payment_id"] for body in shop.bodies()] == [payment["id"]])
            second = paid(client)
            assert shop.bodies()[-1]["payment_id"] == second["id"], "before process returned"


@pytest.mark.parametrize("fault", ["expired", "another name"])
def test_a_certificate_that_does_not_hold_is_no_receiver(sqlite, tmp_path, authority, fault):
    faults = {"expired": {"days": -1}, "another name": {"hosts": ["DNS:elsewhere.test"]}}
    pair = authority.sign("bad", **faults[fault])
    with Receiver(certificate=pair) as shop:
        with Service(sqlite, tmp_path, "--notify-ca", str(authority.certificate), "--notify-schedule", "1h",
                     env={"STORE_MANAGER_ORDERS_URL": shop.url}) as service:
            paid(service.client())
            eventually(lambda: walk(service.client(), "/notifications")[0]["last_error"])
        assert shop.received == []


def test_an_authority_that_cannot_be_read_is_one_line(sqlite, tmp_path):
    for name, text in (("missing.pem", None), ("garbage.pem", "no certificate\n")):
        file = tmp_path / name
        if text:
            file.write_text(text)
        done = run("serve", "--listen", "127.0.0.1:0", "--notify-ca", str(file), env=sqlite.env)
        said = (done.stdout + done.stderr).splitlines()
        assert done.returncode == 2 and len(said) == 1 and name in said[0], done


def test_health_is_an_exit_code(sqlite, tmp_path, certificate):
    port = free_port()
    for arguments in ((), files(certificate)):
        with Service(sqlite, tmp_path, *arguments, port=port):
            done = run("health", "--listen", f"127.0.0.1:{port}", *arguments)
            assert done.returncode == 0 and len(done.stdout.splitlines()) == 1, done
            assert run("health", *arguments, env={"LISTEN": f"0.0.0.0:{port}"}).returncode == 0
        done, took = seconds_of(lambda: run("health", "--listen", f"127.0.0.1:{port}", *arguments))
        assert done.returncode == 1 and len((done.stdout + done.stderr).splitlines()) == 1 and took < 5, done


def test_health_says_when_it_is_not_ready(mariadb_server, tmp_path):
    database = OnServer("mariadb", mariadb_server)
    with Service(database, tmp_path) as service:
        listen = ["--listen", f"127.0.0.1:{service.port}"]
        assert run("health", *listen).returncode == 0
        database.drop()
        eventually(lambda: service.client().get("/health/ready").status == 503, 15)
        assert run("health", *listen).returncode == 1
