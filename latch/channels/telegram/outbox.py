"""The outbox: what is sent to a chat goes out in its order, and no chat waits for another."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from latch.channels.telegram.api import (
    BlockedError,
    RefusedError,
    Telegram,
    TooManyError,
    TroubleError,
    UndeliveredError,
)

HINT_SECONDS = 3.0
_UNCHANGED = "message is not modified"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """One call for a chat. A `hint` is tried once and may fail; where a call is refused, `otherwise` is tried."""

    method: str
    parameters: Mapping[str, Any]
    hint: bool = False
    otherwise: Call | None = None


# The id of the message that a call sent or changed, None where there is none.
Sent = asyncio.Future["int | None"]


@dataclass(frozen=True)
class _Waiting:
    """A call in its queue, what will hold its result, and the call that it is not to go out without."""

    call: Call
    sent: Sent
    behind: Sent | None


class Outbox:
    """Keeps a queue for each chat that something is sent to."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._queues: dict[int, deque[_Waiting]] = {}
        self._workers: set[asyncio.Task[None]] = set()

    def idle(self, chat: int) -> bool:
        """Tell whether nothing waits to be sent to a chat."""
        return chat not in self._queues

    def put(self, chat: int, call: Call, behind: Sent | None = None) -> Sent:
        """Send behind what was put before; return what will hold the id of the message that was sent or changed.

        The id is None where the call is refused for good: the person blocked the bot, the chat is gone. It is an
        UndeliveredError where Telegram could not be reached for long, or where that befell the call that this one is
        to stand `behind` in the chat: the parts of an answer go out in their order or not at all.
        """
        sent: Sent = asyncio.get_running_loop().create_future()
        sent.add_done_callback(_retrieved)
        if chat in self._queues:
            self._queues[chat].append(_Waiting(call, sent, behind))
        else:
            self._queues[chat] = deque([_Waiting(call, sent, behind)])
            worker = asyncio.ensure_future(self._work(chat))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        return sent

    async def close(self) -> None:
        """Stop sending."""
        for worker in list(self._workers):
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _work(self, chat: int) -> None:
        queue = self._queues[chat]
        try:
            while queue:
                waiting = queue[0]
                result: int | UndeliveredError | None
                try:
                    result = await self._send(waiting.call) if _is_next(waiting.behind) else UndeliveredError()
                except UndeliveredError as error:
                    result = error
                queue.popleft()
                if waiting.sent.done():
                    continue
                if isinstance(result, UndeliveredError):
                    waiting.sent.set_exception(result)
                else:
                    waiting.sent.set_result(result)
        finally:
            del self._queues[chat]
            for waiting in queue:
                waiting.sent.cancel()

    async def _send(self, call: Call) -> int | None:
        if call.hint:
            await self._hint(call)
            return None
        try:
            return _message_id(await self._telegram.insist(call.method, call.parameters))
        except BlockedError:
            return None
        except RefusedError as error:
            if error.migrated_to is not None:  # a group that became a supergroup has a new id
                moved = {**call.parameters, "chat_id": error.migrated_to}
                return await self._send(Call(call.method, moved, otherwise=None))
            if _UNCHANGED in error.description:
                return _message_id(call.parameters)
            if call.otherwise is not None:
                return await self._send(call.otherwise)
            logger.warning("Telegram refused %s (%s).", call.method, error.code)
            return None

    async def _hint(self, call: Call) -> None:
        try:
            await self._telegram.call(call.method, call.parameters, HINT_SECONDS)
        except TooManyError as error:
            await self._telegram.pause(error.seconds)  # for all that is sent to this chat
        except (RefusedError, TroubleError):
            pass


def _message_id(found: Any) -> int | None:
    """Return the id that a message bears; nothing else of it is kept: Telegram's answers hold names."""
    number = found.get("message_id") if isinstance(found, Mapping) else None
    return number if isinstance(number, int) else None


def is_sent(sent: Sent) -> bool:
    """Tell whether a call was carried out, or refused for good."""
    return sent.done() and not sent.cancelled() and sent.exception() is None


def _is_next(behind: Sent | None) -> bool:
    return behind is None or is_sent(behind)


def _retrieved(sent: Sent) -> None:
    """Take note of a failure that nobody waited for: asyncio would log it."""
    if not sent.cancelled():
        sent.exception()
