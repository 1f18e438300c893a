"""Waiting in tests: for something to become true, never for time to pass."""

import statistics
import time


def eventually(question, seconds=10, pause=0.02):
    """Asks until the answer is truthy, and returns it; fails with the last answer when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {question.__doc__ or ''} {answer!r}")
        time.sleep(pause)


def seconds_of(action):
    """(what the action returned, how many seconds it took)."""
    begin = time.monotonic()
    result = action()
    return result, time.monotonic() - begin


def median_seconds(action, times=9):
    """What it takes usually: a machine that is busy for a moment makes one slow, not most."""
    return statistics.median(seconds_of(action)[1] for _ in range(times))
