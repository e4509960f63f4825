"""PostgresTable: the table of conversations in PostgreSQL, which several servers may share."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import psycopg2
import psycopg2.extensions
import psycopg2.extras
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE

from latch.storage.tables import Row

SECONDS = 1.5  # for connecting, and for one statement
# Where the database is not told otherwise; a primary without standbys waits for its own disk alone.
_OPTIONS = "-c lock_timeout=1000 -c statement_timeout=1500 -c idle_in_transaction_session_timeout=10000"

# Servers that start at once would both make it: PostgreSQL's IF NOT EXISTS fails for one of them.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('latch conversations'))"
_CREATE = """
CREATE TABLE IF NOT EXISTS conversations (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    changed DOUBLE PRECISION NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX IF NOT EXISTS conversations_changed ON conversations (changed);
"""
_THERE = "SELECT to_regclass('conversations') IS NOT NULL"
_READ = "SELECT key, state, changed FROM conversations WHERE key = %s"
_WRITE = """
INSERT INTO conversations (key, state, changed) VALUES %s
ON CONFLICT (key) DO UPDATE SET state = excluded.state, changed = excluded.changed
"""
_DELETE = "DELETE FROM conversations WHERE key = ANY(%s)"
_EXPIRE = "DELETE FROM conversations WHERE changed < %s OR changed > %s"

_SHUT_DOWN = "57P"  # PostgreSQL's codes for a connection that it ends

Result = TypeVar("Result")


class PostgresTable:
    """See latch.storage.tables.Table. Every method may raise psycopg2.Error."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None
        # A database that is frozen keeps its connections: only a clock of one's own ends the wait for it.
        psycopg2.extensions.set_wait_callback(_wait)

    def read(self, key: str) -> Row | None:
        """Return the row of a conversation."""
        found = self._run(lambda cursor: _one(cursor, _READ, (key,)))
        return Row(*found) if found else None

    def write(self, rows: Sequence[Row]) -> None:
        """Write rows, all or none."""
        values = [(row.key, row.state, row.changed) for row in rows]
        self._run(lambda cursor: psycopg2.extras.execute_values(cursor, _WRITE, values))

    def delete(self, keys: Iterable[str]) -> None:
        """Delete rows; PostgreSQL clears their place when it next cleans up the table."""
        listed = list(keys)
        self._run(lambda cursor: cursor.execute(_DELETE, (listed,)))

    def expire(self, oldest: float, newest: float) -> int:
        """Delete the rows written before `oldest` or after `newest`; return how many there were."""

        def work(cursor: Any) -> int:
            cursor.execute(_EXPIRE, (oldest, newest))
            return int(cursor.rowcount)

        return self._run(work)

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg2.Error):
                connection.close()

    def _run(self, work: Callable[[Any], Result]) -> Result:
        """Return what `work` makes of a cursor; a connection that the database closed meanwhile is opened anew."""
        kept = self._connection is not None
        try:
            return self._once(work)
        except psycopg2.Error as error:
            if not kept or not _closed_meanwhile(error):
                raise
        return self._once(work)

    def _once(self, work: Callable[[Any], Result]) -> Result:
        try:
            connection = self._open()
            # One statement is one transaction: nothing is half-written.
            with connection.cursor() as cursor:
                return work(cursor)
        except psycopg2.Error:
            self.close()
            raise

    def _open(self) -> Any:
        if self._connection is None:
            connection = psycopg2.connect(
                self._url, connect_timeout=2, options=_OPTIONS, application_name="latch", keepalives_idle=30
            )
            try:
                with connection.cursor() as cursor:
                    if not _one(cursor, _THERE, ())[0]:
                        cursor.execute(_LOCK)
                        cursor.execute(_CREATE)
                connection.commit()
                connection.autocommit = True
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


class _TooLongError(psycopg2.OperationalError):
    """The database did not answer in time."""


def _closed_meanwhile(error: psycopg2.Error) -> bool:
    """Tell whether a connection broke off, or was closed by a database that was shut down or started again."""
    if isinstance(error, (_TooLongError, psycopg2.DataError, psycopg2.ProgrammingError)):
        return False
    return error.pgcode is None or error.pgcode.startswith(_SHUT_DOWN)


def _one(cursor: Any, statement: str, values: tuple[Any, ...]) -> Any:
    cursor.execute(statement, values)
    return cursor.fetchone()


def _wait(connection: Any) -> None:
    """Wait for the database, but not for ever: what psycopg2 calls whenever it would block."""
    until = time.monotonic() + SECONDS
    while True:
        state = connection.poll()
        if state == POLL_OK:
            return
        left = until - time.monotonic()
        waiting = select.poll()
        waiting.register(connection.fileno(), {POLL_READ: select.POLLIN, POLL_WRITE: select.POLLOUT}[state])
        if left <= 0 or not waiting.poll(left * 1000):
            raise _TooLongError("no answer in time")
