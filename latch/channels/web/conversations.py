"""Conversations: one turn after the other in each, in the order in which the messages came."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from rasa.core.channels.channel import UserMessage

from latch import trackers
from latch.channels.capture import CaptureChannel
from latch.channels.turns import NothingSaidError, OnNewMessage, Order, understood
from latch.channels.web.sessions import Session

NAME = "web"


class ForgottenError(Exception):
    """The person had the conversation deleted."""


class WebOutput(CaptureChannel):
    """Collects what is said to one message."""

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, for which responses may have a variation."""
        return NAME


class Conversations:
    """Runs turns, and deletes conversations."""

    def __init__(self, on_new_message: OnNewMessage, now: Callable[[], float] = time.time) -> None:
        self._on_new_message = on_new_message
        self._now = now
        self._order = Order()
        self._forgotten: dict[str, float] = {}

    async def turn(
        self, session: Session, message_id: str, text: str, intent: str | None = None
    ) -> list[dict[str, Any]]:
        """Return what is said to a message, as the NLG made it; with an intent, what the text means is not asked.

        Raises:
            NothingSaidError: when nothing is said to it.
            ForgottenError: when the conversation was deleted.
            Exception: whatever goes wrong in a turn.
        """
        output = WebOutput()
        message = UserMessage(
            text,
            output,
            session.conversation,
            parse_data=understood(text, intent) if intent else None,
            input_channel=NAME,
            message_id=message_id,
            metadata={"country": session.country} if session.country else {},
        )
        async with self._lock(session):
            self.check(session)
            await self._on_new_message(message)
        if not output.messages:
            raise NothingSaidError
        return output.messages

    async def forget(self, session: Session, store: Any) -> None:
        """Delete a conversation, behind the turn that is in work; it cannot be gone on with.

        Raises:
            trackers.DeletionError: when the store has no way to.
        """
        async with self._lock(session):
            await trackers.delete(store, session.conversation)
            now = self._now()
            # A session ends by itself: none is remembered longer than one can last.
            self._forgotten = {name: until for name, until in self._forgotten.items() if until > now}
            self._forgotten[session.conversation] = session.expires.timestamp()

    def check(self, session: Session) -> None:
        """Raise ForgottenError where the conversation was deleted."""
        if session.conversation in self._forgotten:
            raise ForgottenError

    def _lock(self, session: Session) -> asyncio.Lock:
        return self._order.of(session.conversation)
