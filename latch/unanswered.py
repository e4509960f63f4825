"""Questions that were not answered, for editors: only where the operator asks for it, scrubbed, and for some weeks.

`latch unanswered` prints them. Nothing in them says who asked, in which conversation, or at what hour.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

SWITCH = "LATCH_UNANSWERED"
DATABASE = "LATCH_UNANSWERED_DB"
DAYS = "LATCH_UNANSWERED_DAYS"
DEFAULT_DATABASE = "var/unanswered.sqlite3"
DEFAULT_DAYS, MOST_DAYS = 30, 90

LOCK_SECONDS = 2.0
_MOST_A_DAY = 1_000

_CREATE = "CREATE TABLE IF NOT EXISTS unanswered (day TEXT NOT NULL, question TEXT NOT NULL)"
_SET_UP = ("PRAGMA secure_delete=ON", _CREATE)
_KEEP = "INSERT INTO unanswered (day, question) SELECT ?, ? WHERE (SELECT count(*) FROM unanswered WHERE day = ?) < ?"
_EXPIRE = "DELETE FROM unanswered WHERE day < ?"
_LIST = "SELECT day, question FROM unanswered ORDER BY day, question"


def is_on(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether the operator asked for it."""
    return environment.get(SWITCH) == "1"


def database(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the path of the database."""
    return Path(environment.get(DATABASE) or DEFAULT_DATABASE)


def days(environment: Mapping[str, str] = os.environ) -> int:
    """Return for how many days a question is kept.

    Raises:
        ValueError: when the environment names no number of days, or too many.
    """
    given = environment.get(DAYS) or str(DEFAULT_DAYS)
    if not given.isdecimal() or not 0 < int(given) <= MOST_DAYS:
        raise ValueError(f"{DAYS} must be a number of days, at most {MOST_DAYS}.")
    return int(given)


def keep(text: str, path: Path | None = None, now: datetime | None = None) -> None:
    """Keep a question, and drop those whose time is over.

    Raises:
        OSError, sqlite3.Error: when it cannot be kept.
    """
    from latch.scrub import scrubbed  # it needs spaCy, which who only reads does not

    now = now or datetime.now(timezone.utc)
    day = now.date().isoformat()
    with closing(_opened(path or database())) as connection, connection:
        connection.execute(_KEEP, (day, scrubbed(text), day, _MOST_A_DAY))
        connection.execute(_EXPIRE, (_oldest(now),))


def expire(path: Path | None = None, now: datetime | None = None) -> None:
    """Drop the questions whose time is over, where there are any.

    Raises:
        OSError, sqlite3.Error: when they cannot be dropped.
    """
    path = path or database()
    if path.exists():
        with closing(_opened(path)) as connection, connection:
            connection.execute(_EXPIRE, (_oldest(now or datetime.now(timezone.utc)),))


def listed(path: Path | None = None) -> list[tuple[str, str]]:
    """Return the day and the words of every question that is kept."""
    path = path or database()
    if not path.exists():
        return []
    with closing(_opened(path)) as connection:
        return connection.execute(_LIST).fetchall()


def _oldest(now: datetime) -> str:
    return (now - timedelta(days=days())).date().isoformat()


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=LOCK_SECONDS)
    for statement in _SET_UP:
        connection.execute(statement)
    return connection


def run() -> int:
    """Print the questions, a day and a question a line, the oldest first; return the exit code."""
    try:
        expire()
        found = listed()
    except (OSError, ValueError, sqlite3.Error) as error:
        print(f"The unanswered questions cannot be read ({DATABASE}): {error}", file=sys.stderr)
        return 1
    for day, question in found:
        print(f"{day}\t{question}")
    if not found:
        reason = "" if is_on() else f" None are kept unless {SWITCH}=1 is set where Latch runs: docs/privacy.md."
        print(f"There are no unanswered questions.{reason}", file=sys.stderr)
    return 0
