from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latch.evaluation.statistics import (
    Guess,
    coverage_curve,
    expected_calibration_error,
    percentile,
    reliability,
    share,
)

GUESSES = st.lists(
    st.builds(Guess, st.floats(min_value=0, max_value=1), st.booleans(), st.booleans()), min_size=1, max_size=60
)
THRESHOLDS = (0.0, 0.25, 0.5, 0.75, 1.0)


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


@given(st.lists(st.booleans(), min_size=1, max_size=100), st.integers(min_value=2, max_value=5))
def test_more_of_the_same_narrows_the_interval(values: list[bool], times: int) -> None:
    once, often = share(values), share(values * times)
    assert often["high"] - often["low"] < once["high"] - once["low"]


@given(GUESSES)
def test_a_higher_threshold_never_answers_more(guesses: list[Guess]) -> None:
    coverages = [point.coverage for point in coverage_curve(guesses, THRESHOLDS)]
    assert coverages == sorted(coverages, reverse=True)


@given(GUESSES)
def test_coverage_and_error_are_shares(guesses: list[Guess]) -> None:
    for point in coverage_curve(guesses, THRESHOLDS):
        assert 0 <= point.coverage <= 1
        assert 0 <= point.error <= 1


def test_an_intent_that_is_no_topic_answers_nothing() -> None:
    guesses = [Guess(0.9, True, True), Guess(0.8, True, False), Guess(0.9, False, False), Guess(0.2, True, True)]
    (point,) = coverage_curve(guesses, [0.5])
    assert (point.coverage, point.error) == (0.5, 0.5)


@given(GUESSES)
def test_every_guess_lies_in_one_bin(guesses: list[Guess]) -> None:
    bins = reliability(guesses)
    assert sum(one.count for one in bins) == len(guesses)
    for one in bins:
        assert one.low - 1e-9 <= one.confidence <= one.high + 1e-9
        assert 0 <= one.right <= 1


@given(GUESSES)
def test_the_calibration_error_is_a_share(guesses: list[Guess]) -> None:
    assert 0 <= expected_calibration_error(reliability(guesses)) <= 1


def test_confidence_that_is_what_it_says_has_no_calibration_error() -> None:
    guesses = [Guess(0.75, True, right) for right in (True, True, True, False)]
    assert expected_calibration_error(reliability(guesses)) == pytest.approx(0)
    assert expected_calibration_error([]) == 0


def test_the_calibration_error_is_the_mean_gap() -> None:
    guesses = [Guess(0.9, True, True)] * 3 + [Guess(0.5, True, False)]
    assert expected_calibration_error(reliability(guesses)) == pytest.approx((3 * 0.1 + 0.5) / 4)


@given(st.lists(st.floats(min_value=0, max_value=1e6), min_size=1), st.floats(min_value=0, max_value=1))
def test_a_percentile_leaves_its_part_below_or_at_it(values: list[float], part: float) -> None:
    found = percentile(values, part)
    assert found in values
    assert sum(value <= found for value in values) >= part * len(values) - 1e-9


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)
