"""Memory: what is held of conversations for a while, and dropped when one is forgotten."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memory(Generic[Value]):
    """Holds the last `most` values, each under a key and for a conversation."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, tuple[str, Value]] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._held

    def get(self, key: Hashable) -> Value | None:
        """Return what is held under a key, None where nothing is."""
        found = self._held.get(key)
        return found[1] if found else None

    def put(self, key: Hashable, conversation: str, value: Value) -> None:
        """Hold a value in place of the one that was held; the oldest goes where there are too many."""
        self._held.pop(key, None)
        self._held[key] = (conversation, value)
        if len(self._held) > self._most:
            self._held.popitem(last=False)

    def drop(self, key: Hashable) -> None:
        """Drop what is held under a key."""
        self._held.pop(key, None)

    def forget(self, conversation: str) -> None:
        """Drop what is held for a conversation."""
        for key in [key for key, (of, _) in self._held.items() if of == conversation]:
            del self._held[key]
