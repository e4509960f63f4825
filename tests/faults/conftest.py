"""Servers for tests that do them harm: each test has its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from latch.storage.database import DATABASE_URL, table
from latch.storage.keys import Keys
from latch.storage.state import State
from tests.channels.client import Client
from tests.faults.conversations import name_of
from tests.postgres import Postgres, running_postgres
from tests.server import SECRET, Server, free_port, running

Serve = Callable[..., Any]


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """Return a PostgreSQL that the test may freeze, stop and start."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Return what runs a server in the test's folder, with more in its environment."""

    @contextmanager
    def start(**more: str) -> Iterator[Server]:
        with ExitStack() as stack:
            yield stack.enter_context(running(tmp_path, free_port(), more))

    return start


def conversation(client: Client) -> str:
    """Return the name of a client's conversation."""
    return name_of(client.token or "")


def stored(client: Client, url: str) -> State | None:
    """Return what a database holds of a client's conversation."""
    opened = table(None, {DATABASE_URL: url})
    try:
        row = opened.read(key(client))
        return State.read(row.state) if row else None
    finally:
        opened.close()


def key(client: Client) -> str:
    """Return the key under which a client's conversation is stored."""
    return Keys(SECRET).of(conversation(client))


def count(client: Client, url: str) -> int:
    """Return how many messages were said in a client's conversation, as a database has it."""
    state = stored(client, url)
    return int(state.said["count"]) if state else 0


def url(server: Server) -> str:
    return f"sqlite:///{server.database}"


def in_danger(client: Client) -> bool:
    return bool(client.say("my baby is not breathing").json["replies"][0]["kind"] == "danger")


def goes_on(client: Client) -> None:
    """Ask something, and then more on it."""
    topic = client.say("what is colostrum, asks Zebedee Quillfeather").json["replies"][0]["topic"]
    assert topic
    assert client.say("tell me more").json["replies"][0]["topic"] == topic
