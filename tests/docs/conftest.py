"""What the tests of documents share: a fresh checkout, in which the documents' own commands build the program.

The checkout is a temporary folder with the tracked files as they are in the working tree; made once, removed at the end, and
between documents restored but for `build/`. PAYMENT_SERVICE_CHECKOUT=FOLDER takes that folder instead and keeps it, its build
too: quick the second time. One run at a time has it (FOLDER.lock).

The documents' own port, 5009, must be free.
"""

import os
import shutil
import signal

import pytest
from support.checkouts import Checkout


def pytest_sessionstart(session):
    """SIGTERM, as of `timeout`, ends what the tests have started, as Ctrl-C does."""
    def interrupt(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    kept = os.environ.get("PAYMENT_SERVICE_CHECKOUT")
    folder = kept or tmp_path_factory.mktemp("checkout") / "payment-service"
    checkout = Checkout(folder)
    yield checkout
    checkout.release()
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)
