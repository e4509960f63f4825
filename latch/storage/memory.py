"""Memory: what conversations look like while the database cannot be asked, and what it has not been told yet."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from dataclasses import dataclass

from latch import metrics
from latch.storage.state import State

MOST = 10_000  # conversations; a state is below a kilobyte


@dataclass(frozen=True)
class Held:
    """A state (None: the conversation is to be deleted) and when it was made (seconds since 1970).

    `blind` tells that it began without the database being asked what was known before.
    """

    state: State | None
    changed: float
    blind: bool = False


class Memory:
    """The last conversations by key, at most `most`; those that the database lacks are given up last.

    Two threads may use it.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Held] = OrderedDict()
        self._due: OrderedDict[str, Held] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known) + len(self._due)

    @property
    def due(self) -> int:
        """How many the database lacks."""
        return len(self._due)

    def known(self, key: str) -> Held | None:
        """Return what is held of a conversation."""
        return self._due.get(key) or self._known.get(key)

    def lacking(self, key: str) -> Held | None:
        """Return what is held of a conversation that the database lacks."""
        return self._due.get(key)

    def put(self, key: str, held: Held) -> None:
        """Hold what the database lacks, and give up the oldest where there are too many."""
        with self._lock:
            self._known.pop(key, None)
            self._due[key] = held
            while len(self) > self._most:
                if self._known:
                    self._known.popitem(last=False)
                else:
                    self._due.popitem(last=False)
                    metrics.LOST.inc()

    def settle(self, key: str, held: Held, state: State | None) -> None:
        """Note that the database has been told of `held`, unless the conversation has gone on since."""
        with self._lock:
            if self._due.get(key) is held:
                del self._due[key]
                if state is not None:
                    self._known[key] = Held(state, held.changed)

    def waiting(self, most: int) -> list[tuple[str, Held]]:
        """Return those that the database lacks, the oldest first."""
        with self._lock:
            return list(itertools.islice(self._due.items(), most))

    def expire(self, oldest: float) -> None:
        """Drop what was made before `oldest`; what is to be deleted stays until it is."""
        with self._lock:
            for part in (self._known, self._due):
                for key in [key for key, held in part.items() if held.changed < oldest and held.state is not None]:
                    del part[key]
