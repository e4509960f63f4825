from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latch.evaluation.statistics import share


def test_nothing_measured_says_nothing() -> None:
    assert share([]) == {"share": 0.0, "low": 0.0, "high": 1.0, "of": 0}


def test_the_interval_is_wilsons() -> None:
    # Source: Wilson 1927; 81 of 263 is the worked example of Newcombe 1998, table I.
    found = share([True] * 81 + [False] * 182)
    assert found["low"] == pytest.approx(0.2553, abs=1e-4)
    assert found["high"] == pytest.approx(0.3662, abs=1e-4)


@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_the_share_lies_within_its_interval(values: list[bool]) -> None:
    found = share(values)
    assert 0 <= found["low"] <= found["share"] + 1e-9
    assert found["share"] <= found["high"] + 1e-9 <= 1 + 1e-9
