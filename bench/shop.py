#!/usr/bin/env python3
"""Measures what the shop's side costs: `make bench`, or bench/shop.py --help for a part of it.

  process  paying, with a receiver of notifications that answers in 1 ms, against paying without one
  hang     the same with a receiver that accepts and never answers
  drain    how fast a backlog is told once a receiver is there again
  keys     an API key with every request against an open service
  tls      HTTPS on connections that stay open against HTTP

Both sides of a part run at once and are loaded in turn. The results go under "shop" in results.json.
"""

import argparse
import contextlib
import json
import sys
import time
from pathlib import Path

import proc
import receiver as receivers
import shop_report
import stack as stacks
from paying import ensure_pending
from receiver import receiver, telling
from sides import CONNECTIONS, Side, compare, outbox, pending, take_turns
from support.databases import free_port
from support.operators import add_client
from support.service import run
from wrk import LoadFailed, run_wrk

DELAY = ("--delay-ms", "1")
DRAIN_SECONDS = 600  # at most


@contextlib.contextmanager
def told_and_untold(kind, *receiver_arguments, waits):
    """A service that tells nobody, and one that tells the receiver."""
    with contextlib.ExitStack() as stack:
        shop = stack.enter_context(receiver(*receiver_arguments))
        untold = Side("without", stack.enter_context(stacks.stack(kind)))
        told = Side("with", stack.enter_context(stacks.stack(kind, env=telling(shop.port))), shop, waits)
        for side in (untold, told):
            side.prepare()
        yield untold, told


def measure_process(options):
    return {kind: process_on(kind, options) for kind in options.databases}


def process_on(kind, options):
    with told_and_untold(kind, *DELAY, waits=True) as (untold, told):
        take_turns((untold, told), "process", options.seconds, options.rounds)
        seen = outbox(told.stack.database)
        payments, paid = told.receiver.told()["payments"], sum(turn["requests"] for turn in told.turns)
        if payments < max(paid, seen.rows):
            raise LoadFailed(f"{payments} payments were told, {paid} were answered as paid, {seen.rows} are to tell")
        return compare(untold, told) | {"paid": paid, "payments_told": payments,
                                        "deliveries": told.receiver.told()["count"],
                                        "told_inline_share": round(seen.told_inline / max(seen.rows, 1), 4)}


def measure_hang(options):
    return {kind: hang_on(kind, options) for kind in options.databases}


def hang_on(kind, options):
    """The first turn sees the breaker open: until then each payer waits for the whole first try. (wrk counts a wait
    once for each request that its connection would have sent meanwhile, so that the p99 of that turn is the wait.)"""
    with told_and_untold(kind, "--hang", waits=False) as (untold, told):
        take_turns((untold, told), "process", 2 * options.seconds, options.rounds)
        return {"opening": compare(untold, told, slice(0, 1)), "open": compare(untold, told, slice(1, None)),
                "seconds_a_turn": 2 * options.seconds, "tries": told.receiver.told()["count"]}


def measure_drain(options):
    return {kind: drain_on(kind, options) for kind in options.databases}


def drain_on(kind, options):
    """Nobody listens while the payments are made; the receiver is there afterwards, and finds all of them due."""
    port = free_port()
    with stacks.stack(kind, env=telling(port)) as stack:
        side = Side("drain", stack)
        side.prepare()
        ensure_pending(stack, side.numbers, options.backlog + 2 * side.creates_per_second)
        while pending(stack.database) < options.backlog:
            run_wrk("process", CONNECTIONS, 1, stack, side.numbers)
        rows = outbox(stack.database).rows
        with receiver(*DELAY, port=port) as shop:
            return {"backlog": rows} | drain(side, shop, rows)


def drain(side, shop, rows):
    """From the first delivery until all are told and nothing is pending in the database."""
    deadline = time.monotonic() + DRAIN_SECONDS
    before = proc.cpu_seconds(side.stack.service_pid), proc.cpu_seconds(side.stack.database_pid)
    begin = None
    while (told := shop.told())["payments"] < rows or pending(side.stack.database):
        begin = begin or (time.monotonic() - told["seconds"] if told["count"] else None)
        if time.monotonic() > deadline:
            raise LoadFailed(f"{told['payments']} of {rows} payments were told within {DRAIN_SECONDS} s")
        time.sleep(0.02)
    seconds = time.monotonic() - begin
    after = proc.cpu_seconds(side.stack.service_pid), proc.cpu_seconds(side.stack.database_pid)
    return {"payments_told": told["payments"], "deliveries": told["count"],
            "seconds": round(seconds, 2), "per_second": round(rows / seconds, 1),
            "deliveries_seconds": round(told["seconds"], 2),
            "service_us": round(1e6 * (after[0] - before[0]) / rows, 1),
            "database_us": round(1e6 * (after[1] - before[1]) / rows, 1),
            "receiver_us": round(1e6 * shop.cpu_seconds / told["count"], 1)}


@contextlib.contextmanager
def stack_with_client(sends_key):
    """On SQLite, with one client, whose key goes with every request; or else without a key, under the same name."""
    with stacks.scratch_folder() as folder:
        database = stacks.Sqlite(folder)
        migrated = run("migrate", env=database.env)
        assert migrated.returncode == 0, migrated
        key = add_client(database, "bench")
        arguments = () if sends_key else ("--anonymous-client", "bench")
        with stacks.service_on(database, folder, arguments=arguments) as service:
            stack = stacks.Stack(service, {})
            stack.api_key = key if sends_key else None
            yield stack


def measure_keys(options):
    """A client's payments stand in an index that nobody's do not: what a key costs a create is seen beside a service
    whose payments have the same owner."""
    with stacks.stack("sqlite") as nobodys, stack_with_client(False) as anonymous, stack_with_client(True) as keyed:
        open_service, same_owner, key = Side("without", nobodys), Side("without", anonymous), Side("with", keyed)
        for side in (open_service, same_owner, key):
            side.prepare()
        figures = {"get": in_turn((open_service, key), "get", options)}
        take_turns((open_service, same_owner, key), "create", options.seconds, 2 * options.rounds)
        return figures | {"create": compare(open_service, key), "create, same owner": compare(same_owner, key)}


def in_turn(sides, workload, options):
    take_turns(sides, workload, options.seconds, 2 * options.rounds)
    return compare(*sides)


@contextlib.contextmanager
def stacks_with_https():
    """One service on SQLite that listens twice: at its plain and at its other address."""
    with stacks.scratch_folder() as folder:
        made = run("dev-cert", "--out", str(folder))
        assert made.returncode == 0, made
        port = free_port()
        arguments = ["--tls-cert", str(folder / "payment-cert.pem"), "--tls-key", str(folder / "payment-key.pem"),
                     "--http-listen", f"127.0.0.1:{port}"]
        with stacks.service_on(stacks.Sqlite(folder), folder, arguments=arguments) as service:
            plain, other = (stacks.Stack(service, {}, port=port) for _ in range(2))
            other.url = f"https://127.0.0.1:{service.port}"
            yield plain, other


def measure_tls(options):
    with stacks_with_https() as (plain, other):
        http, https = Side("without", plain), Side("with", other)
        http.prepare()
        https.numbers = http.numbers
        return {"get": in_turn((http, https), "get", options)}


PARTS = {"process": measure_process, "hang": measure_hang, "drain": measure_drain, "keys": measure_keys,
         "tls": measure_tls}


def measure(options, parts=tuple(PARTS)):
    """The results of these parts, printed as they come."""
    results = {}
    for part in parts:
        figures = PARTS[part](options)
        shop_report.print_part(part, figures)
        results[part] = {"connections": CONNECTIONS, "seconds": options.seconds, "figures": figures}
    return results


def missing_program():
    return next((program for program in (stacks.BINARY, receivers.PROGRAM) if not program.exists()), None)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, action="append", help="may be repeated (all)")
    parser.add_argument("--databases", type=lambda text: text.split(","), default=list(stacks.DATABASES),
                        help="sqlite,mariadb")
    parser.add_argument("--seconds", type=int, default=5, help="of a turn; twice of it with a receiver that hangs (5)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side; twice of it for keys and tls (3)")
    parser.add_argument("--backlog", type=int, default=100_000, help="notifications to drain (100000)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="the folder of results.json (bench)")
    options = parser.parse_args(arguments)
    if options.rounds < 2:
        parser.error("--rounds cannot be below 2: the first turn with a receiver that hangs stands for itself")
    return options


def main(arguments):
    options = parse(arguments)
    if missing := missing_program():
        print(f"shop: {missing} is not built: make bench builds it", file=sys.stderr)
        return 2
    file = options.out / "results.json"
    try:
        measured = measure(options, options.part or PARTS)
    except LoadFailed as reason:
        print(f"shop: failed, nothing written: {reason}", file=sys.stderr)
        return 1
    results = json.loads(file.read_text()) if file.exists() else {}
    results["shop"] = results.get("shop", {}) | measured
    options.out.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\nwritten: {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
