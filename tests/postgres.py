"""A real PostgreSQL of one's own, from the system's packages: started, frozen, killed and started again by tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.server import free_port

START_SECONDS = 30
# A database for tests need not survive a power cut.
_SETTINGS = ("fsync=off", "shared_buffers=16MB", "max_connections=20", "listen_addresses=127.0.0.1")


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; Debian keeps them out of the path."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


class Postgres:
    """A server in a folder of its own. PostgreSQL does not run as root: it runs as its own user where this does."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self.data = folder / "data"
        self._bin = bin_folder
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.port = free_port()
        self.url = f"postgresql://latch@127.0.0.1:{self.port}/postgres"
        if self._as:
            shutil.chown(folder, "postgres")
        self._call("initdb", "-D", str(self.data), "-U", "latch", "-A", "trust", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        options = " ".join(f"-c {one}" for one in _SETTINGS)
        options += f" -p {self.port} -c unix_socket_directories={self.data}"
        log = str(self.data / "log")
        self._call("pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", str(self.data), "-l", log, "-o", options)

    def stop(self) -> None:
        """Stop it, and break off what it is doing; no harm where it does not run."""
        self._call("pg_ctl", "stop", "-m", "immediate", "-D", str(self.data), check=False)

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

    def _call(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [*self._as, str(self._bin / program), *arguments]
        # What it starts must not keep a pipe open.
        done = subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        if check and done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}")


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Yield a started server; where PostgreSQL is not installed, the test is skipped, but not in CI."""
    found = programs()
    if found is None:
        message = "PostgreSQL is not installed (apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    # Not in pytest's folder, which no other user may enter.
    folder = Path(tempfile.mkdtemp(prefix="latch-postgres-"))
    server = Postgres(folder, found)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until(holds: Any, seconds: float = 20.0) -> None:
    """Return as soon as `holds()` is true; fail when that takes too long."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.05)
