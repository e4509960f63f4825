"""A PostgreSQL in a folder of its own, from the system's packages. It need not survive a power cut."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from latch.cluster.processes import ClusterError, free_port

START_SECONDS = 30
_SETTINGS = ("fsync=off", "shared_buffers=16MB", "max_connections=50", "listen_addresses=127.0.0.1")


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, None where it is not installed; Debian keeps them out of the path."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


class Postgres:
    """A server in a folder of its own. PostgreSQL does not run as root: it runs as its own user where this does.

    That user must be able to enter the folder.
    """

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
        """Start it, and return when it answers.

        Raises:
            ClusterError: when it does not.
        """
        options = " ".join(f"-c {one}" for one in _SETTINGS)
        options += f" -p {self.port} -c unix_socket_directories={self.data}"
        log = str(self.data / "log")
        self._call("pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", str(self.data), "-l", log, "-o", options)

    def stop(self) -> None:
        """Stop it, and break off what it is doing; no harm where it does not run."""
        self._call("pg_ctl", "stop", "-m", "immediate", "-D", str(self.data), check=False)

    def _call(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [*self._as, str(self._bin / program), *arguments]
        # What it starts must not keep a pipe open, nor hear of a Ctrl-C in this terminal.
        done = subprocess.run(
            command,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            start_new_session=True,
        )
        if check and done.returncode:
            raise ClusterError(f"PostgreSQL: {program} ended with {done.returncode}")


Server = TypeVar("Server", bound=Postgres)


@contextmanager
def running(make: Callable[[Path, Path], Server]) -> Iterator[Server]:
    """Yield a started server in a folder that goes with it; `make` is given that folder and the programs' folder.

    Raises:
        ClusterError: when PostgreSQL is not installed or does not start.
    """
    found = programs()
    if found is None:
        raise ClusterError("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="latch-postgres-"))  # where its user may enter
    try:
        server = make(folder, found)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
