"""What may be kept of a conversation, and for how long: one value for sessions, stores and what is held in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta

KEEP_HOURS = "LATCH_KEEP_HOURS"
LONGEST = 24.0  # hours
KEEP_TEXT = "LATCH_KEEP_TEXT"


def keeps_text(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether what people type is stored, too, for debugging."""
    return environment.get(KEEP_TEXT) == "1"


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
