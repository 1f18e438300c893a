"""Certificates for tests, made by the program `openssl`: an authority, and what it signs for this machine."""

import subprocess
from pathlib import Path

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]


def openssl(*arguments, folder):
    done = subprocess.run(["openssl", *map(str, arguments)], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Certificate:
    """Files in PEM: the chain and its key."""

    def __init__(self, chain, key):
        self.chain, self.key = Path(chain), Path(key)


class Authority:

    def __init__(self, folder, name="test authority"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate, self._key = self.folder / "ca.pem", self.folder / "ca-key.pem"
        openssl("req", "-x509", *_KEY, "-keyout", self._key, "-out", self.certificate, "-days", "2", "-subj",
                f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign", folder=self.folder)

    def sign(self, name="server", days=1, hosts=("DNS:localhost", "IP:127.0.0.1")):
        """`days` below zero: it is over already."""
        chain, key, request = (self.folder / f"{name}{end}" for end in (".pem", "-key.pem", ".csr"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={','.join(hosts)}\nbasicConstraints=critical,CA:FALSE\n")
        openssl("req", "-new", *_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}", folder=self.folder)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                "-days", days, "-extfile", extensions, "-out", chain, folder=self.folder)
        return Certificate(chain, key)
