"""A stand-in for an action server that does what an action server should not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_SECONDS = 20.0
OWN_WORDS = "Give him honey, says Zebedee"

# What it answers, by its name: status, content type, body.
ANSWERS: dict[str, tuple[int, str, str]] = {
    "nothing": (200, "application/json", '{"events": [], "responses": []}'),
    "a text of its own": (
        200,
        "application/json",
        '{"events": [{"event": "restart"}],'
        f' "responses": [{{"text": "{OWN_WORDS}"}}, {{"response": "utter_greet", "text": "{OWN_WORDS}"}}]}}',
    ),
    "a failure": (500, "text/plain", "Zebedee"),
    "a rejection": (400, "application/json", '{"action_name": "action_record_feedback", "error": "Zebedee"}'),
    "a page": (200, "text/html", "<html>Zebedee"),
    "half of it": (200, "application/json", '{"events": ['),
    "a list": (200, "application/json", "[1, 2, 3]"),
    "other forms": (200, "application/json", '{"events": {"a": 1}, "responses": "Zebedee"}'),
    "a deep one": (200, "application/json", "[" * 100_000),
    "emptiness": (200, "application/json", ""),
}
SLOW = "nothing for long"


class Actions:
    """Answers as it is told; counts how often it was asked."""

    def __init__(self) -> None:
        self.answers = "nothing"
        self.asked = 0
        self.url = ""
        self.stop = threading.Event()


@contextmanager
def actions() -> Iterator[Actions]:
    """Yield a running one."""
    found = Actions()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            found.asked += 1
            if found.answers == SLOW:
                found.stop.wait(SLOW_SECONDS)
                return
            status, kind, body = ANSWERS[found.answers]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}/webhook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        found.stop.set()
        server.shutdown()
        server.server_close()
