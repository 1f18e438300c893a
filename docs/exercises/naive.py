#!/usr/bin/env python3
"""A payment service as one writes it on the first day. It is wrong on purpose: see exercise 1 of docs/tour.md."""

import json
import sqlite3
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, FILE = int(sys.argv[1]), sys.argv[2]
PROVIDER_SECONDS = 0.02  # what a provider takes to answer


def run(sql, *values):
    with sqlite3.connect(FILE, timeout=10) as database:  # one statement, one commit, as frameworks do it
        cursor = database.execute(sql, values)
        return cursor.fetchall() or cursor.lastrowid


def charge(payment):
    time.sleep(PROVIDER_SECONDS)
    run("INSERT INTO attempts (payment_id) VALUES (?)", payment)


def process(payment):
    [(is_paid,)] = run("SELECT is_paid FROM payments WHERE id = ?", payment)
    if not is_paid:
        charge(payment)
        run("UPDATE payments SET is_paid = 1 WHERE id = ?", payment)
    return {"payment_id": payment, "is_paid": True}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/payments":
            made = run("INSERT INTO payments (total_amount, is_paid) VALUES (?, 0)", str(body["total_amount"]))
            return self.answer(201, {"payment_id": made})
        return self.answer(200, process(int(self.path.split("/")[2])))

    def do_GET(self):
        if self.path == "/health-check":
            return self.answer(200, {})
        rows = run("SELECT id FROM attempts WHERE payment_id = ?", int(self.path.split("/")[2]))
        return self.answer(200, {"data": [{"id": id, "outcome": "succeeded"} for (id,) in rows or []]})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


run("CREATE TABLE IF NOT EXISTS payments (id INTEGER PRIMARY KEY, total_amount TEXT, is_paid INTEGER)")
run("CREATE TABLE IF NOT EXISTS attempts (id INTEGER PRIMARY KEY, payment_id INTEGER)")
ThreadingHTTPServer.request_queue_size = 64
ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
