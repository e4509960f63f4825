"""What is to be reached: ratios of figures from one run, since two machines are never alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from latch.bench.bots import LATCH, STOCK

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Target:
    """A ratio to reach: `most` tells that the limit is not to be exceeded."""

    key: str
    name: str
    limit: float
    most: bool
    ratio: Callable[[Figures], float]

    def reached(self, value: float) -> bool:
        """Tell whether the value is good enough."""
        return value <= self.limit if self.most else value >= self.limit

    @property
    def says(self) -> str:
        """The target as a person writes it."""
        return f"{'at most' if self.most else 'at least'} {self.limit:g}"


def _against_stock(read: Callable[[Figures], float]) -> Callable[[Figures], float]:
    return lambda figures: read(figures["servers"][LATCH]) / read(figures["servers"][STOCK])


def load_key(database: str, clients: int) -> str:
    """Return the name under which what clients saw is reported."""
    return f"{database}_{clients}_clients"


_ONE, _MANY = load_key("sqlite", 1), load_key("sqlite", 32)
TARGETS = (
    Target(
        "throughput_vs_stock", "messages a second, 32 clients, SQLite, against stock", 8, False,
        _against_stock(lambda server: server[_MANY]["rate"]),
    ),
    Target(
        "latency_vs_stock", "median of a message, 1 client, SQLite, against stock", 0.2, True,
        _against_stock(lambda server: server[_ONE]["p50"]),
    ),
    Target(
        "p99_vs_stock", "99th percentile, 32 clients, SQLite, against stock", 0.16, True,
        _against_stock(lambda server: server[_MANY]["p99"]),
    ),
    Target(
        "turn_1000_vs_10", "turn 1,000 of a conversation against turn 10", 1.2, True,
        lambda figures: figures["long"][LATCH]["1000"] / figures["long"][LATCH]["10"],
    ),
    Target(
        "topics_1000_vs_100", "a message with 1,000 topics against 100", 1.3, True,
        lambda figures: figures["topics"][LATCH]["1000"]["mean_ms"] / figures["topics"][LATCH]["100"]["mean_ms"],
    ),
    Target(
        "memory_vs_stock", "resident memory after the load, against stock", 0.5, True,
        _against_stock(lambda server: server["memory_mb"]),
    ),
    Target(
        "ready_vs_stock", "seconds from start to the first answer, against stock", 0.4, True,
        _against_stock(lambda server: server["ready_s"]),
    ),
    Target(
        "two_workers_vs_one", "messages a second of 2 workers against 1, PostgreSQL, behind the proxy", 1.6, False,
        lambda figures: figures["workers"]["2"]["rate"] / figures["workers"]["1"]["rate"],
    ),
)  # fmt: skip


def ratios(figures: Figures) -> dict[str, float]:
    """Return the ratios that the figures give; one that was not measured is left out."""
    found = {}
    for target in TARGETS:
        try:
            found[target.key] = target.ratio(figures)
        except KeyError:
            continue
    return found
