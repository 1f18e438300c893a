"""deploy/krakend/krakend.json against KrakenD's own schemas, our own routes, and what contract.md asks of a gateway.

The schemas lie outside the repository (../shared/data/krakend, beside the checkout); without them that test is skipped.
"""

import json
import re

import pytest
from support.gateway import CONFIGURATION, HOSTS
from support.service import ROOT

SCHEMAS = ROOT.parent / "shared/data/krakend"
CONFIG = json.loads(CONFIGURATION.read_text())
ENDPOINTS = CONFIG["endpoints"]
BACKENDS = [backend for endpoint in ENDPOINTS for backend in endpoint["backend"]]
EXPLAINED = (CONFIGURATION.parent / "README.md").read_text()
MUST_PASS = {"Content-Type", "Idempotency-Key", "Accept", "Accept-Language", "Authorization", "X-Api-Key", "X-Request-Id",
             "traceparent", "tracestate"}
OF_WEBHOOKS = {"Content-Type", "X-Request-Id", "traceparent", "tracestate"}  # and what proves who sent them
SIGNED_WITH = {"stripe": {"Stripe-Signature"},
               "paypal": {f"Paypal-{part}" for part in ("Auth-Algo", "Cert-Url", "Transmission-Id", "Transmission-Sig",
                                                        "Transmission-Time")}}


def routes(api):
    return {(endpoint["method"], endpoint["endpoint"]) for endpoint in ENDPOINTS
            if endpoint["endpoint"].startswith(f"/{api}/")}


def name_of(endpoint):
    return f"{endpoint['method']} {endpoint['endpoint']}"


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m)", text).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60}[unit]


def errors_of(version, config):
    jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
    file = SCHEMAS / f"schema-{version}.json"
    if not file.exists():
        pytest.skip(f"no {version} schema in {SCHEMAS.parent.parent.name}/data/krakend beside the checkout")
    schema = json.loads(file.read_text())
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator(schema).iter_errors(config)]


@pytest.mark.parametrize("version", ["2.7", "2.13"])
def test_krakends_own_schema_accepts_the_file(version):
    assert errors_of(version, CONFIG) == []


@pytest.mark.parametrize("version", ["2.7", "2.13"])
def test_that_schema_refuses_what_the_seeds_files_do(version):
    wrong = json.loads(CONFIGURATION.read_text())
    wrong["endpoints"][0]["backend"][0]["timeout"] = "5s"
    assert errors_of(version, wrong)


def test_every_route_of_the_labs_is_there():
    payment = "/payments-api/payments/{payment_id}"
    assert routes("payments-api") == {
        ("POST", "/payments-api/payments"), ("GET", "/payments-api/payments"), ("GET", payment), ("POST", payment),
        ("DELETE", payment), ("POST", "/payments-api/payments/process/{payment_id}"), ("POST", f"{payment}/capture"),
        ("POST", f"{payment}/cancel"), ("POST", f"{payment}/refund"), ("GET", f"{payment}/events"),
        ("GET", f"{payment}/refunds"), ("GET", f"{payment}/attempts"),
        ("POST", "/payments-api/payments/cancel-by-order/{order_id}"),
        ("POST", "/payments-api/payments/refund-by-order/{order_id}"),
        ("POST", "/payments-api/providers/stripe/webhook"), ("POST", "/payments-api/providers/paypal/webhook")}
    for api in ("store-manager-api", "store-api"):
        assert routes(api) >= {("POST", f"/{api}/orders"), ("PUT", f"/{api}/orders"),
                               ("GET", f"/{api}/orders/{{order_id}}"), ("PUT", f"/{api}/orders/{{order_id}}"),
                               ("DELETE", f"/{api}/orders/{{order_id}}")}


def test_payers_do_not_come_back_through_it():
    """KrakenD CE follows a redirect itself: it would show them the shop's page under its own address."""
    assert not any("return" in endpoint["endpoint"] for endpoint in ENDPOINTS)


def test_no_route_is_named_twice():
    names = [(endpoint["method"], endpoint["endpoint"]) for endpoint in ENDPOINTS]
    assert len(names) == len(set(names))


def test_parameters_at_one_place_of_a_path_have_one_name():
    """The gateway's router ends with a panic otherwise."""
    seen = {}
    for endpoint in ENDPOINTS:
        parts = endpoint["endpoint"].split("/")
        for at, part in enumerate(parts):
            if part.startswith("{"):
                assert seen.setdefault((endpoint["method"], *parts[:at]), part) == part


def test_every_backend_of_payments_is_a_route_of_the_service(http_service):
    """Parameter names aside, against the document that the running service shows."""
    nameless = lambda path: re.sub(r"\{\w+\}", "{}", path)  # noqa: E731
    paths = http_service.client().get("/openapi.json").json["paths"]
    known = {(method.upper(), nameless(path)) for path, item in paths.items() for method in item}
    ours = [backend for backend in BACKENDS if backend["host"] == [HOSTS["payments"]]]
    assert len(ours) == len(routes("payments-api"))
    for backend in ours:
        assert (backend["method"], nameless(backend["url_pattern"])) in known, backend["url_pattern"]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
class TestEndpoint:

    def test_goes_to_one_known_host_with_its_own_method(self, endpoint):
        [backend] = endpoint["backend"]
        store = endpoint["endpoint"].startswith("/store")
        assert backend["host"] == [HOSTS["store" if store else "payments"]]
        assert backend["method"] == endpoint["method"]

    def test_passes_everything_as_it_is(self, endpoint):
        assert endpoint["output_encoding"] == "no-op" == endpoint["backend"][0]["encoding"]
        assert "return_error_details" not in json.dumps(endpoint)

    def test_names_its_headers(self, endpoint):
        provider = re.search(r"/providers/(\w+)/", endpoint["endpoint"])
        wanted = OF_WEBHOOKS | SIGNED_WITH[provider.group(1)] if provider else MUST_PASS
        assert set(endpoint["input_headers"]) == wanted

    def test_caches_nothing(self, endpoint):
        assert "cache_ttl" not in endpoint and "qos/http-cache" not in endpoint["backend"][0]["extra_config"]

    def test_lets_the_service_answer_first_and_the_shop_too(self, endpoint):
        """The first try of a callback takes 1 s of `process`; the shop's own code gives up after 5 s."""
        limit = seconds(endpoint.get("timeout", CONFIG["timeout"]))
        assert "timeout" not in endpoint["backend"][0], "a backend knows none"
        assert 3 <= limit <= 5
        if endpoint["endpoint"].startswith("/payments-api"):
            assert limit < 5

    def test_has_limits_with_capacity(self, endpoint):
        limits = endpoint["extra_config"]["qos/ratelimit/router"]
        assert limits["capacity"] >= limits["max_rate"] and limits["client_capacity"] >= limits["client_max_rate"]
        assert limits["strategy"] == "ip" and seconds(limits["every"]) == 1

    def test_has_a_breaker_of_its_own(self, endpoint):
        breaker = endpoint["backend"][0]["extra_config"]["qos/circuit-breaker"]
        assert breaker["max_errors"] <= 10 and breaker["timeout"] <= 10
        assert breaker["interval"] > breaker["max_errors"] * seconds(endpoint.get("timeout", CONFIG["timeout"]))


def test_breakers_have_different_names():
    names = [backend["extra_config"]["qos/circuit-breaker"]["name"] for backend in BACKENDS]
    assert len(names) == len(set(names))


def test_lists_pass_their_filters():
    for endpoint in ENDPOINTS:
        if endpoint["endpoint"] == "/payments-api/payments" and endpoint["method"] == "GET":
            assert set(endpoint["input_query_strings"]) == {"order_id", "user_id", "status", "client", "created_from",
                                                            "created_to", "limit", "cursor"}
        elif endpoint["endpoint"].rpartition("/")[2] in ("events", "refunds", "attempts"):
            assert endpoint["input_query_strings"] == ["limit", "cursor"]
        else:
            assert "input_query_strings" not in endpoint


def test_a_silent_address_leaves_time_for_the_next_one():
    """Go gives it 2 s, or all that is left when that is less; the answer takes a second for the shop's sake."""
    assert 2 < seconds(CONFIG["dialer_timeout"]) < seconds(CONFIG["timeout"])
    assert seconds(CONFIG["timeout"]) >= 2 + 1 + 0.5


def test_idle_connections_end_before_the_services_own_patience():
    from_the_service = 900  # --idle-seconds
    assert seconds(CONFIG["idle_connection_timeout"]) < from_the_service


def test_what_the_audit_asks_for_is_there():
    extra = CONFIG["extra_config"]
    assert extra["router"]["hide_version_header"] is True
    assert extra["security/http"]["ssl_redirect"] is False, "its default would send every call to HTTPS"
    assert {"security/http", "security/cors", "telemetry/logging"} <= extra.keys()
    assert "*" not in extra["security/cors"]["allow_origins"] and not extra["security/cors"]["allow_credentials"]
    assert not CONFIG.get("debug_endpoint") and not CONFIG.get("echo_endpoint") and "tls" not in CONFIG


@pytest.mark.parametrize("choice", sorted({
    *CONFIG["extra_config"], *(key for endpoint in ENDPOINTS for key in endpoint), "encoding",
    *(key for backend in BACKENDS for key in backend["extra_config"]), "qos/ratelimit/router",
    *(key for key in CONFIG if key not in ("$schema", "version", "name", "endpoints", "extra_config"))
} - {"endpoint", "method", "backend", "extra_config"}))
def test_each_choice_is_explained_beside_the_file(choice):
    assert f"`{choice}`" in EXPLAINED
