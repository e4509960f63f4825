"""The trained bot, loaded once, and a conversation with it; what the project's data holds, read once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from latch.ask import Answer, answer_message
from latch.assistant import Assistant, newest_model
from latch.content.helplines import TABLE, load_helplines
from latch.helplines import Helplines
from tests.channels.telegram_server import TelegramBot, telegram_bot
from tests.channels.telegram_stand_in import TelegramStandIn
from tests.postgres import Postgres, running_postgres
from tests.server import Server, free_port, running

ROOT = Path(__file__).parents[1]
# Nothing listens here, so the action server is down.
NO_ACTION_SERVER = "action_endpoint:\n  url: http://127.0.0.1:9/webhook\n"


class Conversation:
    """One person's conversation with the bot."""

    def __init__(self, assistant: Assistant, sender: str) -> None:
        self._assistant = assistant
        self._sender = sender

    def say(self, text: str) -> Answer:
        """Return what the bot understood and said, in the form of `latch ask --json`."""
        return asyncio.run(answer_message(self._assistant, text, self._sender))

    def slot(self, name: str) -> Any:
        """Return what the bot remembers."""
        tracker = asyncio.run(self._assistant._agent.tracker_store.retrieve(self._sender))
        return tracker.get_slot(name)


@pytest.fixture(scope="session")
def helplines() -> Helplines:
    """Return the project's table of helplines."""
    return load_helplines(ROOT / "data" / TABLE)


@pytest.fixture(scope="session")
def project_responses() -> dict[str, list[dict[str, Any]]]:
    """Return every response of the project, as a model trained on its data holds them."""
    from latch.importer import TopicImporter

    importer = TopicImporter(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")])
    found: dict[str, list[dict[str, Any]]] = importer.get_nlu_data().responses
    return found


@pytest.fixture(scope="session")
def model() -> Path:
    """Return the newest trained model; without one, the error names the command that makes it."""
    return newest_model(ROOT / "models")


@pytest.fixture(scope="session")
def latch_server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the server, started once for all tests that talk to it."""
    with running(tmp_path_factory.mktemp("server"), free_port()) as server:
        yield server
    with pytest.raises(ConnectionRefusedError):
        server.client.request("GET", "/healthz")


@pytest.fixture(scope="session")
def bot(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TelegramBot]:
    """Return the server as a Telegram bot, started once; what a careless client would do is none of its ways."""
    with (
        TelegramStandIn().running() as telegram,
        telegram_bot(tmp_path_factory.mktemp("telegram"), telegram) as started,
    ):
        yield started
    assert telegram.slips == []


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a PostgreSQL, started once for all tests that need one."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def assistant(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Return the trained bot, whose action server is down."""
    endpoints = tmp_path_factory.mktemp("endpoints") / "endpoints.yml"
    endpoints.write_text(NO_ACTION_SERVER, encoding="utf-8")
    return Assistant.load(model, endpoints)


@pytest.fixture(scope="session")
def start(assistant: Assistant) -> Callable[[], Conversation]:
    """Return what starts a new conversation."""
    number = itertools.count()
    return lambda: Conversation(assistant, f"test-{next(number)}")


@pytest.fixture
def conversation(start: Callable[[], Conversation]) -> Conversation:
    """Return a new conversation."""
    return start()
