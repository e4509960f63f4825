"""A table of conversations: what every database must be able to do, and which one the settings name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from latch.placeholders import check_address

DATABASE_URL = "LATCH_DATABASE_URL"
DEFAULT_DATABASE = Path("var/conversations.sqlite3")

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")


@dataclass(frozen=True)
class Row:
    """A conversation as a database holds it: a keyed hash of its name, its state, and when that was written."""

    key: str
    state: str
    changed: float  # seconds since 1970


class Table(Protocol):
    """The table of conversations in one database, used by one thread.

    Every method opens the database where it is not open, takes a second or two at the most, and raises whatever the
    database's module raises when it cannot be done.
    """

    def read(self, key: str) -> Row | None:
        """Return the row of a conversation."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write rows, all or none."""

    def delete(self, keys: Iterable[str]) -> None:
        """Delete rows so that nothing of them is left where this process can reach it."""

    def expire(self, oldest: float, newest: float) -> int:
        """Delete the rows written before `oldest` or after `newest`; return how many there were."""

    def close(self) -> None:
        """Close the database; it may be opened again."""


def table(path: str | Path | None = None, environment: Mapping[str, str] = os.environ) -> Table:
    """Return the table in the database that the environment names, else in the SQLite file `path`.

    Raises:
        ValueError: when the environment names a database of no known kind, or with the password of an example.
    """
    from latch.storage.postgres import PostgresTable
    from latch.storage.sqlite import SqliteTable

    url = environment.get(DATABASE_URL)
    if not url:
        return SqliteTable(Path(path or DEFAULT_DATABASE))
    if url.startswith(_POSTGRESQL):
        check_address(DATABASE_URL, url)
        return PostgresTable(url)
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE):
        return SqliteTable(Path(url.removeprefix(_SQLITE)))
    raise ValueError(f"{DATABASE_URL} must begin with postgresql:// or {_SQLITE}.")
