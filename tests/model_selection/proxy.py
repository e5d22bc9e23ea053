"""A road to a server that can be cut: what a network or a restart does to a client."""

import socket
import socketserver
import threading
from contextlib import suppress


class Proxy(socketserver.ThreadingTCPServer):
    """Passes bytes on between clients and a port of this machine.

    Parameters
    ----------
    target : int
        The port.
    """

    daemon_threads = False  # so that all of them are waited for
    block_on_close = True

    def __init__(self, target):
        super().__init__(("127.0.0.1", 0), _Connection)
        self.target = target
        self.port = self.server_address[1]
        self.is_away = False
        self.refused = 0
        self.ends = set()
        self.lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self.shutdown()
        self._thread.join()
        self.go_away()
        self.server_close()

    def cut(self):
        """End all connections; new ones are taken as before."""
        with self.lock:
            for each in self.ends:
                _end(each)

    def go_away(self):
        """End all connections, and take no new ones until ``is_away`` is False."""
        self.is_away = True
        self.cut()


class _Connection(socketserver.BaseRequestHandler):
    def handle(self):
        proxy = self.server
        if proxy.is_away:
            proxy.refused += 1
            return
        with socket.create_connection(("127.0.0.1", proxy.target)) as server:
            pair = {self.request, server}
            with proxy.lock:
                proxy.ends |= pair
            back = threading.Thread(target=_pass_on, args=(server, self.request))
            back.start()
            _pass_on(self.request, server)
            back.join()
            with proxy.lock:
                proxy.ends -= pair


def _pass_on(source, sink):
    with suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    _end(source)
    _end(sink)


def _end(connection):
    with suppress(OSError):  # it is at its end already
        connection.shutdown(socket.SHUT_RDWR)
