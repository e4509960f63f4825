"""Small messages, answers and a bot that needs no model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from latch.ask import Answer
from latch.evaluation.asking import Asked
from latch.evaluation.judging import Knowledge
from latch.evaluation.messages import HeldOut, read_messages
from tests.evaluation.texts import CATEGORIES, TITLES


@pytest.fixture
def knowledge() -> Knowledge:
    """Return a bot's knowledge: three topics in two categories, and two other intents."""
    return Knowledge(TITLES, CATEGORIES, frozenset({"greet", "show_sources"}))


@pytest.fixture
def answer() -> Callable[..., Answer]:
    """Return what makes an answer in the form of `latch ask --json`."""

    def make(*topics: str, **values: Any) -> Answer:
        found = [{"id": topic, "category": CATEGORIES.get(topic, "elsewhere")} for topic in topics]
        empty = {"intent": None, "doubt": False, "offered": [], "out_of_scope": False, "dangers": [], "replies": []}
        return {**empty, "topics": found, **values}

    return make


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], list[HeldOut]]:
    """Return what reads one file of messages."""

    def make(text: str) -> list[HeldOut]:
        (tmp_path / "messages.yml").write_text(text, encoding="utf-8")
        return read_messages(tmp_path)

    return make


@pytest.fixture
def ask(read: Callable[[str], list[HeldOut]]) -> Callable[..., list[Asked]]:
    """Return what pairs the messages of a file with answers, in order."""

    def make(text: str, *answers: Answer, ranking: tuple[tuple[str, float], ...] = ()) -> list[Asked]:
        messages = read(text)
        assert len(messages) == len(answers)
        return [Asked(message, one, ranking, 2.0, 3.0) for message, one in zip(messages, answers)]

    return make
