"""How many cores a server may use. One that has two encodes a message aside: see latch/pace.py."""

from __future__ import annotations

import os
from collections.abc import Mapping

# Workers behind a proxy, one for each core, have 1.
CORES = "LATCH_CORES"


def cores(environment: Mapping[str, str] = os.environ) -> int:
    """Return the number that is set; else as many as the machine gives to this process.

    Raises:
        ValueError: when what is set is no number from 1 on.
    """
    found = environment.get(CORES)
    if not found:
        return len(os.sched_getaffinity(0))
    if not found.isdecimal() or int(found) < 1:
        raise ValueError(f"{CORES} must be a number from 1 on.")
    return int(found)
