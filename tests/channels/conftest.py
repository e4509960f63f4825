"""The real server, under the name that the tests of the channel have for it; chats."""

from __future__ import annotations

import itertools

import pytest

from tests.server import Server

_CHATS = itertools.count(10_000)


@pytest.fixture(scope="session")
def server(latch_server: Server) -> Server:
    """Return the running server."""
    return latch_server


@pytest.fixture
def chat() -> int:
    """Return a private chat that nothing was said in; it has the id of its person."""
    return next(_CHATS)
