"""Feedback is counted by day, topic and reason, and holds nothing of a person."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from latch import feedback
from latch.channels.web.ratings import Ratings


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "new" / "feedback.sqlite3"
    monkeypatch.setenv("LATCH_FEEDBACK_DB", str(path))
    return path


def rows(path: Path, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[1:] for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")]


def test_a_reason_is_counted_beside_the_answer(database: Path) -> None:
    for _ in range(2):
        feedback.count_reason(feedback.database(), "2026-11-23", "let_down", "unclear")
    assert rows(database, "reasons") == [("let_down", "unclear", 2)]


def rate(*ratings: tuple[str, str, bool, str | None], most: int = 10) -> Ratings:
    async def all_of_them() -> Ratings:
        kept = Ratings(most)
        for conversation, reply, helped, reason in ratings:
            await kept.count(conversation, reply, "let_down", helped, reason)
        return kept

    return asyncio.run(all_of_them())


def test_a_reply_is_counted_once_in_each_conversation(database: Path) -> None:
    again = ("web-1", "r1", True, None)
    rate(again, again, ("web-2", "r1", True, None), ("web-1", "r2", True, None))
    assert rows(database, "feedback") == [("let_down", 1, 3)]


def test_a_reason_may_follow_and_a_mind_may_change(database: Path) -> None:
    rate(("w", "r", False, None), ("w", "r", False, "wrong"), ("w", "r", False, "wrong"), ("w", "r", True, None))
    assert rows(database, "feedback") == [("let_down", 0, 1), ("let_down", 1, 1)]
    assert rows(database, "reasons") == [("let_down", "wrong", 1)]


def test_what_is_remembered_to_count_once_is_bounded_and_can_be_forgotten(database: Path) -> None:
    kept = rate(*(("w", str(number), True, None) for number in range(20)), most=10)
    assert len(kept._said) == 10
    kept.forget("w")
    assert not kept._said
