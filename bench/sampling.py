"""The highest of a number while something else happens."""

import threading

PAUSE_SECONDS = 0.1


class Sampled:

    def __init__(self, read):
        self._read, self.most = read, read()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self):
        while not self._ended.wait(PAUSE_SECONDS):
            self.most = max(self.most, self._read())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
