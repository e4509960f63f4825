"""Ratings: whether an answer helped, each answer counted once however often the button is pressed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from latch import feedback

_Said = tuple[bool, str | None]  # whether it helped, and why not


class Ratings:
    """Counts ratings; of the last `most` it knows what was said before."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._said: OrderedDict[tuple[str, str], _Said] = OrderedDict()

    async def count(self, conversation: str, reply: str, topic: str, helped: bool, reason: str | None) -> None:
        """Count a rating of a reply; a reason that follows it is counted beside it.

        Raises:
            OSError, sqlite3.Error: when it cannot be kept.
        """
        key = (conversation, reply)
        before = self._said.get(key)
        self._said[key] = (helped, reason)
        if len(self._said) > self._most:
            self._said.popitem(last=False)
        try:
            await asyncio.to_thread(_write, topic, before, (helped, reason))
        except Exception:
            self._said.pop(key, None)
            raise

    def forget(self, conversation: str) -> None:
        """Drop what is known of a conversation; counts hold nothing of it."""
        for key in [key for key in self._said if key[0] == conversation]:
            del self._said[key]


def _write(topic: str, before: _Said | None, now: _Said) -> None:
    path, day = feedback.database(), feedback.today()
    if before is None or before[0] != now[0]:
        feedback.count_feedback(path, day, topic, now[0])
    if now[1] and (before is None or before[1] != now[1]):
        feedback.count_reason(path, day, topic, now[1])
