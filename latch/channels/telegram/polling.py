"""Long polling: fetches updates, for a machine without a public address."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from latch.channels.telegram.api import RefusedError, Telegram, TooManyError, TroubleError, wait
from latch.channels.telegram.updates import KINDS_OF_UPDATES, update_id

POLL_SECONDS = 50
ANSWER_SECONDS = 15.0  # that Telegram's answer may come later
# Updates that are looked at together; Telegram gives a hundred, counted from the oldest that is not confirmed.
WINDOW = 90
# While one is in work, new ones are looked for so often.
LOOK_SECONDS = 0.25
MOST_TRIES = 50
LONGEST_WAIT = 30.0
_CONFLICT = 409

logger = logging.getLogger(__name__)


class Polling:
    """Hands updates over as they come; one is confirmed to Telegram when it was handled, so that none is lost.

    `handle` returns whether an update was handled; if not, it is handed over again.
    """

    def __init__(self, telegram: Telegram, handle: Callable[[Any], Awaitable[bool]]) -> None:
        self._telegram = telegram
        self._handle = handle
        self._in_work: dict[int, asyncio.Task[None]] = {}
        self._open: set[int] = set()  # fetched and not handled
        self._tries: Counter[int] = Counter()
        self._next = 0  # behind the last that was fetched

    async def run(self) -> None:
        """Fetch updates until it is cancelled, or refused for good.

        Raises:
            RefusedError: when Telegram does not know the bot any more.
        """
        troubles = 0
        try:
            while True:
                try:
                    await self._look()
                    troubles = 0
                except TooManyError as error:
                    await self._telegram.pause(error.seconds)
                except TroubleError:
                    troubles += 1
                    await self._telegram.pause(wait(troubles, LONGEST_WAIT))
                except RefusedError as error:
                    if error.code != _CONFLICT:
                        raise
                    troubles += 1
                    if troubles == 1:
                        logger.error("Another process fetches this bot's updates, or its webhook is set: only one may.")
                    await self._telegram.pause(wait(troubles + 3, LONGEST_WAIT))
        finally:
            for task in self._in_work.values():
                task.cancel()

    async def _look(self) -> None:
        seconds = 0 if self._open else POLL_SECONDS
        asked = {"offset": self._offset(), "timeout": seconds, "allowed_updates": list(KINDS_OF_UPDATES)}
        for update in await self._telegram.call("getUpdates", asked, seconds + ANSWER_SECONDS) or ():
            number = update_id(update)
            if number is None or number in self._in_work or (number < self._next and number not in self._open):
                continue
            self._open.add(number)
            self._next = max(self._next, number + 1)
            self._in_work[number] = asyncio.ensure_future(self._hand_over(number, update))
        if self._in_work:
            await asyncio.wait(self._in_work.values(), timeout=LOOK_SECONDS, return_when=asyncio.ALL_COMPLETED)
        elif self._open:
            await self._telegram.pause(LOOK_SECONDS)

    def _offset(self) -> int:
        """Return the first update that is not confirmed: those before it are, and Telegram forgets them."""
        return max(min(self._open, default=self._next), self._next - WINDOW)

    async def _hand_over(self, number: int, update: Any) -> None:
        try:
            handled = await self._handle(update)
            self._tries[number] += 1
            if handled or self._tries[number] >= MOST_TRIES:
                self._open.discard(number)
                del self._tries[number]
            else:
                await self._telegram.pause(wait(self._tries[number]))
        finally:
            del self._in_work[number]
