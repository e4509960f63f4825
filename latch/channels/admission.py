"""Admission: so many messages are taken in that each is answered soon; the rest are told at once to wait."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from latch import metrics

# Whoever is let in is expected to be answered within this time.
LONGEST_WAIT = 3.0  # seconds
# However slow turns seem to be: a server that lets nobody in would not learn that they are fast again.
LEAST = 20
MOST = 500
# Until turns are measured; and more than any takes by itself: one that takes longer waits for something else, such as
# a database that does not answer, and the next will not.
FIRST_TURN, LONGEST_TURN = 0.02, 0.25  # seconds
# Weight of the last turn in the mean.
_NEWEST = 0.1


class BusyError(Exception):
    """Another message would wait too long. It may come again after `wait` whole seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


class Admission:
    """Knows how many messages are in work in all channels of a server, and how long a turn takes."""

    def __init__(self, longest_wait: float = LONGEST_WAIT, now: Callable[[], float] = time.monotonic) -> None:
        self._longest_wait = longest_wait
        self._now = now
        self._taken = 0
        self._turn = FIRST_TURN
        self._left = -math.inf

    @property
    def expected_wait(self) -> float:
        """How long a message that comes now would wait for its turn, in seconds."""
        return self._taken * self._turn

    def check(self) -> None:
        """Raise BusyError where a message that comes now would wait too long.

        What it says is not known yet: one that holds a danger is refused as seldom as any other.
        """
        if self._taken < LEAST or (self._taken < MOST and self.expected_wait <= self._longest_wait):
            return
        metrics.REFUSED.inc()
        raise BusyError(max(1, math.ceil(self.expected_wait)))

    @contextmanager
    def place(self, refused: bool = True) -> Iterator[None]:
        """Hold a place while a message is in work; without `refused`, there always is one.

        Raises:
            BusyError: when another message would wait too long.
        """
        if refused:
            self.check()
        self._taken += 1
        came = self._now()
        try:
            yield
        finally:
            self._taken -= 1
            # Turns pass one after the other: this one had the server since the one before it left.
            took = self._now() - max(came, self._left)
            self._left = self._now()
            self._turn += _NEWEST * (min(took, LONGEST_TURN) - self._turn)


def admission(app: Any) -> Admission:
    """Return the admission that all channels of a server share."""
    found: Admission | None = getattr(app.ctx, "admission", None)
    if found is None:
        found = app.ctx.admission = Admission()
    return found
