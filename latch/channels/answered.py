"""Answered: a message that is sent again gets the answer that it got, or that it is about to get."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from latch.channels.admission import BusyError

Answer = TypeVar("Answer")
Key = tuple[str, str]  # conversation, message

RETRY_SECONDS = 1


class Answered(Generic[Answer]):
    """Keeps answers by conversation and message: at most `most`, each for `seconds`; at most `pending` in work.

    Without `pending`, the work itself says whether there is a place for it.
    """

    def __init__(
        self,
        most: int = 4_000,
        seconds: float = 3_600.0,
        pending: float = math.inf,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._pending = pending
        self._now = now
        self._kept: OrderedDict[Key, tuple[float, Answer]] = OrderedDict()
        self._in_work: dict[Key, asyncio.Task[Answer]] = {}

    def __contains__(self, key: Key) -> bool:
        self._drop_old()
        return key in self._kept or key in self._in_work

    async def once(self, key: Key, work: Callable[[], Awaitable[Answer]], patience: float) -> Answer:
        """Return the answer to a message, made by `work` where it is new.

        The work goes on when the one who waits for it goes away or loses patience (seconds). Work that fails is not
        kept: the message may be sent again.

        Raises:
            asyncio.TimeoutError: when the answer takes longer than that.
            BusyError: when too many are in work.
            Exception: what `work` raises.
        """
        self._drop_old()
        if key in self._kept:
            return self._kept[key][1]
        task = self._in_work.get(key)
        if task is None:
            if len(self._in_work) >= self._pending:
                raise BusyError(RETRY_SECONDS)
            task = asyncio.ensure_future(self._work(key, work))
            self._in_work[key] = task
            task.add_done_callback(_retrieved)
        return await asyncio.wait_for(asyncio.shield(task), patience)

    def forget(self, conversation: str) -> None:
        """Drop the answers of a conversation."""
        for key in [key for key in self._kept if key[0] == conversation]:
            del self._kept[key]

    async def _work(self, key: Key, work: Callable[[], Awaitable[Answer]]) -> Answer:
        try:
            answer = await work()
            self._kept[key] = (self._now(), answer)
            return answer
        finally:
            del self._in_work[key]

    def _drop_old(self) -> None:
        oldest = self._now() - self._seconds
        while self._kept and (len(self._kept) > self._most or next(iter(self._kept.values()))[0] < oldest):
            self._kept.popitem(last=False)


def _retrieved(task: asyncio.Task[Answer]) -> None:
    """Take note of a failure that nobody waited for: asyncio would log it with its words."""
    if not task.cancelled():
        task.exception()
