"""What can be done to a running server from outside: its disk, its clock."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server import Server

_FAKETIME = "*/faketime/libfaketime.so.1"


def worker(server: Server) -> int:
    """Return the process of the worker that `latch serve` started."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    for child in map(int, children):
        if b"latch.server" in Path(f"/proc/{child}/cmdline").read_bytes():
            return child
    raise AssertionError("there is no worker")


@contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """Let no file of the worker take another byte, its log included, as on a disk that is full."""
    process = worker(server)
    before = resource.prlimit(process, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


class Clock:
    """The clock of a process that is started with its `environment`, which may be set while it runs."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib").glob(_FAKETIME))
        if not found:
            message = "faketime is not installed (apt-get install faketime)"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        self._offset = folder / "offset"
        self.set("+0d")
        self.environment = {
            "LD_PRELOAD": str(found[-1]),
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_CACHE_DURATION": "1",
            # A computer's clock that is set does not change how long a second is.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, offset: str) -> None:
        """Set it to so long before or behind the true time: "-1d", "+2h"."""
        # In one step: the process may read it at any moment.
        new = self._offset.with_name("new-offset")
        new.write_text(offset)
        new.replace(self._offset)
