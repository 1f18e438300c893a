"""Structured logs (api.md: --log-level, --log-format): one JSON object a line, with request ids.

Method: a service at debug level serves good, bad and broken requests; every line of its output must parse.
"""

import json

from support.client import exchange
from support.payments import DECLINED, create, paid, process
from support.service import Service


def lines(service):
    return [line for line in service.log.read_text().splitlines() if line]


def lead(service):
    client = service.client()
    paid(client)
    process(client, create(client)["id"], DECLINED)
    client.get("/nowhere", {"X-Request-Id": "find-me-again"})
    client.get('/nowhere/"quoted"\\back')
    client.post("/payments", '{"user_id": "\\u0007"}', {"X-Request-Id": "bad:request.1"})
    exchange(service.port, b"\x00\xff\xfe rubbish \r\n\r\n")
    exchange(service.port, b"GET /\x80\xff%0a%22 HTTP/1.1\r\nHost: a\r\nX-Request-Id: \"x\r\n\r\n")


def test_json_logs_are_one_object_a_line_with_request_ids(sqlite, tmp_path):
    with Service(sqlite, tmp_path, "--log-format", "json", "--log-level", "debug") as service:
        lead(service)
    entries = [json.loads(line) for line in lines(service)]
    assert all(isinstance(entry, dict) for entry in entries)
    assert any("find-me-again" in map(str, entry.values()) for entry in entries), "the request id is a member"
    assert any("bad:request.1" in map(str, entry.values()) for entry in entries)
    common = set.intersection(*(set(entry) for entry in entries))
    assert len(common) >= 3, f"a time, a level and a message in every line: {common}"


def test_readable_logs_are_lines_too(sqlite, tmp_path):
    with Service(sqlite, tmp_path, "--log-format", "text", "--log-level", "debug") as service:
        lead(service)
    assert any("find-me-again" in line for line in lines(service))
    assert all(line.isprintable() for line in lines(service))


def test_the_level_decides_how_much_is_said(sqlite, tmp_path):
    counts = []
    for level in ("debug", "error"):
        with Service(sqlite, tmp_path, "--log-level", level) as service:
            lead(service)
        counts.append(len(lines(service)))
    assert counts[0] > counts[1]
    assert counts[1] <= 2, lines(service)
