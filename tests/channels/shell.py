"""`rasa shell` as a process, and what it shows: asked as it asks its own server for what a person typed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from rasa.core.channels import console

from latch.run import environment, program
from tests.server import ROOT, SECRET, START_SECONDS, STOP_SECONDS, free_port


@dataclass(frozen=True)
class Shell:
    """A running `rasa shell`, which waits for the first line at its terminal."""

    url: str

    def ask(self, person: str, texts: Sequence[str]) -> list[str]:
        """Return what is shown in answer to each of some lines that a person types one after the other."""

        async def ask_all() -> list[str]:
            shown = []
            for text in texts:
                # Rasa's shell reads these, and shows the text of each.
                said = [one async for one in console._send_message_receive_stream(self.url, "", person, text)]
                shown.append("\n".join(one["text"] for one in said))
            return shown

        return asyncio.run(ask_all())


@contextmanager
def running_shell(folder: Path, model: Path) -> Iterator[Shell]:
    """Yield the shell as `latch chat` opens it, without an action server. What it writes is in `folder`."""
    port, log = free_port(), folder / "shell.log"
    theirs, ours = pty.openpty()
    added = {"LATCH_DATABASE_URL": f"sqlite:///{folder / 'shell.sqlite3'}", "LATCH_SECRET": SECRET}
    command = [program("rasa"), "shell", "--quiet", "--model", str(model), "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment(), **added},
            stdin=ours,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    os.close(ours)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + START_SECONDS
        while b"Type a message" not in log.read_bytes() or not _answers(url):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"The shell did not start:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.2)
        yield Shell(url)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)
        os.close(theirs)


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urlopen(url, timeout=5):
        return True
    return False
