"""Shares with their uncertainty, and what confidences say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

Z95 = 1.96

Share = dict[str, float]


@dataclass(frozen=True)
class Guess:
    """What would be answered first: with which confidence, whether it is an answer at all, whether it is right."""

    confidence: float
    answers: bool
    right: bool


@dataclass(frozen=True)
class CurvePoint:
    """What a threshold does: `coverage` of the messages get an answer, `error` of these answers are wrong."""

    threshold: float
    coverage: float
    error: float


@dataclass(frozen=True)
class Bin:
    """The guesses whose confidence lies in one stretch: how many, their mean confidence, the share that is right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def share(found: Iterable[bool]) -> Share:
    """Return the share of true values with its Wilson 95 % interval: share, low, high, of (the count)."""
    values = [bool(value) for value in found]
    count = len(values)
    if not count:
        return {"share": 0.0, "low": 0.0, "high": 1.0, "of": 0}
    rate = sum(values) / count
    middle = (rate + Z95**2 / (2 * count)) / (1 + Z95**2 / count)
    spread = Z95 * sqrt(rate * (1 - rate) / count + Z95**2 / (4 * count**2)) / (1 + Z95**2 / count)
    return {"share": rate, "low": max(0.0, middle - spread), "high": min(1.0, middle + spread), "of": count}


def coverage_curve(guesses: Sequence[Guess], thresholds: Iterable[float]) -> list[CurvePoint]:
    """Return coverage and error at each threshold; where nothing is answered, the error is 0."""
    points = []
    for threshold in thresholds:
        answered = [guess for guess in guesses if guess.answers and guess.confidence >= threshold]
        wrong = sum(not guess.right for guess in answered)
        points.append(
            CurvePoint(
                threshold,
                len(answered) / len(guesses) if guesses else 0.0,
                wrong / len(answered) if answered else 0.0,
            )
        )
    return points


def reliability(guesses: Sequence[Guess], bins: int = 10) -> list[Bin]:
    """Return the stretches of confidence that hold any guess, the lowest first."""
    rows: list[list[Guess]] = [[] for _ in range(bins)]
    for guess in guesses:
        rows[min(bins - 1, int(guess.confidence * bins))].append(guess)
    return [
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            count=len(row),
            confidence=sum(guess.confidence for guess in row) / len(row),
            right=sum(guess.right for guess in row) / len(row),
        )
        for number, row in enumerate(rows)
        if row
    ]


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean gap between confidence and share right, weighted by count (Naeini et al. 2015); 0 without any."""
    count = sum(one.count for one in bins)
    return sum(one.count * abs(one.confidence - one.right) for one in bins) / count if count else 0.0


def percentile(values: Sequence[float], part: float) -> float:
    """Return the smallest value that at least this part (0 to 1) of the values do not exceed.

    Raises:
        ValueError: when there are no values.
    """
    if not values:
        raise ValueError("there is no percentile of no values")
    return sorted(values)[max(0, ceil(part * len(values)) - 1)]
