"""The real server, under the name that the tests of the channel have for it, and as a Telegram bot."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.telegram_server import TelegramBot, telegram_bot
from tests.channels.telegram_stand_in import TelegramStandIn
from tests.server import Server

_CHATS = itertools.count(10_000)


@pytest.fixture(scope="session")
def server(latch_server: Server) -> Server:
    """Return the running server."""
    return latch_server


@pytest.fixture(scope="session")
def bot(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TelegramBot]:
    """Return the server as a Telegram bot, started once; what a careless client would do is none of its ways."""
    with (
        TelegramStandIn().running() as telegram,
        telegram_bot(tmp_path_factory.mktemp("telegram"), telegram) as started,
    ):
        yield started
    assert telegram.slips == []


@pytest.fixture
def chat() -> int:
    """Return a private chat that nothing was said in; it has the id of its person."""
    return next(_CHATS)
