"""How long a conversation may be kept: one value for sessions, stores and what is held in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta

KEEP_HOURS = "LATCH_KEEP_HOURS"
LONGEST = 24.0  # hours


def lifetime(environment: Mapping[str, str] = os.environ) -> timedelta:
    """Return for how long a conversation is kept after its last message: 24 hours, or less where that is set.

    Raises:
        ValueError: when the environment asks for more, or for no number.
    """
    given = environment.get(KEEP_HOURS)
    try:
        hours = float(given) if given else LONGEST
    except ValueError:
        hours = 0.0
    if not 0 < hours <= LONGEST:
        raise ValueError(f"{KEEP_HOURS} must be a number of hours, more than 0 and at most {LONGEST:g}.")
    return timedelta(hours=hours)
