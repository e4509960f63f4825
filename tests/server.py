"""The real server, as `make serve` starts it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from latch.cluster.processes import free_port as free_port
from tests.channels.client import Client

ROOT = Path(__file__).parents[1]
SECRET = "a secret of the tests that is long enough to be one"
START_SECONDS = 180
STOP_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """A running server; where it prints, counts feedback and keeps conversations by default; its process."""

    client: Client
    log: Path
    feedback: Path
    database: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """Kill it and all that it started, at once."""
        # The action server is in a session of its own.
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        for number in (-self.process.pid, *map(int, listed.stdout.split())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait()

    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def running(
    folder: Path, port: int, environment: Mapping[str, str] | None = None, command: str = "serve"
) -> Iterator[Server]:
    """Yield `latch serve`, ready, behind one trusted proxy: a test may come from any address. It is stopped at the end.

    What it prints, counts and keeps is in `folder`. `environment` is added to this process's own.
    """
    log, feedback, database = folder / "log", folder / "feedback.sqlite3", folder / "conversations.sqlite3"
    found_in = {
        **os.environ,
        "LATCH_WEB_PROXIES": "1",
        "LATCH_FEEDBACK_DB": str(feedback),
        "LATCH_DATABASE_URL": f"sqlite:///{database}",
        "LATCH_SECRET": SECRET,
        **(environment or {}),
    }
    arguments = [sys.executable, "-m", "latch", command, "--port", str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            arguments, cwd=ROOT, env=found_in, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    found = Server(Client(f"http://127.0.0.1:{port}"), log, feedback, database, process)
    before = len(found.printed())  # of a server that was there before it
    try:
        until = time.monotonic() + START_SECONDS
        while not re.search("^Latch is ready", found.printed()[before:], re.MULTILINE):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"The server did not start:\n{found.printed()[-3000:]}")
            time.sleep(0.2)
        yield found
    finally:
        # As a service is stopped: this process alone is told, and stops what it started.
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            found.kill()
            raise
