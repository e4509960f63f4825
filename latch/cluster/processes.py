"""Processes: free ports, waiting until something is there, and an end that is not waited for without bound."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

STOP_SECONDS = 10.0


class ClusterError(Exception):
    """A part of the cluster is missing or does not start; the message is one line that says what to do."""


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def check_free(port: int) -> None:
    """Raise ClusterError where something listens on a port of this machine."""
    try:
        socket.create_server(("127.0.0.1", port)).close()  # a port that was just given up may be taken
    except OSError:
        raise ClusterError(f"Port {port} is in use: stop what listens there, or choose another port.") from None


def program(name: str, package: str) -> str:
    """Return the path of a program.

    Raises:
        ClusterError: when it is not installed; the message names the Debian package that has it.
    """
    # Debian keeps servers out of the path of those who are not root.
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    if found is None:
        raise ClusterError(f"{name} is not installed: apt-get install {package}")
    return found


def wait_until_started(
    what: str, holds: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float
) -> None:
    """Return as soon as `holds()` is true.

    Raises:
        ClusterError: when the process ends before, or it takes longer than `seconds`; with the last line of its log.
    """
    until = time.monotonic() + seconds
    while not holds():
        if process.poll() is not None or time.monotonic() > until:
            raise ClusterError(f"{what} did not start: {_last_line(log)}")
        time.sleep(0.05)


def stop(process: subprocess.Popen[bytes], seconds: float = STOP_SECONDS) -> None:
    """Stop a process with SIGTERM, and with SIGKILL if it has not ended after `seconds`."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.is_file() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
