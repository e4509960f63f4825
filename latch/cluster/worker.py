"""A worker: one process of the server on a port of this machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.request import urlopen

from latch.assistant import DEFAULT_MODELS
from latch.cluster.processes import free_port, stop, wait_until_started
from latch.cores import CORES
from latch.model import EXPECTED, checksum
from latch.run import environment

START_SECONDS = 180.0  # some ten, where the machine has nothing else to do


class Worker:
    """A worker that can be started, stopped, killed and started again on the same port, with another model if asked."""

    def __init__(self, name: str, folder: Path, settings: Mapping[str, str], model: Path = DEFAULT_MODELS) -> None:
        self.name = name
        self.port, self.metrics_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"{name}.log"
        self.model = model
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The number of its process, None while there is none."""
        return self._process.pid if self._process else None

    @property
    def ended(self) -> int | None:
        """The exit code of a process that ended by itself, None while it runs or was stopped."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start it; `wait_until_ready` waits for it."""
        command = [sys.executable, "-m", "latch", "worker", "--port", str(self.port), "--model", str(self.model)]
        # A worker for each core: what one did aside would take the core of another.
        settings = {CORES: "1", **environment(), **self._settings, "LATCH_METRICS_PORT": str(self.metrics_port)}
        if self.model.is_file():
            settings[EXPECTED] = checksum(self.model)  # whoever names a file means this one, wherever it stands
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=settings, stdout=log, stderr=log, start_new_session=True)

    def wait_until_ready(self) -> None:
        """Return as soon as it has answered the golden questions.

        Raises:
            ClusterError: when it ends before.
        """
        assert self._process is not None, "it was started"
        wait_until_started(self.name, self._is_ready, self._process, self.log, START_SECONDS)

    def stop(self) -> None:
        """Stop it: what it is answering is answered."""
        if self._process is not None:
            stop(self._process)
            self._process = None

    def kill(self) -> None:
        """Kill it, in the midst of whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
