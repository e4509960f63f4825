"""One cluster, as `make cluster` starts it, for all tests that need one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from latch.cluster.cluster import Cluster, running
from latch.cluster.processes import ClusterError
from tests.channels.client import Client
from tests.missing import missing
from tests.server import SECRET


@pytest.fixture(scope="session")
def cluster(model: Path) -> Iterator[Cluster]:
    """Return the cluster; clients of tests come from any address, as if a load balancer stood before it."""
    try:
        with running(model=model, trusted="127.0.0.1", settings={"LATCH_SECRET": SECRET}) as found:
            yield found
    except ClusterError as error:
        if "apt-get" not in str(error):
            raise
        missing(str(error))


@pytest.fixture
def client(cluster: Cluster) -> Client:
    """Return a client of the proxy, without a session."""
    return Client(cluster.proxy.url, authority=cluster.proxy.certificate)


@pytest.fixture
def logged(cluster: Cluster) -> Callable[[], list[dict[str, Any]]]:
    """Return what returns what the proxy has logged since the test began."""
    path = cluster.proxy.folder / "access.log"
    before = len(path.read_text(encoding="utf-8").splitlines())
    return lambda: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[before:]]
