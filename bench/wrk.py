"""One run of wrk against the service, and what it cost everyone."""

import json
import random
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path

from proc import cpu_seconds

SCRIPT = Path(__file__).with_name("load.lua")
ANSWER_SECONDS = 10  # slower than that counts as an error


class LoadFailed(Exception):
    """A request was answered with an error, or not at all: the figures would say nothing."""


class UsedUp(LoadFailed):
    """There were too few pending payments for the time; wrk then waits idle, so its rate is wrong."""


@dataclass
class Numbers:
    """What the load script goes on from: no order and no pending payment is used twice."""

    next_order: int = 1
    next_pending: int = 1
    last_payment: int = 0  # the highest id; all above `next_pending` are pending

    @property
    def pending(self):
        return self.last_payment - self.next_pending + 1


def generator_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def arguments_for(workload, connections, seconds, stack, numbers, keyed):
    settings = {"workload": workload, "next_order": numbers.next_order, "next_pending": numbers.next_pending,
                "last_pending": numbers.last_payment, "last_payment": max(numbers.last_payment, 1),
                "keyed": int(keyed), "seed": random.randrange(1 << 31)}
    if stack.pays_by_token:
        settings["token"] = "pm_card_visa"
    if stack.api_key:
        settings["api_key"] = stack.api_key
    return ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={ANSWER_SECONDS}s", "-s", SCRIPT,
            stack.url, "--", *(f"{name}={value}" for name, value in settings.items())]


def run_wrk(workload, connections, seconds, stack, numbers, keyed=False):
    """Loads the service for `seconds`; moves `numbers` on and returns the figures of one cell."""
    before = generator_seconds(), cpu_seconds(stack.service_pid), cpu_seconds(stack.database_pid)
    done = subprocess.run(arguments_for(workload, connections, seconds, stack, numbers, keyed),
                          capture_output=True, text=True, timeout=seconds + 2 * ANSWER_SECONDS, check=False)
    after = generator_seconds(), cpu_seconds(stack.service_pid), cpu_seconds(stack.database_pid)
    if done.returncode != 0:
        raise LoadFailed(f"wrk ended with {done.returncode}: {done.stdout}{done.stderr}")
    counts = json.loads(done.stdout.strip().splitlines()[-1])
    numbers.next_order, numbers.next_pending = counts["next_order"], counts["next_pending"]

    if numbers.pending <= 0 and workload in ("process", "mix"):
        raise UsedUp(f"{workload} at {connections} connections: too few pending payments")
    requests = counts["requests"]
    if counts["failures"] or counts["timeouts"] or counts["broken"] or not requests:
        raise LoadFailed(f"{workload} at {connections} connections: {json.dumps(counts)}")
    generator, service, database = (1e6 * (a - b) / requests for a, b in zip(after, before))
    return {
        "workload": workload, "connections": connections, "keyed": keyed, "requests": requests,
        "requests_per_second": round(requests / counts["seconds"], 1), "p50_ms": counts["p50_ms"],
        "p99_ms": counts["p99_ms"], "service_us": round(service, 1), "database_us": round(database, 1),
        "generator_us": round(generator, 1),
    }
