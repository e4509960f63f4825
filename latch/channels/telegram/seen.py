"""Seen: which updates were answered and by which messages, across restarts, for every process that shares the file.

An update is taken, answered, and kept as answered for longer than Telegram sends it again. One that a process took and
did not live to answer can be taken again. The messages of an answer are kept for as long, to be replaced when what they
answer is edited, which Telegram allows for two days.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

# Telegram keeps an update for a day, and lets a message be edited or deleted for two.
KEPT_SECONDS = 2 * 86_400
# A process that cannot be seen (a file system without locks) is given up after this.
LEASE_SECONDS = 900
LOCK_SECONDS = 5.0
EXPIRED_EVERY = 3_600.0  # seconds

_CREATE = (
    """
CREATE TABLE IF NOT EXISTS seen (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0,
    parts INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    since REAL NOT NULL
) WITHOUT ROWID
""",
    """
CREATE TABLE IF NOT EXISTS replies (
    conversation TEXT NOT NULL,
    message INTEGER NOT NULL,
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    messages TEXT NOT NULL,
    since REAL NOT NULL,
    PRIMARY KEY (conversation, message)
) WITHOUT ROWID
""",
)

Result = TypeVar("Result")


class InWorkError(Exception):
    """Another process is about to answer the update."""


@dataclass(frozen=True)
class Taken:
    """An update to answer: so many parts of its answer were sent, and so many tries failed, before."""

    parts: int = 0
    tries: int = 0


@dataclass(frozen=True)
class Reply:
    """The answer to a message of a conversation: the ids of the messages that it stands in.

    `at` is when the message was written or edited (seconds); `text` and `conversation` are keyed hashes.
    """

    conversation: str
    message: int
    at: int
    text: str
    messages: tuple[int, ...] = ()


class Seen:
    """Keeps the updates by name in an SQLite file; a name is a keyed hash, so the file says nothing of anybody."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._owner = secrets.token_hex(8)
        # One thread: a locked file keeps nothing waiting but what waits for it, and the order stays.
        self._thread = ThreadPoolExecutor(1, "telegram-seen")
        self._connection: sqlite3.Connection | None = None
        self._alive: int | None = None

    async def take(self, name: str) -> Taken | None:
        """Return an update that is now this process's to answer, None where it was answered before.

        Raises:
            InWorkError: when another process that lives has it.
            OSError, sqlite3.Error: when the file cannot be used.
        """
        return await self._do(lambda: self._take(name))

    async def sent(self, name: str, parts: int) -> None:
        """Keep how many parts of the answer were sent."""
        await self._write("UPDATE seen SET parts = ? WHERE id = ?", parts, name)

    async def answered(self, name: str, reply: Reply | None = None) -> None:
        """Keep that the update was answered, and by which messages, where they are to be found again."""

        def write() -> None:
            database = self._opened()
            with _transaction(database):
                database.execute("UPDATE seen SET answered = 1, owner = '' WHERE id = ?", (name,))
                if reply is not None:
                    ids = " ".join(map(str, reply.messages))
                    values = (reply.conversation, reply.message, reply.at, reply.text, ids, self._now())
                    database.execute("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?)", values)

        await self._do(write)

    async def reply(self, conversation: str, message: int) -> Reply | None:
        """Return the answer to a message, None where none is known.

        Raises:
            OSError, sqlite3.Error: when the file cannot be used.
        """

        def read() -> Reply | None:
            asked = "SELECT at, text, messages FROM replies WHERE conversation = ? AND message = ?"
            row = self._opened().execute(asked, (conversation, message)).fetchone()
            if row is None:
                return None
            return Reply(conversation, message, row[0], row[1], tuple(map(int, row[2].split())))

        return await self._do(read)

    async def forget(self, conversation: str) -> None:
        """Drop the answers of a conversation; nothing of them is left in the file.

        Raises:
            OSError, sqlite3.Error: when the file cannot be used.
        """

        def forget() -> None:
            database = self._opened()
            database.execute("DELETE FROM replies WHERE conversation = ?", (conversation,))
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

        await self._do(forget)

    async def release(self, name: str) -> None:
        """Let the update be taken again, and count a try that failed."""
        await self._write("UPDATE seen SET owner = '', tries = tries + 1 WHERE id = ?", name)

    async def expire(self) -> None:
        """Drop the updates that Telegram no longer brings, and the answers that it no longer lets change.

        Raises:
            OSError, sqlite3.Error: when the file cannot be used.
        """
        for table in ("seen", "replies"):
            await self._write(f"DELETE FROM {table} WHERE since < ?", self._now() - KEPT_SECONDS)

    async def close(self) -> None:
        """Close the file."""
        await self._do(self._close)
        self._thread.shutdown(wait=False)

    async def _write(self, statement: str, *values: str | float) -> None:
        def write() -> None:
            self._opened().execute(statement, values)

        await self._do(write)

    async def _do(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _take(self, name: str) -> Taken | None:
        database = self._opened()
        with _transaction(database):
            row = database.execute(
                "SELECT owner, answered, parts, tries, since FROM seen WHERE id = ?", (name,)
            ).fetchone()
            if row is None:
                database.execute(
                    "INSERT INTO seen (id, owner, since) VALUES (?, ?, ?)", (name, self._owner, self._now())
                )
                return Taken()
            owner, answered, parts, tries, since = row
            if answered:
                return None
            if owner not in ("", self._owner) and since > self._now() - LEASE_SECONDS and self._lives(owner):
                raise InWorkError
            database.execute("UPDATE seen SET owner = ?, since = ? WHERE id = ?", (self._owner, self._now(), name))
            return Taken(parts, tries)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._alive = self._alive or _locked(self._sign(self._owner))
            connection = sqlite3.connect(
                self._path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            # What a crash of the machine takes back is answered twice at worst; of the process, nothing.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
            for statement in _CREATE:
                connection.execute(statement)
            self._connection = connection
        return self._connection

    def _sign(self, owner: str) -> Path:
        """Return the file that a process holds locked while it lives: the system lets go of it when it dies."""
        return self._path.with_name(f"{self._path.name}.{owner}.alive")

    def _lives(self, owner: str) -> bool:
        sign = self._sign(owner)
        try:
            handle = os.open(sign, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            sign.unlink(missing_ok=True)
            return False
        finally:
            os.close(handle)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._alive is not None:
            self._sign(self._owner).unlink(missing_ok=True)
            os.close(self._alive)
            self._alive = None


def _locked(sign: Path) -> int:
    handle = os.open(sign, os.O_RDWR | os.O_CREAT, 0o600)
    with contextlib.suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
