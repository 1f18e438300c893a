"""The image, without a Docker engine: its runtime stage's own script run in a Debian 12 of its own, with our program in it.

Method: debootstrap makes what debian:bookworm-slim is (a minimal system without documentation), deploy/docker/runtime.sh
runs in a copy, and both are kept on this machine, the second until the script changes. A copy of that gets the stripped
program and is started as the image would be: as its user, on a root that cannot be written. Needs root, and the network
for what is not kept; skips without, and says why. The build stage is tried in the same way with PAY_TEST_IMAGE_BUILD=1:
it installs a compiler and compiles everything.
"""

import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest
from support.client import Client
from support.databases import free_port
from support.payments import card, ok, order
from support.service import BINARY, ROOT, environment
from support.stores import OnServer
from support.tools import CACHE
from support.waiting import eventually

LIMIT_BYTES = 120_000_000
SLIM_BYTES = 85_000_000  # debian:bookworm-slim says 75 MB; more would mean that ours is something else
ACCOUNT = "10001:10001"
UNDOCUMENTED = ["doc", "man", "locale", "info", "groff", "lintian", "linda"]  # what -slim leaves out
PROGRAM = "usr/local/bin/payment-service"

# A mount of its own for the process: the root cannot be written, /data can; all of it ends with the process.
CONFINED = """set -e
mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"
mount --bind "$2" "$1/data"; mount -t proc proc "$1/proc"; mount --bind /dev "$1/dev"
root=$1; shift 2
exec chroot --userspec=10001:10001 "$root" env -C /data payment-service "$@"
"""


def said(command, seconds=600, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=seconds, **options)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout[-3000:]}"
    return done.stdout


def slim():
    """The kept Debian 12; made in half a minute when it is not there."""
    kept = CACHE / "bookworm-slim"
    if kept.exists():
        return kept
    if os.geteuid() != 0 or not shutil.which("debootstrap", path="/usr/sbin:/usr/bin"):
        pytest.skip("no image: needs root and debootstrap")
    CACHE.mkdir(parents=True, exist_ok=True)
    made = pathlib.Path(tempfile.mkdtemp(prefix="bookworm-", dir=CACHE))
    try:
        done = subprocess.run(["debootstrap", "--variant=minbase", "bookworm", made], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            pytest.skip(f"no image: debootstrap could not fetch Debian 12: {done.stdout[-300:]}")
        for folder in ["var/cache/apt/archives", "var/lib/apt/lists", *(f"usr/share/{name}" for name in UNDOCUMENTED)]:
            shutil.rmtree(made / folder, ignore_errors=True)
            (made / folder).mkdir(parents=True)
        (made / "etc/dpkg/dpkg.cfg.d/docker").write_text(
            "".join(f"path-exclude=/usr/share/{name}/*\n" for name in UNDOCUMENTED))
        made.chmod(0o755)
        made.rename(kept)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return kept


def copy_of_slim(root):
    """A copy that reaches the network as this machine does."""
    if os.geteuid() != 0:
        pytest.skip("no image: needs root")
    said(["cp", "-a", "--reflink=auto", slim(), root])
    before = bytes_in(root)
    ways = said(["apt-config", "dump"]).splitlines()
    (root / "etc/apt/apt.conf.d/99host").write_text("".join(f"{way}\n" for way in ways if way.startswith("Acquire::")))
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", root / "etc" / name)
    return before


def bytes_in(root):
    seen = {}
    for folder, _, files in os.walk(root):
        for file in files:
            status = os.lstat(os.path.join(folder, file))
            seen[status.st_ino] = status.st_size
    return sum(seen.values())


def contents(root):
    return {path: os.lstat(path).st_mtime_ns for folder, names, files in os.walk(root)
            for path in (os.path.join(folder, name) for name in names + files)}


def installed():
    """The kept Debian 12 in which runtime.sh has run; made anew when the script is another."""
    script = ROOT / "deploy/docker/runtime.sh"
    kept = CACHE / f"runtime-{hashlib.sha256(script.read_bytes()).hexdigest()[:12]}"
    if kept.exists():
        return kept
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="making-", dir=CACHE))
    try:
        root = folder / "root"
        base = copy_of_slim(root)
        assert base < SLIM_BYTES, base
        reached = subprocess.run(["chroot", root, "apt-get", "update", "-qq"], stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True, timeout=300)
        if reached.returncode != 0:
            pytest.skip(f"no image: Debian's packages cannot be fetched: {reached.stderr.strip()[-200:]}")
        shutil.copy(script, root / "run/runtime.sh")
        said(["chroot", root, "/run/runtime.sh"])
        (root / "run/runtime.sh").unlink()
        (root / "etc/apt/apt.conf.d/99host").unlink()
        for old in CACHE.glob("runtime-*"):
            shutil.rmtree(old)
        root.rename(kept)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return kept


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    if os.geteuid() != 0:
        pytest.skip("no image: needs root")
    root = tmp_path_factory.mktemp("image") / "root"
    said(["cp", "-a", "--reflink=auto", installed(), root])
    said(["strip", "--strip-all", "-o", root / PROGRAM, BINARY])
    yield root
    shutil.rmtree(root)


def begin(image, data, port, *arguments, **settings):
    return subprocess.Popen(["unshare", "--mount", "sh", "-c", CONFINED, "sh", image, data, *arguments],
                            env=environment(**({"LISTEN": f"127.0.0.1:{port}"} | settings)), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def run(image, data, port, *arguments, **settings):
    process = begin(image, data, port, *arguments, **settings)
    text, _ = process.communicate(timeout=30)
    return process.returncode, text


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o750)
    os.chown(folder, 10001, 10001)
    return folder


def test_it_is_small(image):
    assert bytes_in(image) < LIMIT_BYTES, f"{bytes_in(image) / 1e6:.0f} MB"


def test_every_library_is_in_it(image):
    found = said(["chroot", image, "ldd", f"/{PROGRAM}"])
    assert "not found" not in found, found
    assert list(image.glob("usr/lib/*/libmariadb3/plugin/caching_sha2_password.so")), "MySQL 8.4 asks for it"
    assert (image / "etc/ssl/certs/ca-certificates.crt").stat().st_size > 100_000


def test_its_folder_belongs_to_its_account(image):
    status = (image / "data").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (10001, 10001, 0o750)
    assert "payment:x:10001:10001::/data:/usr/sbin/nologin" in (image / "etc/passwd").read_text()


def test_it_serves_as_its_account_on_a_root_that_cannot_be_written(image, data):
    port, before = free_port(), contents(image)
    process = begin(image, data, port, "serve")
    try:
        eventually(lambda: process.poll() is not None or run(image, data, port, "health")[0] == 0, 20)
        assert process.poll() is None, process.stdout.read()
        assert "Uid:\t10001\t10001\t10001\t10001" in pathlib.Path(f"/proc/{process.pid}/status").read_text()
        client = Client(port)
        payment_id = client.post("/payments", order()).json["id"]
        assert ok(client.post(f"/payments/process/{payment_id}", card()))["is_paid"] is True
        assert (data / "payments.db").exists()
        assert contents(image) == before
        process.send_signal(signal.SIGTERM)
        assert process.wait(8) == 0, process.stdout.read()
    finally:
        process.kill()
        process.communicate()
    code, text = run(image, data, port, "health")
    assert code == 1 and len(text.splitlines()) == 1
    assert run(image, data, port, "verify")[0] == 0


def test_it_logs_in_to_mysql_itself(image, data, mysql_server):
    """By caching_sha2_password, whose client half is a file of its own in the image."""
    database, port = OnServer("mysql", mysql_server), free_port()
    process = begin(image, data, port, "serve", **database.env)
    try:
        eventually(lambda: process.poll() is not None or run(image, data, port, "health")[0] == 0, 20)
        assert process.poll() is None, process.stdout.read()
        assert Client(port).post("/payments", order()).status == 201
        process.send_signal(signal.SIGTERM)
        assert process.wait(8) == 0, process.stdout.read()
    finally:
        process.kill()
        process.communicate()
        database.drop()


def test_beyond_loopback_it_wants_clients_or_an_explicit_word(image, data):
    code, text = run(image, data, 0, "serve", LISTEN=f"0.0.0.0:{free_port()}")
    assert code == 2 and "--open" in text and len(text.splitlines()) == 1


@pytest.mark.slow
def test_the_build_stage_makes_the_program(tmp_path):
    if not os.environ.get("PAY_TEST_IMAGE_BUILD"):
        pytest.skip("takes many minutes: set PAY_TEST_IMAGE_BUILD=1")
    root = tmp_path / "root"
    copy_of_slim(root)
    (root / "src").mkdir()
    files = said(["git", "ls-files", "-z"], cwd=ROOT).encode()
    packed = subprocess.run(["tar", "-c", "--null", "-T", "-"], cwd=ROOT, input=files, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", root / "src"], input=packed.stdout, check=True)
    mounts = 'mount -t proc proc "$1/proc"; mount --bind /dev "$1/dev"; exec chroot "$@"'
    inside = ["unshare", "--mount", "sh", "-c", mounts, "sh", root]
    said([*inside, "/src/deploy/docker/build.sh", "packages"], 1800)
    said([*inside, "/src/deploy/docker/build.sh", "program", "/out"], 5400)
    assert said([*inside, "/out/payment-service", "--version"]).strip()
