"""Replies: which update and which message was answered by what, while that is being sent and afterwards."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from latch import logs
from latch.channels.telegram.memory import Memory
from latch.channels.telegram.outbox import Call, Outbox, Sent, is_sent
from latch.channels.telegram.seen import Reply, Seen, Taken

# So many answers are held: those that are being sent, and those that wait for their update to come again.
MOST_HELD = 10_000

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Answer:
    """What goes out in answer to an update: its calls, of which so many were made in a life of this server before.

    `reply` is what is kept of it, where it is to be found again, and `before` what it takes the place of.
    """

    calls: Sequence[Call] = ()
    made: int = 0
    reply: Reply | None = None
    before: Reply | Answer | None = None
    sends: list[Sent] = field(default_factory=list)

    def put(self, outbox: Outbox, chat: int) -> None:
        """Put it behind what is being sent to a chat, without what was sent of it before."""
        sends = [send for send in self.sends if is_sent(send)]
        for call in self.calls[self.made + len(sends) :]:
            sends.append(outbox.put(chat, call, sends[-1] if sends else None))
        self.sends = sends

    async def messages(self) -> tuple[int, ...]:
        """Return the ids of the messages that were taken, once it is with Telegram."""
        done = await asyncio.gather(*self.sends, return_exceptions=True)
        return tuple(number for number in done if isinstance(number, int))

    def settle(self) -> None:
        """Keep the ids of its messages alone."""
        self.calls, self.before = (), None


class Replies:
    """Holds answers until they are with Telegram and in the file, and finds them again.

    No answer depends on the file: without it, Telegram's redelivery may be answered twice. `hidden` returns the keyed
    hash of what it is given.
    """

    def __init__(self, seen: Seen, hidden: Callable[..., str]) -> None:
        self._seen = seen
        self._hidden = hidden
        self._held: Memory[Answer] = Memory(MOST_HELD)  # by conversation and message
        self._undelivered: Memory[Answer] = Memory(MOST_HELD)  # by update
        self._without_file = False

    async def take(self, update: str) -> Taken | None:
        """Return an update to answer, None where it was answered before.

        Raises:
            InWorkError: when another process has it.
        """
        try:
            return await self._seen.take(update)
        except (OSError, sqlite3.Error) as error:
            self._note_failure(error)
            return Taken()

    def new(self, conversation: str, message: int, at: int, text: str) -> Reply:
        """Return what is known of the reply to a message before it is sent."""
        hidden = self._hidden("text", conversation, message, ascii(text))
        return Reply(self._hidden("replies", conversation), message, at, hidden)

    async def find(self, conversation: str, message: int) -> Reply | Answer | None:
        """Return the answer to a message, None where none is known."""
        held = self._held.get((conversation, message))
        if held:
            return held
        try:
            return await self._seen.reply(self._hidden("replies", conversation), message)
        except (OSError, sqlite3.Error) as error:
            self._note_failure(error)
            return None

    def undelivered(self, update: str) -> Answer | None:
        """Return the answer to an update that could not be delivered, None where there is none."""
        return self._undelivered.get(update)

    def hold(self, conversation: str, answer: Answer) -> Answer:
        """Return an answer, which is held until it is in the file, where it is to be found again."""
        if answer.reply:
            self._held.put((conversation, answer.reply.message), conversation, answer)
        return answer

    def take_back(self, conversation: str, answer: Answer) -> None:
        """Hold again what was held before an answer that did not come about."""
        if answer.reply is None or not self._is_held(conversation, answer):
            return
        key = (conversation, answer.reply.message)
        if isinstance(answer.before, Answer):
            self._held.put(key, conversation, answer.before)
        else:
            self._held.drop(key)

    async def sent(self, update: str, calls: int) -> None:
        """Keep how many calls of an answer were made."""
        await self._note(self._seen.sent(update, calls))

    async def delivered(self, update: str, conversation: str, answer: Answer) -> None:
        """Keep that an update was answered, and by which messages."""
        self._undelivered.drop(update)
        answer.settle()
        messages = await answer.messages()
        reply = None
        if answer.reply and self._is_held(conversation, answer):  # else forgotten, or edited, meanwhile
            reply = replace(answer.reply, messages=messages)
        if await self._note(self._seen.answered(update, reply)) and reply and self._is_held(conversation, answer):
            self._held.drop((conversation, reply.message))

    async def given_up(self, update: str, conversation: str, answer: Answer) -> None:
        """Hold an answer that was not delivered until its update comes again."""
        self.take_back(conversation, answer)
        self._undelivered.put(update, conversation, answer)
        await self.release(update)

    async def release(self, update: str) -> None:
        """Let an update be taken again, and count a try that failed."""
        await self._note(self._seen.release(update))

    async def forget(self, conversation: str) -> None:
        """Drop the answers of a conversation.

        Raises:
            OSError, sqlite3.Error: when the file cannot be used.
        """
        self._held.forget(conversation)
        self._undelivered.forget(conversation)
        await self._seen.forget(self._hidden("replies", conversation))

    async def close(self) -> None:
        """Close the file."""
        await self._seen.close()

    def _is_held(self, conversation: str, answer: Answer) -> bool:
        return answer.reply is not None and self._held.get((conversation, answer.reply.message)) is answer

    async def _note(self, writing: Awaitable[None]) -> bool:
        """Return whether it was written."""
        try:
            await writing
        except (OSError, sqlite3.Error) as error:
            self._note_failure(error)
            return False
        return True

    def _note_failure(self, error: Exception) -> None:
        if not self._without_file:
            self._without_file = True
            logs.failed(logger, "Keeping which updates were answered", error)
