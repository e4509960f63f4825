"""`make bench`: Latch beside `rasa init`, in one run; writes reports/bench.json and reports/bench.html."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from latch.assistant import DEFAULT_MODELS, newest_model
from latch.bench import bots, clients
from latch.bench.alone import alone
from latch.bench.bots import LATCH, STOCK, Bot
from latch.bench.page import as_page, target_rows
from latch.bench.servers import SECRET_OF_THE_BENCH, serving
from latch.bench.targets import load_key, ratios
from latch.channels.secret import SECRET
from latch.cluster import postgres
from latch.cluster.cluster import running
from latch.content.load import topic_files
from latch.evaluation.messages import read_messages
from latch.evaluation.project import DATA
from latch.run import environment
from latch.storage.database import DATABASE_URL

REPORTS = Path("reports")
MOST_CLIENTS = 32
CLIENTS = (1, 8, MOST_CLIENTS)
WORKERS = (1, 2)
SQLITE, POSTGRESQL = "sqlite", "postgresql"
TOPICS = {LATCH: (2, 10, 100, 1_000), STOCK: (10, 100)}  # training the stock pipeline on a thousand takes too long
EXAMPLES = 8  # of a topic that the stock pipeline is trained on: with more its answers cost more, its training hours
TURNS = 1_000
STOCK_TURNS = 200  # it takes longer with each
PARTS = ("servers", "inside", "topics", "workers", "alone")
_WARM_UP_SECONDS = 3.0


class Bench:
    """Measures part by part, says what it does, and keeps what it found."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder = folder
        self._seconds = seconds
        self._texts = [message.text for message in read_messages()]
        self._ours = bots.latch(folder / "latch", newest_model(DEFAULT_MODELS))
        self._theirs: Bot | None = None
        self.figures: dict[str, Any] = {
            "made": date.today().isoformat(),
            "machine": {"cores": len(os.sched_getaffinity(0)), "python": platform.python_version()},
            "topic_count": len(topic_files(DATA)),
        }

    def servers(self) -> None:
        """Measure both servers from outside: start, load by clients and database, memory."""
        with postgres.running(postgres.Postgres) as database:
            for bot in (self._ours, self._stock()):
                found = self._served(bot, SQLITE, f"sqlite:///{bot.folder / 'bench.sqlite3'}")
                more = self._served(bot, POSTGRESQL, database.url)
                found.update({key: seen for key, seen in more.items() if key.startswith(POSTGRESQL)})
                self.figures.setdefault("servers", {})[bot.name] = found

    def _served(self, bot: Bot, database: str, url: str) -> dict[str, Any]:
        opens = clients.latch_conversation if bot.is_latch else clients.stock_conversation
        found: dict[str, Any] = {}
        with serving(bot, url) as server:
            _run(clients.load(server.url, opens, 1, _WARM_UP_SECONDS, self._texts))
            for number in CLIENTS:
                before = server.cpu()
                seen = _run(clients.load(server.url, opens, number, self._seconds, self._texts))
                seen["cpu_ms"] = 1000 * (server.cpu() - before) / seen["messages"]
                found[load_key(database, number)] = seen
                _say(f"{bot.name}, {database}, {number} clients", seen)
            found.update(ready_s=server.ready, memory_mb=server.memory())
            _say(f"{bot.name}, {database}", {key: found[key] for key in ("ready_s", "memory_mb")})
        return found

    def inside(self) -> None:
        """Measure the CPU of a turn by stage, and in a long conversation."""
        for bot, turns in ((self._ours, TURNS), (self._stock(), STOCK_TURNS)):
            for what in ("stages", "long"):
                found = self._inside(bot, what, turns)
                self.figures.setdefault(what, {})[bot.name] = found
                _say(f"{bot.name}, {what}", found)

    def topics(self) -> None:
        """Measure the CPU of a message as topics grow."""
        for name, make in ((LATCH, bots.unadapted), (STOCK, bots.stock)):
            for count in TOPICS[name]:
                print(f"Training {name} on {count} topics ...", flush=True)
                bot = make(self._folder / f"{name}-{count}".replace(" ", "-"), count, EXAMPLES)
                found = self._inside(bot, "stages", STOCK_TURNS)
                self.figures.setdefault("topics", {}).setdefault(name, {})[str(count)] = found
                _say(f"{name}, {count} topics", found)

    def workers(self) -> None:
        """Measure one worker and two behind the proxy, with PostgreSQL."""
        for count in WORKERS:
            with running(count, trusted="127.0.0.1") as cluster:
                url = cluster.proxy.url
                _run(clients.load(url, clients.latch_conversation, count, _WARM_UP_SECONDS, self._texts))
                seen = _run(clients.load(url, clients.latch_conversation, MOST_CLIENTS, self._seconds, self._texts))
            self.figures.setdefault("workers", {})[str(count)] = seen
            _say(f"{count} workers", seen)

    def alone(self) -> None:
        """Measure what Latch costs alone."""
        for name, measure in alone(self._texts):
            self.figures.setdefault("alone", {})[name] = measure()
            _say(name, self.figures["alone"][name])

    def _stock(self) -> Bot:
        if self._theirs is None:
            print("Training the pipeline and policies of rasa init, one epoch each (some minutes) ...", flush=True)
            self._theirs = bots.stock(self._folder / "stock", examples=EXAMPLES)
        return self._theirs

    def _inside(self, bot: Bot, what: str, turns: int) -> dict[str, float]:
        url = f"sqlite:///{bot.folder / f'{what}.sqlite3'}"
        command = [sys.executable, "-m", "latch.bench.inside", what, bot.name, str(bot.model)]
        command += [str(bot.endpoints(url)), "--turns", str(turns)]
        more = {DATABASE_URL: url, SECRET: SECRET_OF_THE_BENCH, "PYTHONPATH": str(Path.cwd())}
        done = subprocess.run(
            command, cwd=bot.home, env={**environment(), **more}, input=json.dumps(self._texts), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that are asked for, print the table, write the reports; return the exit code."""
    parser = argparse.ArgumentParser(prog="latch.bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure (default: all)")
    parser.add_argument("--seconds", type=float, default=15.0, help="of each load (default: %(default)s)")
    parser.add_argument("--reports", type=Path, default=REPORTS, help="folder (default: %(default)s)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="latch-bench-") as folder:
        bench = Bench(Path(folder), options.seconds)
        parts: dict[str, Callable[[], None]] = {name: getattr(bench, name) for name in options.only}
        for measure in parts.values():
            measure()
    figures = {**bench.figures, "ratios": ratios(bench.figures)}
    figures.update(figures["ratios"])
    options.reports.mkdir(exist_ok=True)
    (options.reports / "bench.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (options.reports / "bench.html").write_text(as_page(figures), encoding="utf-8")
    for row in target_rows(figures):
        print("{:<75} {:>12} {:>8}  {}".format(*row))
    print(f"Written to {options.reports}/bench.json and {options.reports}/bench.html.")
    return 0


def _run(load: Any) -> dict[str, float]:
    found: dict[str, float] = asyncio.run(load)
    return found


def _say(what: str, figures: dict[str, Any]) -> None:
    shown = ", ".join(f"{key} {value:.1f}" for key, value in figures.items() if isinstance(value, (int, float)))
    print(f"{what}: {shown}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
