"""One line on the terminal that says how far long work is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SECONDS_BETWEEN = 10.0


@contextmanager
def progress_line(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that takes the steps done and the steps in all, and says so now and then on standard error."""
    started = said = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= _SECONDS_BETWEEN:
            said = now
            print(f"{what}: {done} of {of} steps, {now - started:.0f} s", file=sys.stderr, flush=True)

    yield tell
