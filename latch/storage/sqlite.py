"""SqliteTable: the table of conversations in a SQLite file, with nothing to install."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from latch.storage.tables import Row

LOCK_SECONDS = 1.0

_SET_UP = (
    "PRAGMA journal_mode=WAL",
    # Without a wait for the disk: what is written outlives this process, not a power cut in the same moment.
    "PRAGMA synchronous=NORMAL",
    # What is deleted is overwritten with zeros.
    "PRAGMA secure_delete=ON",
    "CREATE TABLE IF NOT EXISTS conversations (key TEXT PRIMARY KEY, state TEXT NOT NULL, changed REAL NOT NULL)"
    " WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS conversations_changed ON conversations (changed)",
)
_READ = "SELECT key, state, changed FROM conversations WHERE key = ?"
_WRITE = """
INSERT INTO conversations (key, state, changed) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET state = excluded.state, changed = excluded.changed
"""
_DELETE = "DELETE FROM conversations WHERE key = ?"
_EXPIRE = "DELETE FROM conversations WHERE changed < ? OR changed > ?"
# The log of writes keeps older states until it is emptied.
_EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"


class LogInUseError(sqlite3.OperationalError):
    """Another process reads: the log of writes cannot be emptied now."""


class SqliteTable:
    """See latch.storage.tables.Table. Every method may raise sqlite3.Error and OSError."""

    def __init__(self, path: Path, lock_seconds: float = LOCK_SECONDS) -> None:
        self._path = path
        self._lock_seconds = lock_seconds
        self._connection: sqlite3.Connection | None = None

    def read(self, key: str) -> Row | None:
        """Return the row of a conversation."""
        found = self._open().execute(_READ, (key,)).fetchone()
        return Row(*found) if found else None

    def write(self, rows: Sequence[Row]) -> None:
        """Write rows, all or none."""
        with self._open() as connection:
            connection.executemany(_WRITE, [(row.key, row.state, row.changed) for row in rows])

    def delete(self, keys: Iterable[str]) -> None:
        """Delete rows, and empty the log of writes.

        Raises:
            LogInUseError: when the rows are deleted, but the log could not be emptied.
        """
        with self._open() as connection:
            connection.executemany(_DELETE, [(key,) for key in keys])
        self._empty_log()

    def expire(self, oldest: float, newest: float) -> int:
        """Delete the rows written before `oldest` or after `newest`; return how many there were."""
        with self._open() as connection:
            gone = connection.execute(_EXPIRE, (oldest, newest)).rowcount
        self._empty_log()  # also for what earlier states of other conversations leave in it
        return gone

    def close(self) -> None:
        """Close the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.execute(_EMPTY_LOG)
            connection.close()

    def _empty_log(self) -> None:
        busy = self._open().execute(_EMPTY_LOG).fetchone()[0]
        if busy:
            raise LogInUseError

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            made = not self._path.exists()
            connection = sqlite3.connect(self._path, timeout=self._lock_seconds, check_same_thread=False)
            try:
                if made:
                    self._path.chmod(0o600)
                for statement in _SET_UP:
                    self._patiently(connection, statement)
                connection.commit()
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _patiently(self, connection: sqlite3.Connection, statement: str) -> None:
        """Execute a statement for which SQLite itself does not wait while another process makes the file, too."""
        until = time.monotonic() + self._lock_seconds
        while True:
            try:
                connection.execute(statement)
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
            time.sleep(0.02)
