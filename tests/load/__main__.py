"""Load: `python -m tests.load steady`, `overload`, `bursts` or `kills`. Each starts the real server and prints figures.

The client runs on the same machine. The exit code is 1 where a target of the figures is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.load.bursts import bursts
from tests.load.kills import kills
from tests.load.overload import overload
from tests.load.steady import steady
from tests.postgres import running_postgres
from tests.server import Server, free_port, running


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    kind = kinds.add_parser("steady", help="so many messages a second")
    kind.add_argument("--rate", type=float, default=40.0)
    kind.add_argument("--seconds", type=float, default=600.0)
    kind = kinds.add_parser("overload", help="more than the server can take")
    kind.add_argument("--times", type=float, default=3.0, help="what it can take, which is measured first")
    kind.add_argument("--seconds", type=float, default=60.0)
    kind = kinds.add_parser("bursts", help="five messages of each at once")
    kind.add_argument("--people", type=int, default=40)
    kind.add_argument("--rounds", type=int, default=5)
    kind = kinds.add_parser("kills", help="SIGKILL under load")
    kind.add_argument("--times", type=int, default=20)
    kind.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = _figures(options, Path(name))
    print(json.dumps(found, indent=2))
    return 0 if found["met"] else 1


def _figures(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    if options.kind == "steady":
        return _at_a_server(folder, lambda server: steady(server, options.rate, options.seconds))
    if options.kind == "overload":
        return _at_a_server(folder, lambda server: overload(server, options.times, options.seconds))
    if options.kind == "bursts":
        return _at_a_server(folder, lambda server: bursts(server, options.people, options.rounds))
    if options.postgresql:
        with running_postgres() as postgres:
            return kills(folder, options.times, postgres.url)
    return kills(folder, options.times, f"sqlite:///{folder / 'conversations.sqlite3'}")


def _at_a_server(folder: Path, load: Callable[[Server], Coroutine[Any, Any, dict[str, Any]]]) -> dict[str, Any]:
    with running(folder, free_port()) as server:
        return asyncio.run(load(server))


if __name__ == "__main__":
    sys.exit(main())
