"""The page of metrics, on a port of its own.

prometheus_client has a server for it, too: that one answers some headers with 500 and prints a trace, and waits for
slow clients for ever.
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import Iterable
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from latch import logs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/metrics"
METHODS = ("GET", "HEAD")

logger = logging.getLogger(__name__)


def serve(host: str, port: int) -> None:
    """Serve the page, in a thread of its own.

    Raises:
        OSError: when the port is taken.
    """
    server_class = _Server6 if ":" in host else _Server
    server = make_server(host, port, _page, server_class, _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def _page(environment: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    method = environment["REQUEST_METHOD"]
    if environment["PATH_INFO"] != PATH:
        return _answer(start, "404 Not Found", f"The metrics are at {PATH}.\n".encode())
    if method not in METHODS:
        return _answer(start, "405 Method Not Allowed", b"The metrics can be read.\n", Allow=", ".join(METHODS))
    return _answer(start, "200 OK", generate_latest(), method == "HEAD", **{"Content-Type": CONTENT_TYPE_LATEST})


def _answer(
    start: StartResponse, status: str, content: bytes, head_only: bool = False, **headers: str
) -> Iterable[bytes]:
    found = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(content)), **headers}
    start(status, list(found.items()))
    return [] if head_only else [content]


class _Handler(WSGIRequestHandler):
    timeout = 10  # seconds, for a client that is slow
    default_request_version = "HTTP/1.0"  # what is no HTTP is answered in HTTP all the same

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no HTTP with the number alone: by itself it repeats what came."""
        super().send_error(code)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: a line would hold the address asked for."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log a client that went away in the middle, without what it sent."""
        logger.debug("A request for metrics failed: %s", logs.where(sys.exc_info()[1]))


class _Server6(_Server):
    address_family = socket.AF_INET6
