"""Feedback is counted, and nothing of the person is kept."""

from __future__ import annotations

import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.record_feedback import ActionRecordFeedback, count_feedback
from latch.plan import Repertoire, Understanding, plan
from latch.responses import Book

ROOT = Path(__file__).parents[2]
SECRETS = (b"Zebedee", b"tired", b"sender-4711", b"4711")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of a database that is not there yet, in a folder that is not there yet."""
    path = tmp_path / "new" / "feedback.sqlite3"
    monkeypatch.setenv("LATCH_FEEDBACK_DB", str(path))
    return path


def _run(state: dict[str, Any]) -> list[dict[str, Any]]:
    dispatcher = CollectingDispatcher()
    assert ActionRecordFeedback().run(dispatcher, Tracker.from_dict(state), {}) == []
    messages: list[dict[str, Any]] = dispatcher.messages
    return messages


def _rows(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT topic, helped, count FROM feedback ORDER BY topic, helped").fetchall()


def test_feedback_is_counted_by_topic_and_whether_it_helped(database: Path, tracker_state: Any) -> None:
    for intent in ("feedback_helped", "feedback_helped", "feedback_not_helped"):
        _run(tracker_state(intent, last_topic="let_down"))
    _run(tracker_state("feedback_helped", last_topic="twins_at_once"))
    assert _rows(database) == [("let_down", 0, 1), ("let_down", 1, 2), ("twins_at_once", 1, 1)]


def test_days_are_counted_apart(database: Path) -> None:
    for day in ("2026-11-22", "2026-11-23", "2026-11-23"):
        count_feedback(database, day, "let_down", helped=True)
    assert sorted(row[2] for row in _rows(database)) == [1, 2]


def test_nothing_of_text_or_sender_is_kept(database: Path, tracker_state: Any) -> None:
    _run(tracker_state("feedback_helped", last_topic="let_down"))
    kept = b"".join(path.read_bytes() for path in database.parent.iterdir())
    assert b"let_down" in kept
    assert not [secret for secret in SECRETS if secret in kept]
    with closing(sqlite3.connect(database)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(feedback)")]
    assert columns == ["day", "topic", "helped", "count"]


@pytest.mark.parametrize("topic", [None, 7, "my baby Zebedee", "x" * 500, "<script>"])
def test_what_is_no_topic_is_counted_without_topic(database: Path, tracker_state: Any, topic: Any) -> None:
    _run(tracker_state("feedback_not_helped", last_topic=topic))
    assert _rows(database) == [("", 0, 1)]


def test_another_intent_is_not_counted(database: Path, tracker_state: Any) -> None:
    _run(tracker_state("thanks", last_topic="let_down"))
    assert not database.exists()


def test_a_message_without_intent_is_not_counted(database: Path, tracker_state: Any) -> None:
    _run({**tracker_state("feedback_helped"), "latest_message": {"intent": None}})
    assert not database.exists()


def test_many_at_once_are_all_counted(database: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: count_feedback(database, "2026-11-23", "let_down", helped=True), range(40)))
    assert _rows(database) == [("let_down", 1, 40)]


def test_without_a_setting_the_database_is_in_var(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tracker_state: Any
) -> None:
    monkeypatch.delenv("LATCH_FEEDBACK_DB", raising=False)
    monkeypatch.chdir(tmp_path)
    _run(tracker_state("feedback_helped"))
    assert (tmp_path / "var" / "feedback.sqlite3").is_file()


@pytest.mark.parametrize("obstacle", ["folder", "file_for_folder", "no_database"])
def test_a_database_that_fails_is_logged_in_one_line_and_changes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tracker_state: Any,
    obstacle: str,
) -> None:
    path = tmp_path / "feedback.sqlite3"
    if obstacle == "folder":
        path.mkdir()
    elif obstacle == "file_for_folder":
        path.write_text("")
        path = path / "feedback.sqlite3"
    else:
        path.write_text("this is no database " * 100)
    monkeypatch.setenv("LATCH_FEEDBACK_DB", str(path))
    with caplog.at_level(logging.WARNING):
        assert _run(tracker_state("feedback_helped", last_topic="let_down")) == []
    (record,) = caplog.records
    assert "\n" not in caplog.text.strip()
    assert not [secret for secret in (*SECRETS, b"let_down") if secret.decode() in record.getMessage()]


@pytest.mark.parametrize("intent", ["feedback_helped", "feedback_not_helped"])
def test_the_bots_own_line_is_said_since_the_action_says_nothing(
    database: Path, tracker_state: Any, intent: str
) -> None:
    assert _run(tracker_state(intent)) == []
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    actions = config["policies"][0]["actions"]
    (step,) = plan(Understanding(intent), Repertoire(Book({}), actions)).steps
    assert (step.action, step.otherwise) == ("action_record_feedback", f"utter_{intent}")
    said = yaml.safe_load((ROOT / "data" / "conversation" / f"{intent}.yml").read_text(encoding="utf-8"))["responses"]
    assert step.otherwise in said
