"""Figures of messages that were sent: how many were answered, refused and lost, and how long people waited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.load.people import OK, REFUSED, Said


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """Return median, 95th and 99th percentile and the longest, in milliseconds; nothing of nothing."""
    ordered = sorted(seconds)
    if not ordered:
        return {}

    def at(share: float) -> float:
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {"p50_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99), "longest_ms": at(1.0)}


def summary(said: Sequence[Said]) -> dict[str, Any]:
    """Return how many were sent and answered, and how long the answers took."""
    answered = [one for one in said if one.status == OK]
    return {
        "sent": len(said),
        "answered": len(answered),
        "refused": sum(one.status in REFUSED for one in said),
        "lost": sum(is_lost(one) for one in said),
        **milliseconds([one.seconds for one in answered]),
    }


def is_lost(said: Said) -> bool:
    """Tell whether a message got neither an answer nor the word to wait."""
    if said.status == OK:
        return not said.replies
    return said.status not in REFUSED or not said.retry_after
