"""Questions that were not answered, for editors: only where the operator asks for it, scrubbed, and for some weeks.

`python -m latch.unanswered` prints them. Nothing in them says who asked, in which conversation, or at what hour.
"""

from __future__ import annotations

import os
import re
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
_LONGEST = 300  # characters: a question, no diary
_MOST_A_DAY = 1_000

_CREATE = "CREATE TABLE IF NOT EXISTS unanswered (day TEXT NOT NULL, question TEXT NOT NULL)"
_SET_UP = ("PRAGMA secure_delete=ON", _CREATE)
_KEEP = "INSERT INTO unanswered (day, question) SELECT ?, ? WHERE (SELECT count(*) FROM unanswered WHERE day = ?) < ?"
_EXPIRE = "DELETE FROM unanswered WHERE day < ?"
_LIST = "SELECT day, question FROM unanswered ORDER BY day, question"

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_WHOSE = r"(?:my|his|her|their|our|the|baby['’]?s?|babies|son['’]?s|daughter['’]?s|husband['’]?s|partner['’]?s)"
_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|court|ct|crescent|terrace|place|pl|square|sq|boulevard|"
    r"blvd|way|grove|gardens|park|row|hill|mews|walk|green|quay|parade|highway|hwy)"
)
# In this order: what is most surely known by its form comes first.
_SCRUBBED = tuple(
    (re.compile(pattern, re.IGNORECASE), f"[{name}]")
    for pattern, name in (
        (r"[\w.+'-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w-]+)+", "email"),
        (r"(?:https?://|www\.)\S+", "link"),
        (r"(?<!\w)@\w{3,}", "name"),
        (r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b", "date"),
        (r"\b\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})\b", "date"),
        (rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? ?\d{{2,4}})?\b", "date"),
        (rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? ?\d{{4}})?", "date"),
        (rf"\b{_MONTH} \d{{4}}\b", "date"),
        (r"\b(?:flat|apartment|apt|unit|house|no\.?) ?#?\d+[a-z]?\b,?", "address"),
        (rf"\b\d+[a-z]?,? (?:[\w'’.-]+ ){{1,4}}{_STREET}\b\.?", "address"),
        (r"\bp\.?\s?o\.? box \d+\b", "address"),
        (r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", "address"),  # British postcode
        (r"\b[a-z]\d[\dw] ?[a-z\d]{4}\b", "address"),  # Eircode
        (r"\b[a-z]\d[a-z] ?\d[a-z]\d\b", "address"),  # Canadian postcode
        (r"(?<![\w.])(?:\+|00)?\(?\d(?:[ ()./-]{0,2}\d){6,}(?!\w)", "phone"),
        (r"\b\d{5}(?:-\d{4})?\b", "address"),  # ZIP code, and other long numbers
    )
)
_NAMES = re.compile(
    rf"(?P<lead>\b{_WHOSE}(?: \w+['’]s)? (?:\w+ )?(?:nick|sur|last |first )?names?(?: is|['’]s| are|:)|\bname(?: is|:)"
    r"|\bcalled|\bnamed|\bcall me|\b(?:this is|i am|i['’]?m)(?= (?-i:[A-Z])))"
    r" +(?P<name>[^\W\d_][\w'’-]*(?: (?:and )?(?-i:[A-Z])[\w'’-]*)*)",
    re.IGNORECASE,
)


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


def scrubbed(text: str) -> str:
    """Return a text without e-mail addresses, links, phone numbers, names, dates and addresses, and not too long."""
    for pattern, instead in _SCRUBBED:
        text = pattern.sub(instead, text)
    text = _NAMES.sub(lambda found: f"{found['lead']} [name]", text)
    return " ".join(text.split())[:_LONGEST]


def keep(text: str, path: Path | None = None, now: datetime | None = None) -> None:
    """Keep a question, and drop those whose time is over.

    Raises:
        OSError, sqlite3.Error: when it cannot be kept.
    """
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


def main() -> int:
    """Print the questions, a day and a question a line; return the exit code."""
    expire()
    for day, question in listed():
        print(f"{day}\t{question}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
