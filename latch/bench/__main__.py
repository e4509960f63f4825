"""`make bench`: Latch beside `rasa init`, in one run; writes reports/bench.json and reports/bench.html."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from latch.assistant import DEFAULT_MODELS, newest_model
from latch.bench import bots, clients
from latch.bench.alone import alone
from latch.bench.bots import LATCH, STOCK, Bot
from latch.bench.page import as_page, target_rows
from latch.bench.servers import SECRET_OF_THE_BENCH, Server, serving
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
ROUNDS = 3


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
        both = (self._ours, self._stock())
        with postgres.running(postgres.Postgres) as database:
            for name in (SQLITE, POSTGRESQL):
                with ExitStack() as stack:
                    served = []
                    for bot in both:
                        url = database.url if name == POSTGRESQL else f"sqlite:///{bot.folder / 'bench.sqlite3'}"
                        served.append((bot, stack.enter_context(serving(bot, url))))
                    self._loaded(name, served)

    def _loaded(self, database: str, served: Sequence[tuple[Bot, Server]]) -> None:
        """Load servers in turn, some seconds each: what else the machine's host does then touches both alike."""
        for bot, server in served:
            self._ask(bot, server, 1, _WARM_UP_SECONDS, itertools.cycle(self._texts))
        for number in CLIENTS:
            texts = [itertools.cycle(self._texts) for _ in served]
            seen = [clients.Seen() for _ in served]
            cpu = [0.0 for _ in served]
            for _ in range(ROUNDS):
                for place, (bot, server) in enumerate(served):
                    before = server.cpu()
                    seen[place].add(self._ask(bot, server, number, self._seconds / ROUNDS, texts[place]))
                    cpu[place] += server.cpu() - before
            for (bot, _), found, spent in zip(served, seen, cpu):
                figures = {**found.figures(), "cpu_ms": 1000 * spent / len(found.times)}
                self._of(bot)[load_key(database, number)] = figures
                _say(f"{bot.name}, {database}, {number} clients", figures)
        if database == SQLITE:
            for bot, server in served:
                sizes = {"ready_s": server.ready, "memory_mb": server.memory()}
                self._of(bot).update(sizes)
                _say(bot.name, sizes)

    def _of(self, bot: Bot) -> dict[str, Any]:
        found: dict[str, Any] = self.figures.setdefault("servers", {}).setdefault(bot.name, {})
        return found

    @staticmethod
    def _ask(bot: Bot, server: Server, number: int, seconds: float, texts: Iterator[str]) -> clients.Seen:
        opens = clients.latch_conversation if bot.is_latch else clients.stock_conversation
        return asyncio.run(clients.load(server.url, opens, number, seconds, texts))

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
                texts = itertools.cycle(self._texts)
                asyncio.run(clients.load(url, clients.latch_conversation, count, _WARM_UP_SECONDS, texts))
                asked = asyncio.run(clients.load(url, clients.latch_conversation, MOST_CLIENTS, self._seconds, texts))
            seen = asked.figures()
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


def _say(what: str, figures: dict[str, Any]) -> None:
    shown = ", ".join(f"{key} {value:.1f}" for key, value in figures.items() if isinstance(value, (int, float)))
    print(f"{what}: {shown}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
