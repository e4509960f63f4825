"""`latch cluster`: a group of workers behind the proxy on this machine, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType

from latch.assistant import AssistantError
from latch.cluster.cluster import Cluster, running
from latch.cluster.processes import ClusterError
from latch.model import verified

LOOK_SECONDS = 0.5


class _StopError(Exception):
    """The cluster is told to stop."""


class _Asked:
    """What signals ask for: an end at once, or all workers anew at the next look."""

    def __init__(self) -> None:
        self.anew = False
        self._before = {
            signal.SIGINT: signal.signal(signal.SIGINT, self._stop),
            signal.SIGTERM: signal.signal(signal.SIGTERM, self._stop),
            signal.SIGHUP: signal.signal(signal.SIGHUP, self._begin_anew),
        }

    def restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        # Once: what follows is tidying up.
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, signal.SIG_IGN)
        raise _StopError

    def _begin_anew(self, number: int, frame: FrameType | None) -> None:
        self.anew = True


def main(workers: int, https: int, http: int) -> int:
    """Run a cluster until it is told to stop; return the exit code. SIGHUP starts its workers anew, one by one."""
    asked = _Asked()
    try:
        verified()
        print(f"Starting PostgreSQL, nginx and {workers} workers (about 20 s). Stop them with Ctrl-C.", flush=True)
        with running(workers, https=https, http=http, trusted="127.0.0.1") as cluster:
            print(f"Latch is ready. Try it on the demo page: {cluster.proxy.url}/", flush=True)
            print(f"Its certificate is {cluster.proxy.certificate}; logs are beside it.", flush=True)
            _look_after(cluster, asked)
    except _StopError:
        return 0
    except (ClusterError, AssistantError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        asked.restore()
    return 0


def _look_after(cluster: Cluster, asked: _Asked) -> None:
    """Start workers that ended again, and all of them, one by one, when that is asked for."""
    while True:
        time.sleep(LOOK_SECONDS)
        for worker in cluster.workers:
            if worker.ended is not None:
                print(f"{worker.name} ended with code {worker.ended} and is started again.", flush=True)
                worker.start()
        if asked.anew:
            asked.anew = False
            cluster.roll()
            print("All workers were started anew.", flush=True)
