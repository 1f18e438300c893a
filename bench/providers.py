#!/usr/bin/env python3
"""Measures what providers cost: `make bench`, or bench/providers.py --help for a part of it.

  onestep  the simulator asked before the batch, against another build (--against): nothing may be lost
  fifty    a provider that answers in 50 ms: the simulator in two steps, and a scripted Stripe
  repair   thousands of attempts whose outcome nobody knows, once their provider is back
  start    from starting the program to its first answer

The scripted Stripe is tests/support/providers/stripe_peer.py, on the same cores. The results go under "providers" in
results.json. `onestep` needs a second build, and is left out without one.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

import extras
import proc
import providers_report
import stack as stacks
from outage import repair_on
from paying import ensure_pending, measure_paying
from sampling import Sampled
from sides import CONNECTIONS, Side, compare, take_turns
from support.provider_peers import StripePeer
from wrk import LoadFailed, Numbers, run_wrk

LATENCY_MS = 50
MANY = 1000  # connections, more than a provider takes at once
CONCURRENCY = 256  # the default of --stripe-concurrency
SIMULATED = ("--simulator-two-step", "--simulator-latency-ms", str(LATENCY_MS))


def measure_onestep(options):
    figures = {}
    for kind in options.databases:
        figures |= onestep_on(kind, options)
    return figures


def onestep_on(kind, options):
    """Two builds, loaded in turn."""
    with stacks.stack(kind, binary=options.against) as before, stacks.stack(kind) as after:
        sides = Side("without", before), Side("with", after)
        for side in sides:
            side.prepare()
        figures = {}
        for workload in ("process", "create", "get"):
            take_turns(sides, workload, options.seconds, 2 * options.rounds)
            figures[f"{kind}, {workload}"] = compare(*sides)
        return figures


def measure_fifty(options):
    figures = {}
    for kind in options.databases:
        with stacks.stack(kind, arguments=SIMULATED) as stack:
            figures[f"{kind}, simulator"] = fifty_on(stack, options)
        with StripePeer(latency_ms=LATENCY_MS) as stripe, stripe_stack(kind, stripe) as stack:
            figures[f"{kind}, Stripe"] = fifty_on(stack, options, stripe)
    with StripePeer() as stripe, stripe_stack("sqlite", stripe) as stack:
        figures["Stripe alone"] = peer_alone(stripe, stack, options)
    return figures


def stripe_stack(kind, stripe):
    return stacks.stack(kind, arguments=("--provider", "stripe"), env=stripe.environment)


def fifty_on(stack, options, stripe=None):
    stack.pays_by_token = True
    numbers = Numbers()
    ensure_pending(stack, numbers, 2000)
    run_wrk("process", CONNECTIONS, 1, stack, numbers)  # connections to the provider are there
    return {"few": loaded(CONNECTIONS, stack, numbers, options, stripe),
            "many": loaded(MANY, stack, numbers, options, stripe)}


def loaded(connections, stack, numbers, options, stripe):
    """Against the arithmetic limit: so many calls at once, each of which takes its time. A payment waits for two
    commits besides, so the disk's own time stands with it: on a machine that is at work a flush takes many times as
    long."""
    threads = proc.threads(stack.service_pid)
    before = proc.cpu_seconds(stripe.process.pid) if stripe else 0.0
    limit = min(connections, CONCURRENCY) / (LATENCY_MS / 1000)
    flush_ms = proc.flush_ms(stacks.BINARY.parent)
    with Sampled(lambda: proc.threads(stack.service_pid)) as sampled:
        cell = measure_paying(stack, numbers, "process", connections, 2 * options.seconds, False,
                              int(2 * options.seconds * limit))
    peer = proc.cpu_seconds(stripe.process.pid) - before if stripe else 0.0
    if stripe and (most := stripe.state()["max_in_flight"]) > CONCURRENCY:
        raise LoadFailed(f"{most} calls were at Stripe at once")
    return cell | {"limit_per_second": limit, "of_limit": round(cell["requests_per_second"] / limit, 3),
                   "flush_ms": statistics.mean((flush_ms, proc.flush_ms(stacks.BINARY.parent))),
                   "threads_at_rest": threads, "threads_at_most": sampled.most,
                   "peer_us": round(1e6 * peer / cell["requests"], 1)}


def peer_alone(stripe, service, options):
    """What the scripted Stripe carries when nobody else works: wrk asks it what the service would."""
    alone = stacks.Stack(service.service, {}, port=stripe.port)
    cell = run_wrk("intent", CONNECTIONS, options.seconds, alone, Numbers())
    return {"requests_per_second": cell["requests_per_second"],
            "peer_us": round(1e6 / cell["requests_per_second"], 1)}


def measure_repair(options):
    return {kind: repair_on(kind, options) for kind in options.databases}


def measure_start(options):
    times = {kind: {"simulator": start_times(kind)} for kind in options.databases}
    with StripePeer() as stripe:
        for kind in options.databases:
            times[kind]["stripe"] = start_times(kind, ("--provider", "stripe"), stripe.environment)
    return times


def start_times(kind, arguments=(), env=None):
    """The median on a database that is there, and of the first time."""
    with stacks.DATABASES[kind]() as (database, _, _), stacks.scratch_folder() as folder:
        empty = extras.first_answer_ms(database, folder, arguments, env)
        again = [extras.first_answer_ms(database, folder, arguments, env) for _ in range(extras.STARTS)]
        return {"empty_ms": empty, "migrated_ms": statistics.median(again)}


PARTS = {"onestep": measure_onestep, "fifty": measure_fifty, "repair": measure_repair, "start": measure_start}


def measure(options, parts=tuple(PARTS)):
    """The results of these parts, printed as they come."""
    results = {}
    for part in parts:
        if part == "onestep" and options.against is None:
            continue
        figures = PARTS[part](options)
        providers_report.print_part(part, figures)
        results[part] = {"seconds": options.seconds, "figures": figures}
    return results


def add_options(parser):
    parser.add_argument("--against", type=Path, help="another build's payment-service, for onestep")
    parser.add_argument("--unknown", type=int, default=10_000, help="attempts to repair (10000)")
    parser.add_argument("--outage-seconds", type=int, default=20, help="that the outage lasts beyond them (20)")


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, action="append", help="may be repeated (all)")
    parser.add_argument("--databases", type=lambda text: text.split(","), default=list(stacks.DATABASES),
                        help="sqlite,mariadb")
    parser.add_argument("--seconds", type=int, default=5, help="of a turn; twice of it in fifty (5)")
    parser.add_argument("--rounds", type=int, default=3, help="half the turns of each side in onestep (3)")
    add_options(parser)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="the folder of results.json (bench)")
    options = parser.parse_args(arguments)
    if options.part and "onestep" in options.part and options.against is None:
        parser.error("onestep compares with another build: --against build/…/payment-service")
    return options


def main(arguments):
    options = parse(arguments)
    if missing := next((one for one in (stacks.BINARY, options.against) if one and not one.exists()), None):
        print(f"providers: {missing} is not built: make bench builds it", file=sys.stderr)
        return 2
    file = options.out / "results.json"
    try:
        measured = measure(options, options.part or PARTS)
    except LoadFailed as reason:
        print(f"providers: failed, nothing written: {reason}", file=sys.stderr)
        return 1
    results = json.loads(file.read_text()) if file.exists() else {}
    results["providers"] = results.get("providers", {}) | measured
    options.out.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\nwritten: {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
