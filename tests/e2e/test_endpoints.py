"""What operators and readers ask of a running service: health, metrics, the OpenAPI document, the page.

Method: the Prometheus text is parsed by its grammar; the OpenAPI document is walked and every operation in it is tried;
the page must name no other host.
"""

import re

import pytest
from support.payments import DECLINED, create, new_order, ok, paid, process

SAMPLE = re.compile(
    r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-z_]+="[^"]*",?)*\})? (NaN|[+-]?Inf|[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)( [0-9]+)?'
)


def metrics(client):
    """{name with labels: value}; every line must be Prometheus text."""
    reply = client.get("/metrics")
    assert reply.status == 200 and reply.header("Content-Type").startswith("text/plain")
    samples, types = {}, {}
    for line in reply.body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            types[name] = kind
        elif line and not line.startswith("#"):
            found = SAMPLE.fullmatch(line)
            assert found, line
            assert found.group(1) + (found.group(2) or "") not in samples, line
            samples[found.group(1) + (found.group(2) or "")] = float(found.group(3))
    assert {name
            for name in (key.partition("{")[0] for key in samples)} <= set(types) | {
                name + suffix
                for name, kind in types.items() if kind in ("histogram", "summary")
                for suffix in ("_bucket", "_sum", "_count")
            }
    return samples, types


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/health-check"])
def test_a_healthy_service_says_so(service, path):
    assert ok(service.client().get(path))["status"] == "ok"


def test_metrics_count_requests_by_route_and_status(service):
    client = service.client()
    before, types = metrics(client)
    number = create(client)["id"]
    for _ in range(7):
        client.get(f"/payments/{number}")
    process(client, number, DECLINED)
    client.get("/nowhere/4711")
    after, _ = metrics(client)
    grown = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name)}
    counters = {name: value for name, value in grown.items() if "{" in name and "bucket" not in name}
    assert any(value == 7 and "200" in name for name, value in counters.items()), counters
    assert any(value == 1 and "402" in name for name, value in counters.items()), counters
    assert "histogram" in types.values()
    assert not any(str(number) in name.partition("{")[2] and f"/{number}" in name
                   for name in after), "a label per payment"
    assert not any("4711" in name for name in after), "a label per unknown path"


@pytest.mark.parametrize("word", ["request", "batch", "commit", "queue", "payment"])
def test_metrics_cover_what_is_promised(service, word):
    paid(service.client())
    _, types = metrics(service.client())
    assert any(word in name for name in types), sorted(types)


def test_histograms_are_cumulative_and_end_at_infinity(service):
    samples, types = metrics(service.client())
    for name in (name for name, kind in types.items() if kind == "histogram"):
        series = {}
        for key, value in samples.items():
            if key.startswith(name + "_bucket{"):
                bound = re.search(r'le="([^"]+)"', key).group(1)
                rest = re.sub(r',?le="[^"]+",?', "", key[len(name) + 7:])
                series.setdefault(rest, []).append((float(bound.replace("+Inf", "inf")), value))
        for rest, buckets in series.items():
            buckets.sort()
            assert buckets[-1][0] == float("inf"), (name, rest)
            assert [value for _, value in buckets] == sorted(value for _, value in buckets), (name, rest)


def openapi(client):
    reply = client.get("/openapi.json")
    assert reply.status == 200 and reply.header("Content-Type").startswith("application/json")
    document = reply.json
    assert document["openapi"].startswith("3.1") and document["info"]["title"] and document["info"]["version"]
    return document


METHODS = {"get", "post", "put", "delete", "patch", "head", "options"}


def operations(document):
    return [(method, path) for path, item in document["paths"].items() for method in item if method in METHODS]


PROMISED = [("get", "/"), ("post", "/payments"), ("get", "/payments"), ("get", "/payments/{}"),
            ("delete", "/payments/{}"), ("post", "/payments/process/{}"), ("post", "/payments/{}/process"),
            ("post", "/payments/{}/capture"), ("post", "/payments/{}/cancel"), ("post", "/payments/{}/refund"),
            ("post", "/payments/cancel-by-order/{}"), ("post", "/payments/refund-by-order/{}"),
            ("get", "/payments/{}/events"), ("get", "/payments/{}/refunds"), ("get", "/payments/{}/attempts"),
            ("get", "/health/live"), ("get", "/health/ready"), ("get", "/health-check"), ("get", "/metrics"),
            ("get", "/openapi.json"), ("get", "/docs"), ("post", "/payments-api/payments"),
            ("post", "/payments-api/payments/{}"), ("get", "/payments-api/payments/{}"),
            ("post", "/payments-api/payments/process/{}"), ("get", "/notifications"),
            ("post", "/notifications/{}/retry"), ("get", "/attempts"), ("get", "/providers"),
            ("get", "/payments/{}/return"), ("post", "/providers/stripe/webhook"),
            ("post", "/providers/paypal/webhook")]


def test_the_document_names_every_promised_operation(http_service):
    documented = {(method, re.sub(r"\{[^}]*\}", "{}", path))
                  for method, path in operations(openapi(http_service.client()))}
    assert set(PROMISED) <= documented, set(PROMISED) - documented


def test_every_documented_operation_exists(http_service):
    client = http_service.client()
    number, order_id = create(client)["id"], new_order()
    for method, path in operations(openapi(client)):
        if path.startswith("/notifications/{"):
            continue  # nobody is told here: test_notifications.py has one to retry
        if path.endswith("/webhook"):
            continue  # no provider is set up that sends any
        if path.endswith("/return"):
            continue  # a stranger's is not found: test_provider_life.py has one of a payer
        target = re.sub(r"\{[^}]*\}", lambda found: str(order_id if "order" in path else number), path)
        reply = client.send(method.upper(), target, {} if method == "post" else None)
        assert reply.status not in (404, 405, 500, 501), (method, target, reply)


def test_every_reference_in_the_document_leads_somewhere(http_service):
    document = openapi(http_service.client())

    def references(value):
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                yield from references(item)

    for reference in set(references(document)):
        assert reference.startswith("#/"), reference
        place = document
        for step in reference[2:].split("/"):
            assert step in place, reference
            place = place[step]
    for method, path in operations(document):
        operation = document["paths"][path][method]
        assert operation["responses"], (method, path)
        parameters = operation.get("parameters", []) + document["paths"][path].get("parameters", [])
        assert path.count("{") == 0 or parameters, (method, path)


def test_the_schema_of_a_payment_has_the_members_that_are_answered(http_service):
    client = http_service.client()
    schema = openapi(client)["components"]["schemas"]["Payment"]
    assert set(schema["properties"]) == set(paid(client))


def test_the_page_is_readable_and_fetches_from_no_other_host(http_service):
    reply = http_service.client().get("/docs")
    assert reply.status == 200 and reply.header("Content-Type").startswith("text/html")
    page = reply.body.decode()
    fetched = re.findall(r"""(?:src|href|action|url|fetch|import|from)\s*[=(]?\s*["'(]\s*((?:https?:)?//[^"')\s]+)""",
                         page)
    assert fetched == []
    assert "/payments" in page and "<title>" in page
