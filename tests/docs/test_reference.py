"""What the documents list is what there is: routes, test cards, error codes, metrics. Nothing missing, nothing besides.

Method: each list is read from its document and compared with where it comes from: the OpenAPI document, the simulator's
table, a running service. That a list too short or too long is found is tried on lists of their own.
"""

import json
import re
from pathlib import Path

import pytest
from support.service import Service
from support.stores import Sqlite

ROOT = Path(__file__).resolve().parents[2]
READMES = ["README.md", "README.fr.md"]
OPENAPI = json.loads((ROOT / "src/view/openapi.json").read_text())
METHODS = ("GET", "POST", "DELETE", "PUT", "PATCH")


def compare(listed, there, what):
    """One line for each that only one of both has."""
    return [f"{one}: not listed" for one in sorted(there - listed)] + [f"{one}: {what} there is not" for one in sorted(listed - there)]


def chapter_of(document, first_words):
    """The chapter with a table whose head or row begins so."""
    return next(part for part in re.split(r"(?m)^## ", (ROOT / document).read_text()) if first_words in part)


# Routes


def listed_routes(text):
    """Of each row's first cell. A path without a method has that of the one before; `…/x` stands beside its neighbour."""
    found = set()
    for line in text.splitlines():
        if not line.startswith("| `"):
            continue
        method = before = None
        for code in re.findall(r"`([^`]+)`", line.split("|")[1]):
            words = code.split()
            if words[0] in METHODS:
                method, path = words[0], words[1]
            elif code.startswith("…/"):
                path = before.rpartition("/")[0] + code[1:]
            else:
                path = code
            if method and path.startswith("/"):
                found.add(f"{method} {path}")
                before = path
    return found


def documented_routes():
    """Without the gateway's own paths, which the text beside the table names, and the pattern of all webhooks."""
    return {f"{method.upper()} {path}" for path, item in OPENAPI["paths"].items() for method in item if method.upper() in METHODS
            if not path.startswith("/payments-api/") and path != "/providers/{provider}/webhook"}


@pytest.mark.parametrize("document", READMES)
def test_the_table_of_routes_has_every_route_and_no_other(document):
    chapter = chapter_of(document, "| `POST /payments` |")
    assert "`/payments-api/`" in chapter
    assert compare(listed_routes(chapter), documented_routes(), "a route that") == []


def test_a_row_may_name_several_routes():
    rows = "| `GET /a/{id}/events`, `…/refunds` | x |\n| `GET /health`, `/metrics` | y |\n| `POST /b`, `GET /b` | `GET /c` |\n"
    assert listed_routes(rows) == {"GET /a/{id}/events", "GET /a/{id}/refunds", "GET /health", "GET /metrics", "POST /b", "GET /b"}


# Cards


def cards_of_the_simulator():
    source = (ROOT / "src/provider/simulator/test_cards.cpp").read_text()
    rows = re.findall(r'\{"(\d+)", \w+(?:, "(\w+)")?\}', source)
    return {number for number, why in rows if not why}, {f"{number} {why}" for number, why in rows if why}


@pytest.mark.parametrize("document", READMES)
def test_the_tables_of_test_cards_have_every_card_and_no_other(document):
    paying, declined = cards_of_the_simulator()
    assert len(paying) > 10 and len(declined) > 5
    pays = next(line for line in chapter_of(document, "`4242424242424242`").splitlines() if "`4242424242424242`" in line)
    refuses = next(line for line in chapter_of(document, "generic_decline").splitlines() if "generic_decline" in line)
    assert compare(set(re.findall(r"`(\d+)`", pays)), paying, "a card that") == []
    listed = {f"{number.replace('…', '400000000000')} {why}" for number, why in re.findall(r"`([\d…]+)` (\w+)", refuses)}
    assert compare(listed, declined, "a card that") == []


# Error codes

FROM_HTTP = {"malformed_request", "request_timeout", "header_too_large", "internal_error"}  # before a request is one


def test_the_table_of_errors_has_every_code_and_no_other():
    text = (ROOT / "docs/domain.md").read_text()
    rows = [line for line in text[text.index("## Errors"):].splitlines() if re.match(r"\| \d", line)]
    listed = {code for row in rows for code in re.findall(r"`([a-z_]+)`", row)}
    there = set(OPENAPI["components"]["schemas"]["ErrorCode"]["enum"])
    assert len(there) > 20
    assert compare(listed - FROM_HTTP, there, "a code that") == []


# Metrics


def listed_metrics():
    text = (ROOT / "docs/operation.md").read_text()
    chapter = next(part for part in re.split(r"(?m)^## ", text) if part.startswith("Metrics"))
    return set(re.findall(r"(?m)^\| `(\w+)` \|", chapter))


def test_the_table_of_metrics_has_every_metric_and_no_other(tmp_path):
    """A name is seen in a running service only when there was reason to count: the source has them all."""
    source = (ROOT / "src/base/metrics.cpp").read_text()
    there = set(re.findall(r'"((?:http|payment|commit|command)_[a-z_]+)"', source))
    with Service(Sqlite(tmp_path), tmp_path) as service:
        shown = set(re.findall(r"(?m)^# TYPE (\w+) ", service.client().get("/metrics").body.decode()))
    assert len(shown) > 5 and shown <= there, shown - there
    assert compare(listed_metrics(), there, "a metric that") == []


def test_too_few_and_too_many_are_both_found():
    assert compare({"a", "b"}, {"b", "c"}, "a thing that") == ["c: not listed", "a: a thing that there is not"]
