"""Two services that are loaded in turn, A B A B, so that what disturbs the machine disturbs both."""

import statistics
import time
from dataclasses import dataclass, field

import proc
import stack as stacks
from paying import ensure_pending, measure
from receiver import Receiver
from wrk import LoadFailed, Numbers, UsedUp

CONNECTIONS = 64
TOLD_SECONDS = 120  # for what is left to tell after a turn


@dataclass
class Outbox:
    """What a service has to tell, as its database has it."""

    rows: int
    pending: int
    told_inline: int  # while the payer's answer waited for it


def outbox(database, inline_ms=1000):
    count = "SELECT COUNT(*), COALESCE(SUM(status = 'pending'), 0), COALESCE(SUM(status = 'delivered' AND " \
            f"updated_at - created_at <= {1000 * inline_ms}), 0) FROM notifications"
    return Outbox(*database.row(count))


def pending(database):
    return database.row("SELECT COUNT(*) FROM notifications WHERE status = 'pending'")[0]


@dataclass
class Side:
    """One service, its receiver if it has one, and the figures of its turns."""

    name: str
    stack: stacks.Stack
    receiver: Receiver | None = None
    waits_until_told: bool = False
    numbers: Numbers = field(default_factory=Numbers)
    turns: list = field(default_factory=list)
    creates_per_second: int = 0

    def prepare(self):
        """Payments to look at, and how fast more can be made."""
        self.creates_per_second = measure(self.stack, self.numbers, "create", CONNECTIONS, 1)["requests"]

    def take_turn(self, workload, seconds):
        for times in (1.5, 3, 6):
            if workload == "process":
                ensure_pending(self.stack, self.numbers, int(times * seconds * self.creates_per_second) + 1000)
            try:
                return self._measure(workload, seconds)
            except UsedUp as reason:
                last = reason
        raise last

    def _measure(self, workload, seconds):
        """The processor time of what is told afterwards counts too."""
        before, deliveries = self._cpu(), self._deliveries()
        turn = measure(self.stack, self.numbers, workload, CONNECTIONS, seconds)
        if self.waits_until_told:
            self.wait_until_told()
        service, database, receiver = (1e6 * (a - b) for a, b in zip(self._cpu(), before))
        turn |= {"service_us": service / turn["requests"], "database_us": database / turn["requests"]}
        if deliveries is not None:
            turn["deliveries"] = self._deliveries() - deliveries
            turn["receiver_us"] = receiver / max(turn["deliveries"], 1)
        self.turns.append(turn)
        return turn

    def _cpu(self):
        return (proc.cpu_seconds(self.stack.service_pid), proc.cpu_seconds(self.stack.database_pid),
                self.receiver.cpu_seconds if self.receiver else 0.0)

    def _deliveries(self):
        return self.receiver.told()["count"] if self.receiver else None

    def wait_until_told(self):
        deadline = time.monotonic() + TOLD_SECONDS
        while left := pending(self.stack.database):
            if time.monotonic() > deadline:
                raise LoadFailed(f"{left} notifications are not told {TOLD_SECONDS} s after the load")
            time.sleep(0.05)

    def figures(self, turns):
        """Of these turns together: rates by time, processor time by request."""
        requests = sum(turn["requests"] for turn in turns)

        def each(name, weight="requests"):
            weights = sum(turn[weight] for turn in turns)
            return round(sum(turn[name] * turn[weight] for turn in turns) / max(weights, 1), 2)

        figures = {"requests": requests,
                   "requests_per_second": round(statistics.mean(turn["requests_per_second"] for turn in turns), 1),
                   "p50_ms": statistics.median(turn["p50_ms"] for turn in turns),
                   "p99_ms": statistics.median(turn["p99_ms"] for turn in turns),
                   "service_us": each("service_us"), "database_us": each("database_us"),
                   "turns_requests_per_second": [turn["requests_per_second"] for turn in turns],
                   "turns_service_us": [round(turn["service_us"], 2) for turn in turns]}
        if self.receiver:
            figures["receiver_us"] = each("receiver_us", "deliveries")
        return figures


def take_turns(sides, workload, seconds, rounds):
    for side in sides:
        side.turns = []
    for _ in range(rounds):
        for side in sides:
            side.take_turn(workload, seconds)


def compare(a, b, turns=slice(None)):
    """Both sides' figures, and b against a: the median of pairs of turns, since one may have been disturbed."""
    firsts, seconds = a.turns[turns], b.turns[turns]

    def median(of):
        return statistics.median(of(first, second) for first, second in zip(firsts, seconds))

    def ratio(name):
        return round(median(lambda first, second: second[name] / max(first[name], 1e-9)), 3)

    def difference(name):
        return round(median(lambda first, second: second[name] - first[name]), 2)

    return {a.name: a.figures(firsts), b.name: b.figures(seconds), "rate_ratio": ratio("requests_per_second"),
            "p99_ratio": ratio("p99_ms"), "service_us_difference": difference("service_us"),
            "database_us_difference": difference("database_us")}
