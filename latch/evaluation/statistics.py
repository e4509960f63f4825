"""Shares with their uncertainty."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

Z95 = 1.96


def share(found: Iterable[bool]) -> dict[str, float]:
    """Return the share of true values with its Wilson 95 % interval: share, low, high, of (the count)."""
    values = [bool(value) for value in found]
    count = len(values)
    if not count:
        return {"share": 0.0, "low": 0.0, "high": 1.0, "of": 0}
    rate = sum(values) / count
    middle = (rate + Z95**2 / (2 * count)) / (1 + Z95**2 / count)
    spread = Z95 * sqrt(rate * (1 - rate) / count + Z95**2 / (4 * count**2)) / (1 + Z95**2 / count)
    return {"share": rate, "low": max(0.0, middle - spread), "high": min(1.0, middle + spread), "of": count}
