"""The real server, under the name that the tests of the channel have for it."""

from __future__ import annotations

import pytest

from tests.server import Server


@pytest.fixture(scope="session")
def server(latch_server: Server) -> Server:
    """Return the running server."""
    return latch_server
