#!/usr/bin/env python3
"""Exercise 1: one payment, eight requests to process it at the same moment; against naive.py, then against ours."""

import pathlib
import sys

import lab

REQUESTS = 8


def race(port):
    """(answers of 200, charges) of one payment that everybody processes at once."""
    payment = lab.create(port, order=1, amount=100)
    replies = lab.at_once(REQUESTS, lambda: lab.send(port, "POST", f"/payments/{payment}/process", lab.CARD))
    attempts = lab.send(port, "GET", f"/payments/{payment}/attempts")[1]["data"]
    return sum(status == 200 for status, _ in replies), sum(one["outcome"] == "succeeded" for one in attempts)


def main():
    ports = lab.arguments(__doc__, naive_port=5101, port=5102)
    with lab.folder() as folder:
        naive = [sys.executable, pathlib.Path(__file__).with_name("naive.py"), str(ports.naive_port), folder / "naive.db"]
        with lab.running(naive, ports.naive_port):
            paid, charges = race(ports.naive_port)
        print(f"naive: {REQUESTS} requests, {paid} answers of 200, {charges} charges")
        lab.check("the naive service charged more than once", charges > 1)
        with lab.service(ports.port, folder / "ours.db"):
            paid, charges = race(ports.port)
        print(f"ours:  {REQUESTS} requests, {paid} answers of 200, {charges} charges")
        lab.check("ours answered everybody and charged once", (paid, charges) == (REQUESTS, 1))


main()
