"""Servers to measure: processes that are started, asked from outside, and stopped."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from latch.bench.bots import Bot
from latch.channels.secret import SECRET
from latch.cluster.processes import free_port
from latch.run import environment, program
from latch.storage.database import DATABASE_URL

START_SECONDS = 600
STOP_SECONDS = 30
SECRET_OF_THE_BENCH = "a secret of the bench that is long enough to be one"
_TICKS = os.sysconf("SC_CLK_TCK")
_ASKED = b'{"sender": "ready", "message": "hello"}'


@dataclass(frozen=True)
class Server:
    """A server that answers: seconds from its start until then, its address and process."""

    url: str
    ready: float
    process: subprocess.Popen[bytes]

    def memory(self) -> float:
        """Return its resident memory, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024

    def cpu(self) -> float:
        """Return the seconds of CPU that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def serving(bot: Bot, database: str) -> Iterator[Server]:
    """Yield a server of a bot that has answered a question; its conversations are in `database`, a URL.

    Raises:
        RuntimeError: when it does not answer in START_SECONDS; its log is in the bot's folder.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    endpoints = bot.endpoints(database)
    if bot.is_latch:
        command = [sys.executable, "-m", "latch.server", "--port", str(port), "--model", str(bot.model)]
        ready = Request(f"{url}/readyz")
    else:
        command = [program("rasa"), "run", "--interface", "127.0.0.1", "--port", str(port), "--model", str(bot.model)]
        command += ["--endpoints", str(endpoints), "--credentials", "credentials.yml"]
        ready = Request(f"{url}/webhooks/rest/webhook", _ASKED, {"Content-Type": "application/json"})
    # Behind a proxy, as it is meant to be: each conversation of the bench comes from an address of its own.
    ours = {DATABASE_URL: database, SECRET: SECRET_OF_THE_BENCH, "LATCH_WEB_PROXIES": "1"}
    more = {**ours, "LATCH_FEEDBACK_DB": str(bot.folder / "feedback.sqlite3")} if bot.is_latch else {}
    with _running(command, bot, more) as process:
        begun = time.monotonic()
        while not _answers(ready):
            if process.poll() is not None or time.monotonic() > begun + START_SECONDS:
                raise RuntimeError(f"The server of {bot.name} does not answer: {bot.folder / 'log'}")
            time.sleep(0.05)
        yield Server(url, time.monotonic() - begun, process)


@contextmanager
def _running(command: list[str], bot: Bot, more: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with (bot.folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=bot.home, env={**environment(), **more}, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()
        process.wait()


def _answers(ready: Request) -> bool:
    try:
        with urlopen(ready, timeout=60) as answer:
            return bool(answer.status == 200 and answer.read().strip() not in (b"", b"[]"))
    except (URLError, OSError):
        return False
