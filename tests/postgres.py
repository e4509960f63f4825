"""A real PostgreSQL of one's own, from the system's packages: started, frozen, killed and started again by tests."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from latch.cluster import postgres
from tests.missing import missing


class Postgres(postgres.Postgres):
    """A server that a test may do harm to."""

    def freeze(self) -> None:
        """Let all of its processes stand still: connections are taken, and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def run(self, statement: str) -> list[Any]:
        with closing(psycopg2.connect(self.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def content(self) -> bytes:
        """Return all that is in its files, its write-ahead log included."""
        self.run("CHECKPOINT")
        return b"".join(path.read_bytes() for path in sorted(self.data.rglob("*")) if path.is_file())

    def _pids(self) -> list[int]:
        parent = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [parent, *map(int, children)]

    def _signal(self, number: int) -> None:
        for pid in self._pids():
            with suppress(ProcessLookupError):  # a process for a connection, which has ended
                os.kill(pid, number)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Yield a started server; where PostgreSQL is not installed, the test is skipped, but not in CI."""
    if postgres.programs() is None:
        missing("PostgreSQL is not installed (apt-get install postgresql)")
    with postgres.running(Postgres) as server:
        yield server


def wait_until(holds: Any, seconds: float = 20.0) -> None:
    """Return as soon as `holds()` is true; fail when that takes too long."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.05)
