"""Bytes over a connection, as no client sends them, and the answers that come back."""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.channels.client import Answer

SECONDS = 10.0


def exchange(url: str, parts: Sequence[str | float], answers: int, method: str) -> tuple[list[Answer], float]:
    """Send parts over a new connection; return so many answers, and the seconds until the last was there.

    A text is sent as Latin-1 with CRLF for each end of a line, a number is a wait in seconds. Where the server says
    that it closes the connection, nothing more may come.
    """
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port or 80), SECONDS) as connection:
        begun = time.perf_counter()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may refuse before it has heard all
            for part in parts:
                if isinstance(part, float):
                    time.sleep(part)
                else:
                    connection.sendall(_encoded(part))
        received = connection.makefile("rb")
        found = [read(received, method) for _ in range(answers)]
        seconds = time.perf_counter() - begun
        if found and found[-1].headers.get("connection") == "close":
            with contextlib.suppress(ConnectionResetError):  # it left unread what was sent
                assert received.read() == b""
    return found, seconds


def read(received: io.BufferedReader, method: str) -> Answer:
    """Return the next answer of a connection."""
    answer = http.client.HTTPResponse(_Kept(received), method=method)  # type: ignore[arg-type]
    answer.begin()
    content = answer.read()
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)


def joined(parts: Sequence[Any]) -> bytes:
    """Return parts as inputs.yml has them in one piece, without the waits."""
    texts = (part["of"] * part["times"] if isinstance(part, dict) else part for part in parts)
    return b"".join(_encoded(text) for text in texts if isinstance(text, str))


def _encoded(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("latin-1")


class _Kept:
    """What an answer is read from, which stays open for the next."""

    def __init__(self, read: io.BufferedReader) -> None:
        self._read = read

    def makefile(self, *_: Any) -> _Kept:
        return self

    def close(self) -> None:
        """Stay open."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._read, name)
