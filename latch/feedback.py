"""Feedback: counts by day and topic whether an answer helped, without any text and without who said it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

DATABASE = "LATCH_FEEDBACK_DB"
DEFAULT_DATABASE = "var/feedback.sqlite3"

# A person is waiting: a locked database is given up soon.
LOCK_SECONDS = 2.0

_CREATE = """
CREATE TABLE IF NOT EXISTS feedback (
    day TEXT NOT NULL,
    topic TEXT NOT NULL,
    helped INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, topic, helped)
)
"""
_COUNT = """
INSERT INTO feedback (day, topic, helped, count) VALUES (?, ?, ?, 1)
ON CONFLICT (day, topic, helped) DO UPDATE SET count = count + 1
"""
_CREATE_REASONS = """
CREATE TABLE IF NOT EXISTS reasons (
    day TEXT NOT NULL,
    topic TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, topic, reason)
)
"""
_COUNT_REASON = """
INSERT INTO reasons (day, topic, reason, count) VALUES (?, ?, ?, 1)
ON CONFLICT (day, topic, reason) DO UPDATE SET count = count + 1
"""


def database() -> Path:
    """Return the path of the database."""
    return Path(os.environ.get(DATABASE) or DEFAULT_DATABASE)


def today() -> str:
    """Return the day that is counted for (YYYY-MM-DD, UTC)."""
    return datetime.now(timezone.utc).date().isoformat()


def count_feedback(path: Path, day: str, topic: str, helped: bool) -> None:
    """Add one to the count of a day (YYYY-MM-DD, UTC), a topic (empty: none) and whether it helped.

    Raises:
        OSError, sqlite3.Error: when the database cannot be made or written.
    """
    _count(path, _CREATE, _COUNT, (day, topic, int(helped)))


def count_reason(path: Path, day: str, topic: str, reason: str) -> None:
    """Add one to the count of a day, a topic and the reason why an answer did not help.

    Raises:
        OSError, sqlite3.Error: when the database cannot be made or written.
    """
    _count(path, _CREATE_REASONS, _COUNT_REASON, (day, topic, reason))


def _count(path: Path, create: str, count: str, values: tuple[str | int, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS)) as connection, connection:
        connection.execute(create)
        connection.execute(count, values)
