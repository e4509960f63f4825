"""The report names each ratio by its key, tells which target is reached, and leaves out what was not measured."""

from __future__ import annotations

from typing import Any

import pytest

from latch.bench.bots import LATCH, STOCK
from latch.bench.page import as_page, target_rows
from latch.bench.targets import TARGETS, ratios


def seen(rate: float, p50: float, p99: float) -> dict[str, float]:
    return {"messages": 1, "rate": rate, "p50": p50, "p95": p99, "p99": p99, "unanswered": 0, "cpu_ms": 1}


@pytest.fixture
def figures() -> dict[str, Any]:
    measured: dict[str, Any] = {
        "made": "2026-01-01",
        "machine": {"cores": 2, "python": "3.10"},
        "topic_count": 5,
        "servers": {
            LATCH: {
                "sqlite_1_clients": seen(50, 10, 20),
                "sqlite_32_clients": seen(90, 300, 400),
                "memory_mb": 400,
                "ready_s": 8,
            },
            STOCK: {
                "sqlite_1_clients": seen(10, 60, 90),
                "sqlite_32_clients": seen(10, 3000, 4000),
                "memory_mb": 1000,
                "ready_s": 16,
            },
        },
        "long": {LATCH: {"10": 10.0, "1000": 11.0}, STOCK: {"10": 30.0, "200": 300.0}},
        "topics": {LATCH: {"100": {"mean_ms": 10.0}, "1000": {"mean_ms": 14.0}}},
        "stages": {LATCH: {"turn_ms": 9.0, "mean_ms": 10.0, "understand_ms": 8.0}},
    }
    return {**measured, "ratios": ratios(measured)}


def test_each_ratio_stands_under_its_key(figures: dict[str, Any]) -> None:
    assert figures["ratios"] == pytest.approx(
        {
            "throughput_vs_stock": 9,
            "latency_vs_stock": 1 / 6,
            "p99_vs_stock": 0.1,
            "turn_1000_vs_10": 1.1,
            "topics_1000_vs_100": 1.4,
            "memory_vs_stock": 0.4,
            "ready_vs_stock": 0.5,
        }
    )
    assert {target.key for target in TARGETS} - set(figures["ratios"]) == {"two_workers_vs_one"}


def test_a_target_that_is_missed_says_so(figures: dict[str, Any]) -> None:
    missed = [name for name, _, _, verdict in target_rows(figures) if verdict != "reached"]
    assert missed == [target.name for target in TARGETS if target.key in ("topics_1000_vs_100", "ready_vs_stock")]


def test_the_page_shows_the_rows_and_draws_the_curves(figures: dict[str, Any]) -> None:
    page = as_page(figures)
    assert page.count("<svg") == 2
    assert "not reached" in page
    assert "sqlite 32 clients" in page
    assert "http" not in page.replace("https://", "http").split("</style>")[1].split("<svg")[0]
