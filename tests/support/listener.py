"""A threaded HTTP server on loopback that ends at once: its port and all its connections close together.

For stand-ins that a test takes down and brings up again on the same port.
"""

import socket
import threading
from http.server import ThreadingHTTPServer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 1024

    def __init__(self, address, handler):
        self.connections = set()
        self.guard = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request, client_address):
        with self.guard:
            self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        with self.guard:
            self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        pass  # a peer that went away


class Listener:
    """Serves `handler` (a BaseHTTPRequestHandler class) until `stop`. Port 0 takes a free one."""

    def __init__(self, handler, port=0):
        self._server = _Server(("127.0.0.1", port), handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        with self._server.guard:
            for connection in self._server.connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
