"""StrictHttp: how Sanic reads a request, with the checks that it leaves out.

The Sanic that Rasa allows reads lengths with `int`: one request with "Content-Length: -1" keeps it busy for ever, and
one with a word there is answered with 500. It drops connections whose address is none, without an answer. And where two
servers read the end of a request differently, one request can hide in another (RFC 9112, sections 3.2, 5 and 6.3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from httptools import HttpParserError
from sanic.compat import Header
from sanic.exceptions import InvalidUsage, ServiceUnavailable
from sanic.http import Http
from sanic.server.protocols import http_protocol

_LENGTH = re.compile(r"[0-9]{1,12}[ \t]*")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")  # Sanic has made them lower case
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_ONCE = ("content-length", "transfer-encoding", "host")


def read_strictly() -> None:
    """Let every server of this process that is started from now on read requests with StrictHttp."""
    # Sanic has no place for a reader of one's own.
    http_protocol.Http = StrictHttp  # type: ignore[attr-defined]


class StrictHttp(Http):
    """Refuses with 400, and closes the connection, what Sanic would misread."""

    __slots__ = ()

    async def http1_request_header(self) -> None:
        """Read the head of a request.

        Raises:
            InvalidUsage: when it is malformed.
            PayloadTooLarge: when it is too long.
        """
        try:
            await super().http1_request_header()  # type: ignore[no-untyped-call]
        except (ValueError, KeyError, HttpParserError):  # a length that is no number, none at all, no address
            self._refuse()
        self.upgrade_websocket = False  # nothing here is one, and Sanic lets such a connection stay for ever
        if not _is_sound(self.request.headers, self.request.version, bytes(self.request.raw_url)):
            self._refuse()

    async def read(self) -> bytes | None:
        """Return some of the body of a request, None at its end.

        Raises:
            InvalidUsage: when it is malformed; then nothing more is read, or Sanic would stumble over it again.
            PayloadTooLarge: when it is too long.
        """
        try:
            found: bytes | None = await super().read()
            return found
        except InvalidUsage:
            self.request_body = None
            raise

    async def error_response(self, exception: Exception) -> None:
        """Answer a request that failed; of one that took too long to arrive, wait for nothing more."""
        await super().error_response(exception)
        if isinstance(exception, ServiceUnavailable):
            self.request_body = None  # Sanic would wait for its end for ever

    def _refuse(self) -> NoReturn:
        self.url = None  # what the answer to an error is made with must be an address
        self.request_body = None  # nor can it be told where the body ends
        self.keep_alive = False
        raise InvalidUsage("Bad Request")


def _is_sound(headers: Header, version: str, url: bytes) -> bool:
    """Tell whether it is beyond doubt for whom a request is and where it ends."""
    lengths, encodings, hosts = (_values(headers, name) for name in _ONCE)
    if any(len(values) > 1 for values in (lengths, encodings, hosts)) or (lengths and encodings):
        return False
    if not all(_LENGTH.fullmatch(one) for one in lengths) or not all(one == "chunked" for one in encodings):
        return False
    if (version == "1.1" and not hosts) or (version == "1.0" and encodings):
        return False
    if not all(_NAME.fullmatch(name) and not _CONTROL.search(value) for name, value in headers.items()):
        return False
    return url.isascii()


def _values(headers: Header, name: str) -> Sequence[str]:
    return headers.getall(name, ())
