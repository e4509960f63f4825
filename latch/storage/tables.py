"""A table of conversations: what every database must be able to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


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
