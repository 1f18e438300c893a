#!/usr/bin/env python3
"""Exercise 4: refunds of 30 race for a payment of 100."""

import collections

import lab

REFUNDS = 12


def main():
    ports = lab.arguments(__doc__, port=5102)
    with lab.folder() as folder, lab.service(ports.port, folder / "ours.db"):
        payment = lab.create(ports.port, order=1, amount=100)
        lab.send(ports.port, "POST", f"/payments/{payment}/process", lab.CARD)
        refund = f"/payments/{payment}/refund"
        replies = lab.at_once(REFUNDS, lambda: lab.send(ports.port, "POST", refund, {"amount": 30}))
        for answer, count in sorted(collections.Counter((status, body.get("code")) for status, body in replies).items()):
            print(f"{count} answers of {answer[0]} {answer[1] or ''}".rstrip())
        lab.check("three went through", sum(status == 200 for status, _ in replies) == 3)
        after = lab.send(ports.port, "GET", f"/payments/{payment}")[1]
        print(f"{after['status']}: {after['refunded_amount']} of {after['captured_amount']} given back")
        lab.check("90 is gone, and not a cent more", after["refunded_amount"] == 90)

        # Nobody races now: the rest is refunded with one key, twelve times.
        key = {"Idempotency-Key": "the-rest"}
        replies = lab.at_once(REFUNDS, lambda: lab.send(ports.port, "POST", refund, {"amount": 10}, key))
        rows = lab.send(ports.port, "GET", f"/payments/{payment}/refunds")[1]["data"]
        print("refunds:", " + ".join(str(row["amount"]) for row in rows))
        statuses = {status for status, _ in replies}
        lab.check("one key is one refund, for whoever sends it", statuses == {200} and len(rows) == 4)


main()
