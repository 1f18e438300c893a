"""Does a command show what a document says it shows? What changes from one time to the next is masked on both sides.

In a document `…` alone on a line stands for any number of lines, and within a line for any text.
"""

import difflib
import re

_MASKS = [
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "TIME"),
    (re.compile(r"\bpay_(?:[A-Za-z0-9_-]{16,}|…)"), "KEY"),
    (re.compile(r"\bkey [0-9a-f]{8}\b"), "key KEY_ID"),
    (re.compile(r"(\"?request_id\"?\s*[:=]\s*\"?)[A-Za-z0-9_-]+"), r"\1REQUEST"),
    (re.compile(r"(?i)(x-request-id:\s*)\S+"), r"\1REQUEST"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "REQUEST"),
    (re.compile(r"(\"(?:us|ms)\"\s*:\s*)\d+"), r"\1DURATION"),
    (re.compile(r"\b\d+(?:\.\d+)?\s?(?:ns|us|µs|ms|s)\b"), "DURATION"),
    (re.compile(r"(?i)(\bpid[ =:]+|\bprocess )\d+"), r"\1PID"),
    (re.compile(r"(?i)^(date: ).*"), r"\1TIME"),
]
_ANY_LINES = "…"


def masked(line):
    for pattern, name in _MASKS:
        line = pattern.sub(name, line)
    return line.rstrip()


def _trimmed(lines):
    """Without empty lines at either end, which separate commands."""
    lines = [line.rstrip() for line in lines]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _pattern(lines):
    parts = []
    for line in lines:
        if line.strip() == _ANY_LINES:
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append(r"[^\n]*?".join(re.escape(part) for part in masked(line).split("…")) + r"\n")
    return re.compile("".join(parts))


def difference(expected, got):
    """None when the lines `got` are as `expected` says, else a diff for people (of masked lines)."""
    expected, got = _trimmed(expected), _trimmed([line.replace("\r", "") for line in got])
    if _pattern(expected).fullmatch("".join(masked(line) + "\n" for line in got)):
        return None
    shown = difflib.unified_diff([masked(line) for line in expected], [masked(line) for line in got],
                                 "the document", "what came", lineterm="", n=3)
    return "\n".join(shown) or "nothing differs but empty lines"
