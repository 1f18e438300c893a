"""What can go wrong between a provider and those who call it, by order of a test.

    {"faults": [{"on": "POST /v1/refunds", "kind": "reset_after", "times": 1}]}

`on` is compared with "METHOD path" from its beginning, as it stands or as a regular expression (end it with `$` for one
path alone). `times` is how often (default 1, -1 for ever), `probability` is drawn from the peer's seed. The first
fault of the list that matches acts.

kind                            effect  what the caller sees
reset_before, reset_after       no/yes  the connection is reset (RST)
close_before, close_after       no/yes  the connection ends without an answer (FIN)
hang_before, hang_after         no/yes  silence
status:N                        no      that status. Remembered with the key as the provider does (Stripe: its 500)
500_before                      no      500, which the provider does not remember
500_after                       yes     500; the next try with the same key gets the true answer
500_after_stored                yes     500, and again 500 for every try with the same key
html, huge, bad_json, empty     yes     200 and a page; JSON of 10 MB; half of a JSON; no body
cut                             yes     the body ends before its Content-Length
wrong_amount, wrong_currency    yes     the true answer with another amount or currency
other_payment                   yes     the true answer, about another payment
unknown_status, backwards       yes     the true answer with a status that nobody knows; with an earlier status
slow:MS                         yes     the true answer, later

With "effect": false, those from `html` on that send an answer of their own have no effect.
"""

import random
import re

BEFORE = ("reset_before", "close_before", "hang_before", "500_before")
AT_THE_LINE = ("html", "huge", "bad_json", "empty", "cut")
IN_THE_ANSWER = ("wrong_amount", "wrong_currency", "other_payment", "unknown_status", "backwards")
OTHERS = ("reset_after", "close_after", "hang_after", "500_after", "500_after_stored")
HUGE = b'{"id": "' + b"x" * 10_000_000 + b'"}'


class Fault:

    def __init__(self, on, kind, times=1, probability=1.0, effect=True):
        self.on, self.kind, self.times, self.probability = on, kind, times, probability
        word, _, number = kind.partition(":")
        self.status = int(number) if word == "status" else 500 if word.startswith("500_") else None
        self.delay_ms = int(number) if word == "slow" else 0
        if word not in ("status", "slow") and kind not in BEFORE + AT_THE_LINE + IN_THE_ANSWER + OTHERS:
            raise ValueError(f"no such fault: {kind}")
        self.before = kind in BEFORE or word == "status" or (kind in AT_THE_LINE and not effect)
        self.pattern = re.compile(on)

    def matches(self, line):
        return self.times != 0 and (line.startswith(self.on) or self.pattern.match(line))


class Faults:

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.list = []

    def replace(self, descriptions):
        self.list = [Fault(**one) for one in descriptions]

    def pick(self, line):
        for fault in self.list:
            if fault.matches(line) and (fault.probability >= 1 or self.chance.random() < fault.probability):
                fault.times -= fault.times > 0
                return fault
        return None


def bytes_at_the_line(kind, answer):
    """What is sent in place of a well-made answer."""
    body = answer.body()
    if kind == "html":
        page = b"<!DOCTYPE html><html><body><h1>Temporarily unavailable</h1></body></html>"
        answer.headers["Content-Type"] = "text/html"
        return answer.wire(page)
    if kind == "huge":
        return answer.wire(HUGE)
    if kind == "bad_json":
        return answer.wire(body[:len(body) // 2] or b"{")
    if kind == "empty":
        return answer.wire(b"")
    return answer.wire(body[:len(body) // 2], length=max(len(body), 100))  # cut; the connection is closed after it
