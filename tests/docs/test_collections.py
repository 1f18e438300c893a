"""The collections of docs/collections pass against the real program, twice on one database, and leave nothing out.

Method: newman (tools/provider-peers.sh gets it) runs them against two services, each with a database of its own. `plain` is what
`make run` starts. `set_up` has whatever the collection can show: clients with keys, HTTPS, the simulator in two steps, Stripe by
its peer, a PayPal that is away, a receiver that is away. What the reports say was sent and answered is compared with
/openapi.json and with the answers that the collection keeps as examples.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support import gateway
from support.client import Client
from support.databases import free_port
from support.operators import add_client
from support.provider_peers import TOOLS, StripePeer
from support.receiver import Receiver
from support.service import ROOT, Service, run, verify
from support.stores import Sqlite

FOLDER = ROOT / "docs/collections"
PAYMENT_SERVICE, REFERENCE = (FOLDER / f"{name}.postman_collection.json" for name in ("payment-service", "reference"))
ENVIRONMENT = FOLDER / "payment-service.postman_environment.json"
SECONDS = 180
TOLD_IN_DOMAIN = re.compile(r"^\| \d{3}[\d, ]* \| (.*) \|$", re.MULTILINE)
EXAMPLES_ONLY = {"request_timeout", "internal_error"}  # 30 s of silence; a bug


def newman():
    """The command; skips where it cannot be had."""
    program = TOOLS / "newman/node_modules/newman/bin/newman.js"
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None or not program.exists():
        pytest.skip("no newman: tools/provider-peers.sh could not get it (it needs npm and a network)")
    return [node, str(program)]


def run_collection(collection, folder, *options, **variables):
    """newman's report; fails with what it says went wrong."""
    report = Path(folder) / "report.json"
    report.unlink(missing_ok=True)
    words = [word for name, value in variables.items() for word in ("--env-var", f"{name}={value}")]
    done = subprocess.run([*newman(), "run", str(collection), "--environment", str(ENVIRONMENT), "--color", "off", "--reporters",
                           "cli,json", "--reporter-json-export", str(report), "--timeout", str(SECONDS * 1000), *options, *words],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS + 10)
    assert report.exists(), done.stdout[-3000:] + done.stderr
    said = json.loads(report.read_text())
    failures = [f"{one['source'].get('name')}: {one['error'].get('test', '')}: {one['error']['message']}"
                for one in said["run"]["failures"]]
    assert done.returncode == 0 and not failures, "\n".join(["failures:", *failures, done.stderr])
    return said


def items(tree, path=()):
    """Every request as (its path of names, itself)."""
    for one in tree:
        here = (*path, one["name"])
        yield from items(one["item"], here) if "item" in one else [(here, one)]


class Seen:
    """What one run sent and what came: [(path of names, method, path of the URL, status, body as text)]."""

    def __init__(self, report):
        places = {one["id"]: path for path, one in items(report["collection"]["item"])}
        self.calls = []
        for call in report["run"]["executions"]:
            if answer := call.get("response"):  # none: it was skipped
                url = "/" + "/".join(call["request"]["url"].get("path", []))
                body = bytes(answer["stream"]["data"]).decode() if answer.get("stream") else ""
                self.calls.append((places[call["item"]["id"]], call["request"]["method"], url, answer["code"], body))
        self.assertions = report["run"]["stats"]["assertions"]

    @property
    def places(self):
        return {place for place, *_ in self.calls}


def twice(collection, folder, *options, **variables):
    """The first of two runs on the same database."""
    first, second = (Seen(run_collection(collection, folder, *options, **variables)) for _ in range(2))
    assert first.places == second.places, "a second run leaves something out"
    assert first.assertions["total"] > len(first.calls) and first.assertions["failed"] == 0
    return first


def away():
    """An address where nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    newman()
    folder = tmp_path_factory.mktemp("plain")
    database = Sqlite(folder)
    with Service(database, folder) as service:
        seen = twice(PAYMENT_SERVICE, folder, base_url=f"http://127.0.0.1:{service.port}")
        seen.openapi = Client(service.port).get("/openapi.json").json
    assert verify(database).returncode == 0
    return seen


ROUTES = """provider = "simulator"

[[route]]
currency = "USD"
providers = "stripe"

[[route]]
currency = "EUR"
providers = "paypal"
"""


@pytest.fixture(scope="module")
def set_up(tmp_path_factory):
    newman()
    folder = tmp_path_factory.mktemp("set-up")
    database = Sqlite(folder)
    assert run("dev-cert", "--out", str(folder)).returncode == 0
    certificate, key = folder / "payment-cert.pem", folder / "payment-key.pem"
    (folder / "routes.toml").write_text(ROUTES)
    keys = {"api_key": add_client(database, "shop", f"{away()}/told", "event"), "other_api_key": add_client(database, "other")}
    two_steps = ("--simulator-two-step", "--simulator-latency-ms", "300", "--simulator-approval-ms", "500")
    paypal = {"PAYPAL_CLIENT_ID": "id", "PAYPAL_CLIENT_SECRET": "secret", "PAYPAL_API_BASE": away(), "PAYPAL_WEBHOOK_ID": "WH"}
    with StripePeer(seed=1) as stripe, \
            Service(database, folder, "--config", str(folder / "routes.toml"), "--tls-cert", str(certificate), "--tls-key",
                    str(key), "--log-level", "error", *two_steps, env=stripe.environment | paypal) as service:
        base = f"https://127.0.0.1:{service.port}"
        seen = twice(PAYMENT_SERVICE, folder, "--ssl-extra-ca-certs", str(certificate), base_url=base, simulator_latency_ms=300,
                     unreachable_currency="EUR", stripe_webhook_secret=stripe.webhook_secret, **keys)
        walk(base, API_KEY=keys["api_key"], CURL_CA_BUNDLE=str(certificate))
    assert verify(database).returncode == 0
    return seen


def test_the_collection_passes_on_what_make_run_starts_and_again(plain):
    assert len(plain.calls) > 80


def test_the_collection_passes_where_everything_is_set_up_and_leaves_nothing_out(set_up):
    everything = {place for place, _ in items(json.loads(PAYMENT_SERVICE.read_text())["item"])}
    assert everything - set_up.places == set()


def test_what_is_not_set_up_is_skipped_and_nothing_else(plain, set_up):
    left_out = {place[0] for place in set_up.places - plain.places}
    assert left_out == {"Two steps, as with a real provider", "Stripe's webhook", "Who may call", "Notifications"}
    assert {place for place in set_up.places - plain.places if place[0] == "Notifications"} == {("Notifications", "Tell it again")}


def operation_of(openapi, method, path):
    """The path of openapi.json that a request meant: of those that fit, the one with the fewest braces."""
    fit = [one for one in openapi["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)
           and method.lower() in openapi["paths"][one]]
    return min(fit, key=lambda one: one.count("{"), default=None)


def test_every_operation_of_the_api_is_requested_and_succeeds_somewhere(plain, set_up):
    openapi = plain.openapi
    wanted = {(method, path) for path, methods in openapi["paths"].items() for method in methods}
    assert len(wanted) > 30
    calls = [(method.lower(), operation_of(openapi, method, path), status)
             for _, method, path, status, _ in plain.calls + set_up.calls]
    assert wanted - {(method, path) for method, path, _ in calls} == set()
    # PayPal asks back who signed a webhook, and a provider's own name is in the path of its webhook.
    never = {("post", "/providers/paypal/webhook"), ("post", "/providers/{provider}/webhook")}
    assert wanted - {(method, path) for method, path, status in calls if status < 400} == never


def code_of(body):
    """Of a problem document; None of anything else."""
    document = json.loads(body) if body.startswith("{") else {}
    return document.get("code") if "detail" in document else None


def examples():
    return [(place, example) for place, one in items(json.loads(PAYMENT_SERVICE.read_text())["item"]) for example in one["response"]]


def every_code(openapi):
    told = {code for row in TOLD_IN_DOMAIN.findall((ROOT / "docs/domain.md").read_text()) for code in re.findall(r"`(\w+)`", row)}
    listed = {one["code"] for one in openapi["x-error-codes"]}
    assert len(listed) > 20 and {"malformed_request", "request_timeout", "header_too_large", "internal_error"} <= told - listed
    return told | listed


def test_every_error_code_is_provoked_or_kept_as_an_example(plain, set_up):
    provoked = {code_of(body) for *_, status, body in plain.calls + set_up.calls if status >= 400} - {None}
    kept = {code_of(example["body"]) for _, example in examples()} - {None}
    everything = every_code(plain.openapi)
    # While the first of two is under way the second is refused: a script of that request sees it.
    assert everything - provoked == EXAMPLES_ONLY | {"idempotency_key_in_use"}
    assert everything == kept


def same_members(kept, now):
    """All the way down, and of the same types. A part that one of them has not (null, an empty list) says nothing."""
    if isinstance(kept, dict) and isinstance(now, dict):
        return kept.keys() == now.keys() and all(same_members(kept[name], now[name]) for name in kept if name != "metadata")
    if isinstance(kept, list) and isinstance(now, list):
        return not kept or not now or same_members(kept[0], now[0])
    number = (int, float)
    return None in (kept, now) or type(kept) is type(now) or isinstance(kept, number) and isinstance(now, number)


def test_the_answers_kept_as_examples_are_what_is_answered_today(plain, set_up):
    today = {}
    for place, _, _, status, body in plain.calls + set_up.calls:
        today.setdefault((place, status, code_of(body)), body)
    compared = 0
    for place, example in examples():
        body, code = example["body"], code_of(example["body"])
        if code in EXAMPLES_ONLY | {"idempotency_key_in_use"}:
            continue
        now = today.get((place, example["code"], code))
        assert now is not None, f"{place}: {example['name']} is not answered any more"
        if body.startswith("{"):
            assert same_members(json.loads(body), json.loads(now)), f"{place}: {example['name']}: {body}\nnow: {now}"
            compared += 1
    assert compared > 100
    without = {place[-1] for place, one in items(json.loads(PAYMENT_SERVICE.read_text())["item"]) if not one["response"]}
    assert without == {"Metrics", "The API, for machines", "The API, for people"}  # long, and shown by the service itself


def test_errors_that_cannot_be_provoked_are_kept_as_the_program_writes_them():
    source = (ROOT / "src/controller/respond.cpp").read_text()
    kept = [json.loads(example["body"]) for _, example in examples() if code_of(example["body"]) in EXAMPLES_ONLY]
    assert {one["code"] for one in kept} == EXAMPLES_ONLY
    for one in kept:
        assert f'"{one["code"]}"' in source and f'"{one["detail"]}"' in source and one["error"] == one["detail"]


# ---- the older service's clients ----


@pytest.mark.parametrize("demo", [(), ("--demo",)], ids=["fresh", "demo"])
def test_what_the_older_collections_send_passes_on_a_fresh_database_and_again(on_sqlite, tmp_path, demo):
    base = f"http://127.0.0.1:{on_sqlite(*demo).port}"
    seen = twice(REFERENCE, tmp_path, base_url=base, gateway_url=base)
    paths = {(method, path) for _, method, path, _, _ in seen.calls}
    assert {("GET", "//"), *(("POST", f"/payments/process/{id}") for id in (1, 25, 30, 36))} <= paths
    assert seen.places == {place for place, _ in items(json.loads(REFERENCE.read_text())["item"])}


def test_what_the_older_collections_send_passes_through_the_gateway(on_sqlite, tmp_path):
    service = on_sqlite()
    with Receiver() as shop, gateway.Gateway(tmp_path, payments=service.port, store=shop.port) as front:
        run_collection(REFERENCE, tmp_path, base_url=f"http://127.0.0.1:{service.port}", gateway_url=front.url)


# ---- a collection that could not fail would prove nothing ----


@pytest.mark.parametrize("right, wrong", [("to.equal('card_declined')", "to.equal('card_refused')"),
                                          ("have.status(201)", "have.status(200)"), ("'captured_amount',", "'captured',")])
def test_a_collection_fails_when_a_service_answers_otherwise(on_sqlite, tmp_path, right, wrong):
    text = PAYMENT_SERVICE.read_text()
    assert right in text
    other = tmp_path / "other.json"
    other.write_text(text.replace(right, wrong))
    with pytest.raises(AssertionError, match="failures:\n.*expected"):
        run_collection(other, tmp_path, "--folder", "Begin", "--folder", "A payment's life",
                       base_url=f"http://127.0.0.1:{on_sqlite().port}")


# ---- the walk ----


def walk(base, **environment):
    done = walking(base, **environment)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert done.stdout.endswith("\nAll as expected.\n")
    return done.stdout


def walking(base, **environment):
    for program in ("curl", "jq"):
        if not shutil.which(program):
            pytest.skip(f"no {program}")
    return subprocess.run([FOLDER / "walk.sh"], env=os.environ | {"BASE_URL": base} | environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=SECONDS)


def test_the_walk_passes_and_passes_again(on_sqlite):
    base = f"http://127.0.0.1:{on_sqlite().port}"
    assert "POST   /payments" in walk(base)
    walk(base)


def test_the_walk_ends_with_a_failure_where_nobody_answers():
    done = walking(away())
    assert done.returncode == 1 and "nothing answers" in done.stderr


def test_the_walk_ends_with_a_failure_at_the_first_thing_that_is_otherwise(on_sqlite):
    done = walking(f"http://127.0.0.1:{on_sqlite('--currency', 'JPY').port}")  # which has no cents
    assert done.returncode == 1 and "NOT AS EXPECTED: expected 201, got 400" in done.stderr
    assert "declined" not in done.stdout
