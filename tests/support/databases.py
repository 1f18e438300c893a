#!/usr/bin/env python3
"""Private database servers for tests: MariaDB from Debian's package, MySQL itself from Debian sid in a chroot.

    with mariadb() as server:              # stopped and removed at the end
        server.url("shop")                 # mysql://pay:…@127.0.0.1:PORT/shop

    python3 tests/support/databases.py all -- ctest --preset dev

The command line starts servers, exports PAY_TEST_MARIADB, PAY_TEST_MYSQL, PAY_TEST_GALERA (URLs) and …_CA (the CA
that signed the certificate), runs the command and stops the servers. A server that cannot be had here is left out
with a line that says why.

Servers listen on 127.0.0.1, on ports that were free, with data in a temporary folder. Each is stopped by its own
process id.
"""

import contextlib
import os
import pathlib
import pwd
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

START_SECONDS = 90
STOP_SECONDS = 20
SUITE = "sid"  # where Debian keeps MySQL itself


class Unavailable(Exception):
    """This machine cannot run that server; the text says what is missing."""


class Server:
    """A running server. `process` is the real server, so tests may stop and kill it."""

    def __init__(self, command, folder, port, password, ca):
        self.command, self.folder, self.port, self.password, self.ca = command, folder, port, password, ca
        self.user = "pay"
        self.log = folder / "server.log"
        self.process = None

    def url(self, database="", user=None, password=None):
        return f"mysql://{user or self.user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def start(self):
        """Returns once the server answers on its port. Also starts it again after `stop` or `kill`."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while not greets(self.port):
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.last_words()}")
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"no answer within {START_SECONDS} s:\n{self.last_words()}")
            time.sleep(0.05)

    def stop(self):
        """A clean stop; a server that does not end in time is killed."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        """kill -9, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def last_words(self):
        return self.log.read_text(errors="replace")[-3000:]


def greets(port):
    """True when a server speaks first, as the protocol has it: it listens and serves."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            return len(connection.recv(5)) == 5
    except OSError:
        return False


def free_port():
    """Below the ephemeral range, so that no outgoing connection takes it while its server is down."""
    chance = random.SystemRandom()
    for _ in range(1000):
        port = chance.randrange(15_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise Unavailable("no port is free between 15000 and 32000")


def run(command, **options):
    """Runs to the end; what the command said is in the exception when it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-3000:]}")
    return done.stdout


def first_statements(folder, password):
    """Makes the tests' user at the first start: all rights, since tests make databases and kill connections."""
    file = folder / "init.sql"
    file.write_text(f"CREATE USER IF NOT EXISTS pay@'%' IDENTIFIED BY '{password}';\n"
                    "GRANT ALL PRIVILEGES ON *.* TO pay@'%' WITH GRANT OPTION;\n")
    return file


def make_certificates(folder):
    """A CA and a certificate for 127.0.0.1 and localhost, good for a day."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "1"]
    run(["openssl", "req", "-x509", *key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-subj", "/CN=test CA",
         "-addext", "keyUsage=critical,keyCertSign"], cwd=folder)
    run(["openssl", "req", "-x509", *key, "-keyout", "server-key.pem", "-out", "server.pem", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE",
         "-CA", "ca.pem", "-CAkey", "ca-key.pem"], cwd=folder)
    for name in ("ca.pem", "server.pem", "server-key.pem"):
        (folder / name).chmod(0o644)


def shared_options(inside, port, durable, binlog):
    """`inside` is the data's folder as the server sees it."""
    options = [f"--datadir={inside}/data", f"--socket={inside}/s", f"--pid-file={inside}/pid", f"--port={port}",
               "--bind-address=127.0.0.1", f"--init-file={inside}/init.sql", "--innodb-buffer-pool-size=256M",
               "--max-connections=200", f"--innodb-flush-log-at-trx-commit={1 if durable else 2}",
               f"--ssl-ca={inside}/ca.pem", f"--ssl-cert={inside}/server.pem", f"--ssl-key={inside}/server-key.pem"]
    if binlog:
        options += ["--server-id=1", f"--log-bin={inside}/data/binlog", f"--sync-binlog={1 if durable else 0}"]
    return options


@contextlib.contextmanager
def folder_for(user, parent=None, base="pay-db-"):
    """A folder that the server's user owns, short enough for a socket's path."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=base, dir=parent))
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam(user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(server):
    server.start()
    try:
        yield server
    finally:
        server.stop()


def mariadb_account():
    return "mysql" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def new_mariadb(folder, port, durable, binlog, more_options, password=None, kind=Server):
    """A server with an empty data folder, not started yet."""
    program, installer = shutil.which("mariadbd", path="/usr/sbin:/usr/bin"), shutil.which("mariadb-install-db")
    if not program or not installer:
        raise Unavailable("MariaDB is not installed: apt-get install mariadb-server")
    user = mariadb_account()
    run([installer, "--no-defaults", f"--datadir={folder}/data", f"--user={user}", "--skip-test-db",
         "--auth-root-authentication-method=normal"])
    password = password or secrets.token_hex(8)
    first_statements(folder, password)
    make_certificates(folder)
    command = [program, "--no-defaults", f"--user={user}", *shared_options(folder, port, durable, binlog),
               *more_options]
    return kind(command, folder, port, password, folder / "ca.pem")


@contextlib.contextmanager
def mariadb(durable=True, binlog=True, more_options=()):
    """MariaDB from the package `mariadb-server`. `durable` and `binlog` as in production: a flush a commit."""
    with folder_for(mariadb_account()) as folder:
        with running(new_mariadb(folder, free_port(), durable, binlog, more_options)) as server:
            yield server


class Node(Server):
    """A server of a Galera cluster. Once killed it comes back by `rejoin`; `start` of the first would found a second
    cluster."""

    group = 0  # the port at which its peers reach it

    def rejoin(self, peers):
        """Returns once it has caught up: by what it missed when the peers still have that, else by all."""
        address = f"--wsrep-cluster-address=gcomm://{','.join(f'127.0.0.1:{peer.group}' for peer in peers)}"
        self.command = [word for word in self.command if not word.startswith("--wsrep-cluster-address")] + [address]
        said = run([*self.command, "--wsrep-recover"], timeout=START_SECONDS)
        found = re.findall(r"Recovered position:\s*(\S+:-?\d+)", said)
        options = [f"--wsrep-start-position={found[-1]}"] if found else []
        plain, self.command = self.command, self.command + options
        try:
            self.start()
        finally:
            self.command = plain
        deadline = time.monotonic() + START_SECONDS
        while self.state() != "Synced":
            if time.monotonic() > deadline:
                raise RuntimeError(f"not in step within {START_SECONDS} s:\n{self.last_words()}")
            time.sleep(0.1)

    def state(self):
        """`Synced` when it takes part; an empty text when it does not answer."""
        return self._status("wsrep_local_state_comment")

    def view(self):
        """Counts the changes of who belongs to the cluster."""
        return self._status("wsrep_cluster_conf_id")

    def _status(self, name):
        done = subprocess.run(["mariadb", "--no-defaults", "--host=127.0.0.1", f"--port={self.port}", "--batch",
                               f"--user={self.user}", "--skip-column-names", "-e",
                               f"SHOW STATUS LIKE '{name}'"], stdin=subprocess.DEVNULL, text=True,
                              env=os.environ | {"MYSQL_PWD": self.password}, capture_output=True, check=False)
        return done.stdout.partition("\t")[2].strip()


class Cluster:
    """Servers that hold the same data. Its URL names all of them."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.ca = nodes[0].ca  # each node has its own
        self.user, self.password = nodes[0].user, nodes[0].password

    @property
    def port(self):
        """Of a node that runs."""
        return next(node.port for node in self.nodes if node.process.poll() is None)

    def views(self):
        return [node.view() for node in self.nodes]

    def is_whole(self):
        return all(node.state() == "Synced" for node in self.nodes)

    def rejoin(self, node):
        node.rejoin([peer for peer in self.nodes if peer is not node])

    def url(self, database="", first=0):
        """`first`: which node is tried first; the others follow in their order."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[first:] + self.nodes[:first])
        return f"mysql://{self.nodes[0].user}:{self.nodes[0].password}@{hosts}/{database}"


@contextlib.contextmanager
def galera(durable=False, size=3):
    """A Galera cluster of MariaDB's (the package `mariadb-server` brings it)."""
    provider = "/usr/lib/galera/libgalera_smm.so"
    if not os.path.exists(provider) or not shutil.which("rsync"):
        raise Unavailable("Galera is not installed: apt-get install galera-4 rsync")
    password, nodes, first = secrets.token_hex(8), [], ""
    with contextlib.ExitStack() as stack:
        for _ in range(size):
            folder = stack.enter_context(folder_for(mariadb_account()))
            group, increments, state = free_port(), free_port(), free_port()
            options = ["--wsrep-on=ON", f"--wsrep-provider={provider}", "--binlog-format=ROW",
                       "--innodb-autoinc-lock-mode=2", f"--wsrep-cluster-address=gcomm://{first}",
                       f"--wsrep-node-address=127.0.0.1:{group}",
                       f"--wsrep-provider-options=base_port={group};gmcast.listen_addr=tcp://127.0.0.1:{group};"
                       f"ist.recv_addr=127.0.0.1:{increments};gcache.size=32M",
                       "--wsrep-sst-method=rsync", f"--wsrep-sst-receive-address=127.0.0.1:{state}"]
            node = new_mariadb(folder, free_port(), durable, False, options, password, Node)
            node.group = group
            nodes.append(stack.enter_context(running(node)))
            first = first or f"127.0.0.1:{group}"
        yield Cluster(nodes)


def mysql_root():
    """The chroot that holds MySQL, made once a machine (50 s, 0.9 GB) and kept."""
    cache = pathlib.Path(os.environ.get("PAY_CACHE_DIR") or pathlib.Path.home() / ".cache/payment-service")
    root = cache / "mysql"
    if (root / "usr/sbin/mysqld").exists():
        return root
    if not shutil.which("debootstrap", path="/usr/sbin:/usr/bin"):
        raise Unavailable("debootstrap is not installed: apt-get install debootstrap")
    cache.mkdir(parents=True, exist_ok=True)
    partial = pathlib.Path(tempfile.mkdtemp(prefix="mysql-", dir=cache))
    try:
        run(["debootstrap", "--variant=minbase", "--include=mysql-server", SUITE, str(partial)], timeout=600)
        partial.chmod(0o755)
        shutil.rmtree(partial / "var/cache/apt", ignore_errors=True)
        with contextlib.suppress(OSError):  # another run may have been first
            partial.rename(root)
    except (RuntimeError, subprocess.TimeoutExpired) as reason:
        raise Unavailable(f"debootstrap could not fetch MySQL: {str(reason)[-300:]}") from reason
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return root


@contextlib.contextmanager
def mysql(durable=True, binlog=True, more_options=()):
    """MySQL itself (9.7). Its users log in with caching_sha2_password."""
    if os.geteuid() != 0:
        raise Unavailable("MySQL runs in a chroot, which needs root")
    root = mysql_root()
    # The account's number is the chroot's own.
    line = next(line for line in (root / "etc/passwd").read_text().splitlines() if line.startswith("mysql:"))
    uid, gid = (int(number) for number in line.split(":")[2:4])
    with folder_for("root", parent=root / "var/lib", base="pay-") as folder:
        os.chown(folder, uid, gid)
        inside = pathlib.Path("/", folder.relative_to(root))
        password = secrets.token_hex(8)
        first_statements(folder, password)
        make_certificates(folder)
        into = ["chroot", f"--userspec={uid}:{gid}", str(root), "/usr/sbin/mysqld", "--no-defaults",
                f"--tmpdir={inside}"]
        run([*into, "--initialize-insecure", f"--datadir={inside}/data"])
        port = free_port()
        command = [*into, *shared_options(inside, port, durable, binlog), "--mysqlx=OFF", *more_options]
        with running(Server(command, folder, port, password, folder / "ca.pem")) as server:
            yield server


SERVERS = {"mariadb": mariadb, "mysql": mysql, "galera": galera}
KINDS = {kind: [kind] for kind in SERVERS} | {"both": ["mariadb", "mysql"], "all": list(SERVERS)}


def main(arguments):
    if len(arguments) < 3 or arguments[0] not in KINDS or arguments[1] != "--":
        print(f"usage: databases.py {'|'.join(KINDS)} -- COMMAND…", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    environment = dict(os.environ)
    with contextlib.ExitStack() as stack:
        for kind in KINDS[arguments[0]]:
            variable = f"PAY_TEST_{kind.upper()}"
            try:
                server = stack.enter_context(SERVERS[kind](durable=False))
            except Unavailable as reason:
                print(f"databases.py: without {variable}: {reason}", file=sys.stderr)
                continue
            environment[variable] = server.url("pay_test")
            environment[f"{variable}_CA"] = str(server.ca)
        return subprocess.run(arguments[2:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
