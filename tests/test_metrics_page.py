"""The page of metrics is served on a port of its own, and prints nothing whatever its clients do."""

from __future__ import annotations

import socket
import struct
import time
from urllib.request import urlopen

import pytest

from latch import metrics_page
from tests.server import free_port

RESET = struct.pack("ii", 1, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_is_there_over_either_protocol(host: str) -> None:
    port = free_port()
    try:
        metrics_page.serve(host, port)
    except OSError:
        if host == "::1":
            pytest.skip("this machine has no IPv6")
        raise
    address = f"[{host}]" if ":" in host else host
    with urlopen(f"http://{address}:{port}/metrics", timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert b"# TYPE python_info gauge" in answer.read()


def test_a_port_that_is_taken_is_an_error() -> None:
    port = free_port()
    metrics_page.serve("127.0.0.1", port)
    with pytest.raises(OSError, match="in use"):
        metrics_page.serve("127.0.0.1", port)


def test_clients_that_go_away_leave_no_trace(capfd: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    metrics_page.serve("127.0.0.1", port)
    for sent in (b"GET /metrics HTTP/1.1\r\n\r\n", b"GET /metrics HTTP/1.1\r\nX: Zebedee", b"Zebedee", b""):
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.sendall(sent)
    time.sleep(0.5)
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert answer.status == 200
    assert capfd.readouterr() == ("", "")
