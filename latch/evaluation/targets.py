"""What is to be reached, in the words of the issues that set it, and whether it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from latch.content.rules import answers
from latch.evaluation.benchmarks import HINT3

UNDERSTANDING_MS = "time.understanding_ms"
MEDIAN_GRADE = "reading.median"
HIGHEST_GRADE = "reading.highest"


@dataclass(frozen=True)
class Target:
    """A figure to reach: `key` names what is measured; `most` tells that the limit is not to be exceeded."""

    key: str
    name: str
    limit: float
    most: bool = False
    unit: str = "%"

    def reached(self, value: float) -> bool:
        """Tell whether the value is good enough."""
        return value <= self.limit if self.most else value >= self.limit

    @property
    def says(self) -> str:
        """The target as a person writes it."""
        return f"{'at most' if self.most else 'at least'} {figure(self.limit, self.unit)}"


def figure(value: float, unit: str) -> str:
    """Return a value as a person reads it; a share (unit %) is between 0 and 1, and so is a difference of shares."""
    if unit == "%":
        return f"{100 * value:.1f}".removesuffix(".0") + " %"
    if unit == "points":
        return f"{100 * value:+.1f} points"
    return f"{value:.1f}".removesuffix(".0") + (f" {unit}" if unit else "")


TARGETS = (
    Target("core.category", "core messages: right category in the first reply", 0.90),
    Target("core.category_offered", "core messages: right category in the first reply or its offers", 0.97),
    Target("core.doubt", "core messages: asked back", 0.08, most=True),
    Target("noisy.category", "messages typed in haste: right category in the first reply", 0.85),
    Target("wide.wrong", "neighbouring subjects answered with a topic", 0.05, most=True),
    Target("outside.near", "near outside messages answered with a topic", 0.05, most=True),
    Target("outside.far", "far off-topic messages answered with a topic", 0.01, most=True),
    Target("conversations.turns", "conversations: turns with the right category", 0.85),
    Target("danger.fast", "emergency and crisis messages that get a danger reply", 0.98),
    Target("danger.explicit", "emergency and crisis messages that say it plainly: danger reply", 1.0),
    Target("danger.urgency", "danger messages that get one of the right or a higher urgency", 0.95),
    Target("danger.harmless", "harmless messages with alarming words that get a danger reply", 0.05, most=True),
    Target("danger.ordinary", "core and wide messages that get a danger reply", 0.02, most=True),
    *(
        Target(f"benchmark.{name}", f"HINT3 {name}: in-scope accuracy above DIET's", 0.05, unit="points")
        for name in HINT3
    ),
    Target(UNDERSTANDING_MS, "understanding one message, CPU, median", 10, most=True, unit="ms"),
    Target(MEDIAN_GRADE, "reading grade of the answers, median", answers.MEDIAN_GRADE, most=True, unit=""),
    Target(HIGHEST_GRADE, "reading grade of the hardest answer", answers.HIGHEST_GRADE, most=True, unit=""),
)


def judged(values: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return each target whose figure was measured, as plain data, with whether it is reached."""
    return [
        {
            "key": target.key,
            "name": target.name,
            "target": target.says,
            "value": values[target.key],
            "measured": figure(values[target.key], target.unit),
            "reached": target.reached(values[target.key]),
        }
        for target in TARGETS
        if target.key in values
    ]


def missed(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the targets that are not reached."""
    return [row["name"] for row in rows if not row["reached"]]
