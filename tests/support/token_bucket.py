"""A rate limit as KrakenD has it: a bucket that fills at a rate and starts full."""

import threading
import time


class TokenBucket:

    def __init__(self, rate, capacity=None):
        """`rate` is per second. Without a capacity it is what one second brings, and never less than one."""
        self.rate = rate
        self.capacity = capacity or max(1, int(rate))
        self.tokens, self.at = float(self.capacity), time.monotonic()
        self.guard = threading.Lock()

    def take(self):
        with self.guard:
            now = time.monotonic()
            self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.rate)
            self.at = now
            if self.tokens < 1:
                return False
            self.tokens -= 1
            return True
