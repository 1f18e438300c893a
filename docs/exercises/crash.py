#!/usr/bin/env python3
"""Exercise 3: kill -9 in the middle of load. What was acknowledged is there; the books balance."""

import http.client
import itertools
import subprocess
import threading
import time

import lab

CLIENTS = 8
LOAD_SECONDS = 1.0


class Load:
    """Clients that create and process until nobody answers any more; what was acknowledged to them."""

    def __init__(self, port):
        self.created, self.paid = set(), set()
        self.orders = itertools.count(1)
        self.threads = [threading.Thread(target=self.pay, args=(port,)) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def pay(self, port):
        try:
            while True:
                payment = lab.create(port, next(self.orders), 10)
                self.created.add(payment)
                status, _ = lab.send(port, "POST", f"/payments/{payment}/process", lab.CARD)
                if status == 200:
                    self.paid.add(payment)
        except (OSError, http.client.HTTPException, ValueError):
            pass  # the service is gone

    def end(self):
        for thread in self.threads:
            thread.join()


def main():
    ports = lab.arguments(__doc__, port=5102)
    with lab.folder() as folder:
        database = folder / "ours.db"
        with lab.service(ports.port, database) as process:
            load = Load(ports.port)
            time.sleep(LOAD_SECONDS)
            process.kill()
            load.end()
        print(f"killed with {len(load.created)} creates and {len(load.paid)} charges acknowledged")
        lab.check("there was load", len(load.paid) >= CLIENTS)
        verify = subprocess.run([lab.PROGRAM, "verify", "--database", f"sqlite:{database}"], capture_output=True, text=True,
                                timeout=60)
        print(verify.stdout.strip() or verify.stderr.strip())
        lab.check("verify finds nothing wrong", verify.returncode == 0)
        with lab.service(ports.port, database):
            kept = {payment: lab.send(ports.port, "GET", f"/payments/{payment}") for payment in load.created}
        lab.check("every payment that was acknowledged is there", all(status == 200 for status, _ in kept.values()))
        lab.check("every charge that was acknowledged is there", all(kept[payment][1]["is_paid"] for payment in load.paid))


main()
