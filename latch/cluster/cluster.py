"""A cluster: the parts together, started in their order and stopped in the other one."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from latch.assistant import DEFAULT_MODELS
from latch.cluster.postgres import Postgres, programs
from latch.cluster.processes import ClusterError, free_port, stop
from latch.cluster.proxy import LEFT_ALONE_SECONDS, NO_PROXY_BEFORE, Limits, Proxy
from latch.cluster.worker import Worker
from latch.run import start_actions


class Cluster:
    """A proxy, the workers behind it and the database that they share; all run."""

    def __init__(self, proxy: Proxy, workers: list[Worker], database: Postgres) -> None:
        self.proxy = proxy
        self.workers = workers
        self.database = database

    def roll(self, model: Path | None = None) -> None:
        """Start one worker after the other anew, with another model if one is named, while the rest goes on answering.

        Raises:
            ClusterError: when one does not become ready; those behind it run as before.
        """
        for worker in self.workers:
            worker.stop()
            worker.model = model or worker.model
            worker.start()
            worker.wait_until_ready()
            # Or the proxy knows of no worker: the next one stops, and this one is still left alone.
            time.sleep(LEFT_ALONE_SECONDS + 1)


@contextmanager
def running(
    workers: int = 2,
    model: Path = DEFAULT_MODELS,
    https: int | None = None,
    http: int | None = None,
    trusted: str = NO_PROXY_BEFORE,
    limits: Limits | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Cluster]:
    """Yield a cluster that is ready, on loopback, with all that it writes in a folder that goes with it.

    `https` and `http` are the proxy's ports, free ones where they are not given; `settings` is added to the
    environment of each worker.

    Raises:
        ClusterError: when a part is not installed or does not start.
    """
    bin_folder = programs()
    if bin_folder is None:
        raise ClusterError("PostgreSQL is not installed: apt-get install postgresql")
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="latch-cluster-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o711)  # PostgreSQL's user goes through it
        (folder / "database").mkdir()
        database = Postgres(folder / "database", bin_folder)
        stack.callback(database.stop)
        database.start()
        given = {
            "LATCH_DATABASE_URL": database.url,
            "LATCH_SECRET": secrets.token_hex(32),
            "LATCH_FEEDBACK_DB": str(folder / "feedback.sqlite3"),
            "LATCH_TELEGRAM_SEEN": str(folder / "telegram-seen.sqlite3"),
            "LATCH_WEB_PROXIES": "1",
            **(settings or {}),
        }
        actions = free_port()
        stack.callback(stop, start_actions(actions, given))
        given["LATCH_ACTIONS_URL"] = f"http://127.0.0.1:{actions}/webhook"
        group = [Worker(f"worker-{number}", folder, given, model) for number in range(1, workers + 1)]
        ports = [worker.port for worker in group]
        proxy = Proxy(folder, ports, https or free_port(), http or free_port(), trusted, limits)
        stack.callback(proxy.stop)
        proxy.start()
        for worker in group:
            stack.callback(worker.stop)
            worker.start()
        for worker in group:
            worker.wait_until_ready()
        yield Cluster(proxy, group, database)
