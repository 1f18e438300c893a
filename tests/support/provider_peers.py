"""Stripe and PayPal as tests meet them: our scripted peers, and the tools that check the form of what is sent.

    with StripePeer(seed=7) as stripe:            # or start() and stop()
        stripe.url                                # http://127.0.0.1:PORT, what STRIPE_API_BASE is set to
        stripe.faults({"on": "POST /v1/refunds", "kind": "reset_after"})
        stripe.state()["effects"]["capture"]      # how often money moved
        stripe.webhook(f"{service}/providers/stripe/webhook", "payment_intent.succeeded", "pi_…", times=2)

    with StripeMock() as mock: …                  # skips the test, with the reason, when the tool is not installed
    with Prism(paypal_document("checkout_orders_v2.json")) as prism: …

What the control can do is in providers/peer.py and providers/faults.py. A peer that is killed forgets everything; its
port stays known, so `start` comes back there. The tools come by tools/provider-peers.sh. Each is ended by its own id.
"""

import base64
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import pytest

from support.databases import free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PEERS = pathlib.Path(__file__).resolve().parent / "providers"
TOOLS = ROOT / "build" / "tools"
PAYPAL_DOCUMENTS = pathlib.Path(os.environ.get("PAYPAL_OPENAPI_DIR") or ROOT.parent / "shared" / "data" / "paypal")
START_SECONDS = 30
STOP_SECONDS = 10


class Running:
    """A program that listens on a port of 127.0.0.1, in a process group of its own."""

    process = None
    port = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def spawn(self, command, **options):
        options = {"stdin": subprocess.DEVNULL} | options
        self.process = subprocess.Popen(command, start_new_session=True, **options)

    def stop(self):
        """Ends the program and what it started."""
        self.end(signal.SIGTERM)

    def kill(self):
        self.end(signal.SIGKILL)

    def end(self, how):
        if not self.running:
            return
        os.killpg(self.process.pid, how)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def wait_until_it_answers(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                assert self.process.poll() is None, f"{self.process.args[0]} ended with {self.process.returncode}"
                assert time.monotonic() < deadline, f"{self.process.args[0]}: no answer within {START_SECONDS} s"
                time.sleep(0.02)

    def __enter__(self):
        return self if self.running else self.start()

    def __exit__(self, *_):
        self.stop()


class Peer(Running):
    program = None

    def __init__(self, seed=None, latency_ms=0, port=0, **options):
        """`options`: of the program, as webhook_secret="whsec_…" for --webhook-secret."""
        self.port = port
        self.options = {"seed": seed, "latency-ms": latency_ms or None} | options

    def start(self):
        words = [f"--{name.replace('_', '-')}={value}" for name, value in self.options.items() if value is not None]
        self.spawn([sys.executable, str(PEERS / self.program), "--die-with-stdin", f"--port={self.port}", *words],
                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline().split()
        assert said[:1] == ["listening"], f"{self.program} did not start"
        self.port = int(said[1])
        return self

    def control(self, what, **order):
        """The control's answer to a POST of `order`, or to a GET when there is none."""
        status, answer = self.ask("POST" if order else "GET", f"/_peer/{what}", json.dumps(order) if order else None)
        assert status == 200, answer
        return answer

    def ask(self, method, path, body=None, **headers):
        """(status, JSON or None) of any request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            text = answer.read()
            self.last_headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else None
        finally:
            connection.close()

    def state(self):
        return self.control("state")

    @property
    def effects(self):
        return self.state()["effects"]

    @property
    def charges(self):
        return self.state()["charges"]

    def reset(self):
        self.ask("POST", "/_peer/reset")

    def latency(self, milliseconds):
        self.control("latency", ms=milliseconds)

    def faults(self, *faults):
        """Replaces those of before; without any, all is well again."""
        self.control("faults", faults=list(faults))

    def payer(self, about, outcome="approve"):
        return self.control("payers", id=about, outcome=outcome)["status"]

    def webhook(self, url, kind, about, **order):
        """{"event_id", "statuses"}: what the receiver answered, each time."""
        return self.control("webhooks", url=url, type=kind, id=about, **order)


class StripePeer(Peer):
    program = "stripe_peer.py"
    secret = "sk_test_peer"
    webhook_secret = "whsec_peer"

    @property
    def environment(self):
        return {"STRIPE_SECRET_KEY": self.options.get("secret", self.secret), "STRIPE_API_BASE": self.url,
                "STRIPE_WEBHOOK_SECRET": self.options.get("webhook_secret", self.webhook_secret)}

    def call(self, method, path, fields=None, key=None):
        """(status, JSON) as Stripe's clients would ask; `fields` by Stripe's names: {"metadata[a]": "1"}."""
        headers = {"Authorization": f"Bearer {self.secret}", "Content_Type": "application/x-www-form-urlencoded"}
        headers |= {"Idempotency_Key": key} if key else {}
        return self.ask(method, path, urllib.parse.urlencode(fields or {}) if method == "POST" else None, **headers)


class PayPalPeer(Peer):
    program = "paypal_peer.py"
    client_id, secret, webhook_id = "peer-client", "peer-secret", "WH-PEER"

    @property
    def environment(self):
        return {"PAYPAL_CLIENT_ID": self.client_id, "PAYPAL_CLIENT_SECRET": self.secret, "PAYPAL_API_BASE": self.url,
                "PAYPAL_WEBHOOK_ID": self.webhook_id}

    def token(self):
        basic = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        return self.ask("POST", "/v1/oauth2/token", "grant_type=client_credentials", Authorization=f"Basic {basic}")[1][
            "access_token"]

    def call(self, method, path, body=None, key=None, token=None, **headers):
        """(status, JSON) as PayPal's clients would ask; gets a token of its own without one."""
        headers |= {"Authorization": f"Bearer {token or self.token()}", "Content_Type": "application/json"}
        headers |= {"PayPal_Request_Id": key} if key else {}
        return self.ask(method, path, json.dumps(body) if body is not None else None, **headers)

    def token_seconds(self, seconds):
        """The life of tokens given from now on."""
        self.control("token", expires_in=seconds)

    def revoke_tokens(self):
        self.control("token", revoke=True)

    def refunds_take_time(self, take_time=True):
        self.control("refunds", take_time=take_time)


def tool(path):
    if not path.exists():
        pytest.skip(f"no {path}: tools/provider-peers.sh could not get it")
    return str(path)


class Tool(Running):

    def start(self):
        self.port = free_port()
        self.spawn(self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self.wait_until_it_answers()


class StripeMock(Tool):
    """Stripe's own checker of requests, by its OpenAPI document. No memory: what it answers are examples."""

    def command(self):
        return [tool(TOOLS / "go" / "bin" / "stripe-mock"), "-http-addr", f"127.0.0.1:{self.port}"]


class LocalStripe(Tool):
    """Somebody else's Stripe with memory: a second opinion beside our peer. Keys are sk_test_ and
    at least four characters."""

    def command(self):
        return [tool(TOOLS / "localstripe" / "bin" / "localstripe"), "--port", str(self.port), "--from-scratch"]


def paypal_document(name):
    """One of PayPal's own OpenAPI files; skips the test where they are not."""
    document = PAYPAL_DOCUMENTS / name
    if not document.exists():
        pytest.skip(f"no {name}: PayPal's OpenAPI files are looked for in PAYPAL_OPENAPI_DIR")
    return document


# Prism compiles patterns in JavaScript's Unicode mode. One that does not compile makes it skip the whole check of bodies
# without a word, and PayPal's documents have three: they are taken out of a copy. So are the wordings of errors, of
# which the documents allow one each.
AS_PRISM_NEEDS_IT = r"""
const fs = require("fs"), document = JSON.parse(fs.readFileSync(process.argv[1]));
const compiles = text => { try { return new RegExp(text, "u"); } catch (error) { return false; } };
(function clean(value) {
  for (const [name, one] of Object.entries(value)) {
    if (name === "pattern" && typeof one === "string" && !compiles(one)) delete value[name];
    else if (["description", "message"].includes(name) && one && one.enum) delete one.enum;
    else if (one && typeof one === "object") clean(one);
  }
})(document);
fs.writeFileSync(process.argv[2], JSON.stringify(document));
"""


class Prism(Tool):
    """Checks requests by an OpenAPI document. A body that does not fit is answered 422, a call without authorization
    401, and the header `sl-violations` says why; what fits gets an example. (Prism's --errors is of no use here: it
    refuses its own examples too.)

    With `upstream`, the URL of a peer, it stands before that peer and checks the answers as well, by --errors: what
    does not fit is 422 or 500 with a body whose `validation` says why.
    """

    def __init__(self, document, upstream=None):
        self.document, self.upstream = document, upstream

    def command(self):
        program = tool(TOOLS / "prism" / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js")
        node = shutil.which("node") or shutil.which("nodejs")
        if node is None:
            pytest.skip("no Prism: needs node")
        self.folder = tempfile.TemporaryDirectory(prefix="prism-")
        copy = pathlib.Path(self.folder.name) / "document.json"
        subprocess.run([node, "-e", AS_PRISM_NEEDS_IT, str(self.document), str(copy)], check=True)
        where = ["--host", "127.0.0.1", "--port", str(self.port), str(copy)]
        return [node, program, *(["proxy", "--errors", *where, self.upstream] if self.upstream else ["mock", *where])]
