"""The bench as a page: what is reached, then the curves and the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from latch.bench.bots import LATCH, STOCK
from latch.bench.targets import TARGETS
from latch.evaluation import plots
from latch.evaluation.markup import Markup, element, joined, page, section, table
from latch.evaluation.page import STYLE

Figures = Mapping[str, Any]
_LOAD = ("rate", "p50", "p95", "p99", "cpu_ms", "unanswered")
_LOAD_HEADS = ("messages a second", "median, ms", "95 %, ms", "99 %, ms", "CPU a message, ms", "unanswered")


def as_page(figures: Figures) -> str:
    """Return the figures as one HTML document that needs nothing beside it."""
    machine = figures["machine"]
    return page(
        "Latch: what it costs",
        STYLE.read_text(encoding="utf-8"),
        element("h1", "What Latch costs"),
        element(
            "p",
            f"Latch and the pipeline and policies of rasa init, on the same {figures['topic_count']} topics and "
            f"messages, on {figures['made']}: {machine['cores']} cores, Python {machine['python']}. Clients, proxy and "
            "databases ran on the same machine. Compare figures of one run; another machine has others.",
        ),
        section("Targets", table(("what", "target", "measured", ""), target_rows(figures))),
        _servers(figures),
        _long(figures),
        _topics(figures),
        _stages(figures),
        _workers(figures),
    )


def target_rows(figures: Figures) -> list[tuple[str, str, str, str]]:
    """Return a row for each ratio that was measured: what it is, the target, the figure, and whether it is reached."""
    found = figures["ratios"]
    return [
        (one.name, one.says, f"{found[one.key]:.2f}", "reached" if one.reached(found[one.key]) else "not reached")
        for one in TARGETS
        if one.key in found
    ]


def _servers(figures: Figures) -> Markup:
    rows = [
        (name, what.replace("_", " "), *(f"{seen[key]:.1f}" if key != "unanswered" else seen[key] for key in _LOAD))
        for name, server in figures.get("servers", {}).items()
        for what, seen in server.items()
        if isinstance(seen, Mapping)
    ]
    sizes = [
        (name, f"{server['ready_s']:.1f}", f"{server['memory_mb']:.0f}")
        for name, server in figures.get("servers", {}).items()
    ]
    return section(
        "Servers",
        table(("bot", "load", *_LOAD_HEADS), rows),
        table(("bot", "start to first answer, s", "memory after the load, MB"), sizes),
    )


def _long(figures: Figures) -> Markup:
    found = figures.get("long", {})
    lines = {name: {int(turn): cost for turn, cost in costs.items()} for name, costs in found.items()}
    if not lines:
        return Markup("")
    drawn = plots.lines(
        lines, "turn of the conversation", "CPU of a turn, ms", "What a turn costs in a long conversation"
    )
    return section("A long conversation", Markup(drawn), _points(lines, "turn"))


def _topics(figures: Figures) -> Markup:
    found = figures.get("topics", {})
    lines = {name: {int(count): cost["mean_ms"] for count, cost in costs.items()} for name, costs in found.items()}
    if not lines:
        return Markup("")
    drawn = plots.lines(lines, "topics", "CPU of a message, ms", "What a message costs as topics grow")
    return section("More topics", Markup(drawn), _points(lines, "topics"))


def _points(lines: Mapping[str, Mapping[int, float]], head: str) -> Markup:
    places = sorted({place for line in lines.values() for place in line})
    rows = [(place, *(f"{line[place]:.1f}" if place in line else "" for line in lines.values())) for place in places]
    return table((head, *(f"{name}, ms" for name in lines)), rows)


def _stages(figures: Figures) -> Markup:
    found = figures.get("stages", {})
    stages = [key for key in found.get(LATCH, {}) if key not in ("turn_ms", "mean_ms")]
    rows = [
        (stage.removesuffix("_ms"), *(f"{found[name].get(stage, 0):.2f}" for name in (LATCH, STOCK) if name in found))
        for stage in (*stages, "mean_ms")
    ]
    heads = ("stage", *(f"{name}, ms" for name in (LATCH, STOCK) if name in found))
    return section("CPU of a message by stage, SQLite", table(heads, rows)) if found else Markup("")


def _workers(figures: Figures) -> Markup:
    rows = [
        (count, *(f"{seen[key]:.1f}" for key in ("rate", "p50", "p99")), seen["unanswered"])
        for count, seen in figures.get("workers", {}).items()
    ]
    note = element("p", "The clients, nginx and PostgreSQL share the cores with the workers.", style="note")
    heads = ("workers", "messages a second", "median, ms", "99 %, ms", "unanswered")
    return section("Workers behind the proxy", joined((note, table(heads, rows)))) if rows else Markup("")
