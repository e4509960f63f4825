"""Requests that are sent over one connection of HTTP/2 without waiting for answers, as a browser sends them."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.channels.client import PATH, Answer, Client
from tests.missing import missing

try:
    from h2.connection import H2Connection
    from h2.events import DataReceived, ResponseReceived, StreamEnded
except ImportError:
    H2Connection = None


def post_without_waiting(client: Client, path: str, bodies: Sequence[Any], gap: float) -> list[Answer]:
    """Send each body as JSON, `gap` seconds after the one before; return the answers in the order of the bodies."""
    if H2Connection is None:
        missing("h2 is not installed")
    place = urlsplit(client.url)
    context = ssl.create_default_context(cafile=client.authority)
    context.set_alpn_protocols(["h2"])
    headers = [
        (":method", "POST"),
        (":scheme", "https"),
        (":authority", place.netloc),
        (":path", PATH + path),
        ("content-type", "application/json"),
        ("authorization", f"Bearer {client.token}"),
        ("x-forwarded-for", client.address),
    ]
    plain = socket.create_connection((place.hostname, place.port), timeout=client.timeout)
    with context.wrap_socket(plain, server_hostname=place.hostname) as connected:
        connection = H2Connection()
        connection.initiate_connection()
        streams = []
        for body in bodies:
            streams.append(connection.get_next_available_stream_id())
            connection.send_headers(streams[-1], headers)
            connection.send_data(streams[-1], json.dumps(body).encode(), end_stream=True)
            connected.sendall(connection.data_to_send())
            time.sleep(gap)
        found: dict[int, dict[str, str]] = {}
        content = dict.fromkeys(streams, b"")
        open_streams = set(streams)
        while open_streams:
            received = connected.recv(65_536)
            assert received, "the proxy closed the connection"
            for event in connection.receive_data(received):
                if isinstance(event, ResponseReceived):
                    found[event.stream_id] = {_text(name): _text(value) for name, value in event.headers}
                elif isinstance(event, DataReceived):
                    content[event.stream_id] += event.data
                    connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, StreamEnded):
                    open_streams.discard(event.stream_id)
            connected.sendall(connection.data_to_send())
    return [Answer(int(found[one][":status"]), found[one], content[one]) for one in streams]


def _text(value: bytes | str) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else value
