#!/usr/bin/env python3
"""Measures the service in one run: `make bench`, or bench/run.py --help for a part of it.

Create, process, get and a mix, at several numbers of connections, on SQLite and on MariaDB, as built and with one
commit per request; then what the shop's side (shop.py) and the providers' (providers.py) cost. wrk, the service and the
database share this machine's cores. Any answer that is not a success fails the run. Writes results.json and results.svg.
"""

import argparse
import datetime
import json
import subprocess
import sys
from pathlib import Path

import extras
import picture
import proc
import providers
import report
import shop
import stack as stacks
from paying import measure, measure_paying
from wrk import LoadFailed, Numbers

WORKLOADS = ("create", "process", "get", "mix")
MODES = {"group": None, "single": 1}  # name: --batch-limit
CONNECTIONS = (1, 16, 64, 256)
KEYED_CONNECTIONS = 64  # where the cost of an Idempotency-Key is measured
WARM_UP_SECONDS = 1
PARTS = (*shop.PARTS, *providers.PARTS)


def measure_mode(kind, mode, options, settings):
    """All cells of one database in one mode, on one growing database."""
    with stacks.stack(kind, MODES[mode]) as stack:
        settings[kind] = stack.settings
        numbers = Numbers()
        measure(stack, numbers, "create", KEYED_CONNECTIONS, WARM_UP_SECONDS)
        plan = [(connections, workload, False) for connections in options.connections for workload in WORKLOADS]
        if KEYED_CONNECTIONS in options.connections:
            plan += [(KEYED_CONNECTIONS, workload, True) for workload in ("create", "process")]
        creates = 0
        for connections, workload, keyed in plan:
            what = (stack, numbers, workload, connections, options.seconds, keyed)
            cell = measure_paying(*what, creates) if workload in ("process", "mix") else measure(*what)
            if workload == "create":
                creates = cell["requests"]
            cell = {"database": kind, "mode": mode} | cell
            report.print_cell(cell)
            yield cell


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])

    def names(of):
        def read(text):
            chosen = text.split(",")
            if unknown := set(chosen) - set(of):
                raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: choose from {', '.join(of)}")
            return chosen
        return read

    def numbers(text):
        return [int(number) for number in text.split(",")]

    parser.add_argument("--databases", type=names(stacks.DATABASES), default=list(stacks.DATABASES),
                        help="sqlite,mariadb")
    parser.add_argument("--modes", type=names(MODES), default=list(MODES), help="group,single")
    parser.add_argument("--connections", type=numbers, default=list(CONNECTIONS), help="1,16,64,256")
    parser.add_argument("--seconds", type=int, default=5, help="of every measurement (5)")
    parser.add_argument("--creates", type=int, default=1_000_000, help="before memory is read (1000000); 0: not")
    parser.add_argument("--rows", type=int, default=0,
                        help="create on a SQLite table of so many rows against an empty one (takes minutes)")
    parser.add_argument("--parts", type=names(PARTS), default=list(PARTS),
                        help=f"of the shop's side, {','.join(shop.PARTS)}, and of the providers', "
                        f"{','.join(providers.PARTS)} (bench/shop.py and bench/providers.py measure them alone)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side in those parts (3)")
    parser.add_argument("--backlog", type=int, default=100_000, help="notifications to drain (100000)")
    providers.add_options(parser)
    parser.add_argument("--quick", action="store_true",
                        help="64 connections, 1 second, 50000 creates; written to build/release/bench-data")
    parser.add_argument("--out", type=Path, help="the folder for results.json and results.svg (bench)")
    options = parser.parse_args(arguments)
    if options.quick:
        options.connections, options.seconds = [64], 1
        options.creates = min(options.creates, 50_000)
        options.rounds, options.backlog = min(options.rounds, 2), min(options.backlog, 10_000)
        options.unknown, options.outage_seconds = min(options.unknown, 1000), 5
    if options.out is None:
        options.out = stacks.BINARY.parent / "bench-data" if options.quick else Path(__file__).parent
    return options


def commit():
    done = subprocess.run(["git", "-C", stacks.ROOT, "describe", "--always", "--dirty"], capture_output=True,
                          text=True, check=False)
    return done.stdout.strip()


def main(arguments):
    options = parse(arguments)
    if missing := shop.missing_program():
        print(f"bench: {missing} is not built: make bench builds it", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    disk = stacks.BINARY.parent
    results = {
        "measured_at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "version": stacks.version(), "commit": commit(), "seconds": options.seconds,
        "machine": proc.machine() | {"filesystem": proc.filesystem_of(disk), "flush_ms": proc.flush_ms(disk)},
        "generator": f"wrk {stacks.tool_version('wrk', '-v')}, 1 thread, on the same cores",
        "settings": {}, "cells": [],
    }
    try:
        for kind in options.databases:
            for mode in options.modes:
                results["cells"] += measure_mode(kind, mode, options, results["settings"])
        results["ratios"] = report.ratios(results["cells"])
        results["start"] = extras.start_times(options.databases)
        if options.creates:
            results["memory"] = extras.memory_after(options.creates)
        if options.rows:
            results["rows"] = extras.full_table_against_empty(options.rows, options.seconds)
        report.print_summary(results)
        results["shop"] = shop.measure(options, [part for part in options.parts if part in shop.PARTS])
        results["providers"] = providers.measure(options, [part for part in options.parts if part in providers.PARTS])
    except LoadFailed as reason:
        print(f"bench: failed, nothing written: {reason}", file=sys.stderr)
        return 1
    (options.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (options.out / "results.svg").write_text(picture.draw(results))
    print(f"\nwritten: {options.out / 'results.json'}, {options.out / 'results.svg'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
