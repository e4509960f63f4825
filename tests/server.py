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
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from latch.cluster.processes import free_port as free_port
from tests.channels.client import Client

ROOT = Path(__file__).parents[1]
SECRET = "a secret of the tests that is long enough to be one"
START_SECONDS = 180
STOP_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """A running server; where it prints, counts feedback and keeps conversations by default; its process.

    `metrics_at` is the port at which it tells its metrics.
    """

    client: Client
    log: Path
    feedback: Path
    database: Path
    process: subprocess.Popen[bytes]
    metrics_at: int

    def kill(self) -> None:
        """Kill it and all that it started, at once."""
        # The action server is in a session of its own.
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        for number in (-self.process.pid, *map(int, listed.stdout.split())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait()

    def worker(self) -> int:
        """Return the id of the process that answers."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        (found,) = [line.split()[0] for line in listed.stdout.splitlines() if "latch.server" in line]
        return int(found)

    def memory(self) -> int:
        """Return the resident memory of the process that answers, in bytes."""
        status = Path(f"/proc/{self.worker()}/status").read_text(encoding="ascii")
        return 1024 * int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)[1])

    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def metrics(self) -> Metrics:
        with urlopen(f"http://127.0.0.1:{self.metrics_at}/metrics", timeout=10) as answer:
            return Metrics(answer.read().decode())


class Metrics:
    """What a server's metrics said at one moment."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        self.samples = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in found}

    def __call__(self, name: str, **labels: str) -> float:
        """Return a value, 0 where there is none."""
        return self.samples.get((name, frozenset(labels.items())), 0.0)


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
        "LATCH_METRICS_PORT": str(free_port()),
        **(environment or {}),
    }
    arguments = [sys.executable, "-m", "latch", command, "--port", str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            arguments, cwd=ROOT, env=found_in, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    found = Server(
        Client(f"http://127.0.0.1:{port}"), log, feedback, database, process, int(found_in["LATCH_METRICS_PORT"])
    )
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
