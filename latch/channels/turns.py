"""Turns: what a channel hands to the bot, and what it gets back, one turn after the other in each conversation."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal
from weakref import WeakValueDictionary

from rasa.core.channels.channel import UserMessage

from latch import metrics
from latch.text import clean

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]

# With this mark Rasa takes a text for the name of an intent; it looks behind the spaces.
_INTENT_MARKS = re.compile(r"^[\s/]+")


class NothingSaidError(Exception):
    """A turn ended without a reply."""


class _Turn(asyncio.Lock):
    """A lock; how long it is waited for is measured."""

    async def acquire(self) -> Literal[True]:
        with metrics.waiting():
            return await super().acquire()


class Order:
    """Lets what is done in a conversation wait for what was begun before it.

    Rasa's own lock looks once a second whether the turn before has ended; these are handed on at once.
    """

    def __init__(self) -> None:
        # A lock lives as long as somebody holds it or waits for it.
        self._locks: WeakValueDictionary[str, _Turn] = WeakValueDictionary()

    def of(self, conversation: str) -> asyncio.Lock:
        """Return the lock of a conversation, which is given in the order in which it is asked for."""
        lock = self._locks.get(conversation)
        if lock is None:
            lock = self._locks[conversation] = _Turn()
        return lock


def typed(text: str) -> str:
    """Return what a person typed as the bot takes it.

    It comes without what no keyboard types, and never begins with the mark that would make it an intent.
    """
    return _INTENT_MARKS.sub("", clean(text))


def understood(text: str, intent: str, entities: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return the parse data of a button, whose meaning is known: Rasa's form."""
    meant = {"name": intent, "confidence": 1.0}
    return {"text": text, "intent": meant, "entities": list(entities), "intent_ranking": [meant]}
