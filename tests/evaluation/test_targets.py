from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latch.evaluation.targets import TARGETS, Target, figure, judged, missed

SHARE = st.floats(min_value=0, max_value=1)


@given(SHARE, SHARE)
def test_a_limit_is_reached_from_its_own_side(limit: float, value: float) -> None:
    assert Target("k", "n", limit).reached(value) is (value >= limit)
    assert Target("k", "n", limit, most=True).reached(value) is (value <= limit)


def test_only_what_was_measured_is_judged() -> None:
    rows = judged({"core.category": 0.89, "core.doubt": 0.08, "something.else": 1.0})
    assert [(row["key"], row["reached"]) for row in rows] == [("core.category", False), ("core.doubt", True)]
    assert missed(rows) == ["core messages: right category in the first reply"]
    assert rows[0]["target"] == "at least 90 %"
    assert rows[1]["measured"] == "8 %"


def test_no_target_stands_twice() -> None:
    keys = [target.key for target in TARGETS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.9, "%", "90 %"),
        (0.9771, "%", "97.7 %"),
        (0.05, "points", "+5.0 points"),
        (4.56, "ms", "4.6 ms"),
        (6, "", "6"),
    ],
)
def test_figures_are_written_as_people_write_them(value: float, unit: str, shown: str) -> None:
    assert figure(value, unit) == shown
