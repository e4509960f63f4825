"""Answering: an update is answered once, behind what came before it, with what the bot says."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from latch import logs, metrics, trackers
from latch.channels import turns
from latch.channels.admission import Admission
from latch.channels.capture import CaptureChannel
from latch.channels.limits import Limit, Rate
from latch.channels.said import helplines, starters
from latch.channels.secret import keyed
from latch.channels.telegram import calls, lines, menus
from latch.channels.telegram.api import RefusedError, Telegram, UndeliveredError
from latch.channels.telegram.memory import Memory
from latch.channels.telegram.outbox import Call, Outbox
from latch.channels.telegram.rendering import COUNTRY, SUBJECT, TOPIC, Part, parts, plain, topic_buttons, topic_of
from latch.channels.telegram.replies import Answer, Replies
from latch.channels.telegram.seen import EXPIRED_EVERY, Reply, Seen, Taken
from latch.channels.telegram.updates import Event, Place, Pressed, Said
from latch.channels.turns import NothingSaidError, OnNewMessage, Order, understood
from latch.channels.urgent import Urgent
from latch.helplines import COUNTRY_OF_NUMBER, Country
from latch.plan import FIND_HELP_INTENT, FORGOTTEN, SHOW_SOURCES
from latch.policy import COUNTRY as COUNTRY_ENTITY
from latch.responses import TITLE, UTTER, Book

NAME = "telegram"
# A message is tried so often before the person is told that it failed; Telegram brings it again after each.
MOST_TRIES = 3
# Of so many buttons and albums it is remembered that they were used and answered.
REMEMBERED = 10_000
RATE = Rate(burst=20, per_minute=30)

_GREETING = ("Hello", "greet")
_INTENTS = {"help": ("Help", "help"), "privacy": ("Privacy", "privacy"), "sources": ("Sources", SHOW_SOURCES)}
_ENDINGS = {"help": lines.HELP, "privacy": lines.PRIVACY}

logger = logging.getLogger(__name__)


class NotReadyError(Exception):
    """No model is loaded yet."""


class FaultError(Exception):
    """An update was not answered; it may come again."""


class TelegramOutput(CaptureChannel):
    """Collects what is said to one message."""

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, for which responses may have a variation."""
        return NAME


@dataclass(frozen=True)
class Task:
    """An update in work; so many calls of its answer were made in a life of this server before."""

    event: Event
    place: Place
    conversation: str
    name: str
    made: int = 0


class Answering:
    """Answers updates: `agent` returns Rasa's agent once a model is loaded, else None.

    Where too many messages are in work, an update is `refused`, and Telegram brings it again; whoever fetches updates
    fetches no more than can be answered soon.
    """

    def __init__(
        self,
        on_new_message: OnNewMessage,
        agent: Callable[[], Agent | None],
        telegram: Telegram,
        seen: Seen,
        secret: str,
        bot: int,
        admission: Admission,
        refused: bool = True,
    ) -> None:
        self._on_new_message = on_new_message
        self._agent = agent
        self._telegram = telegram
        self._outbox = Outbox(telegram)
        self._seen = seen
        self._replies = Replies(seen, self._hidden)
        self._secret = secret
        self._bot = bot
        self._admission = admission
        self._refused = refused
        self._order = Order()
        self._limit = Limit(RATE)
        self._urgent = Urgent()
        self._hurried: Memory[None] = Memory(REMEMBERED)
        self._used: Memory[str] = Memory(REMEMBERED)  # by which update
        self._albums: Memory[str] = Memory(REMEMBERED)  # answered with which update
        self._acknowledging: set[asyncio.Task[None]] = set()
        self._book = Book({})

    def conversation(self, event: Event) -> str:
        """Return the name of a person's conversation in a chat: nobody can tell from it who and where that is."""
        chat = event.place.chat if event.place else 0
        return f"{NAME}-{self._hidden(chat, event.person)}"

    async def answer(self, update: int, event: Event) -> None:
        """Answer an update, unless it was answered before; return when the answer is with Telegram.

        Raises:
            NotReadyError: when no model is loaded.
            InWorkError: when another process has the update.
            BusyError: when it would wait too long.
            FaultError: when it was not answered, and should come again.
        """
        agent = self._agent()
        if agent is None or not agent.is_ready():
            raise NotReadyError
        if self._book.responses is not agent.domain.responses:  # a server may load another model
            self._book = Book(agent.domain.responses)
        conversation = self.conversation(event)
        name = self._hidden("update", update)
        # To send the answer may take long; that keeps no place.
        with self._admission.place(self._refused):
            async with self._order.of(conversation):
                taken = await self._replies.take(name)
                if taken is None:
                    return
                answer = await self._begun(event, conversation, name, taken)
                if event.place:
                    answer.put(self._outbox, event.place.chat)
        try:
            with metrics.STAGE_SECONDS.labels("send").time():
                for number, send in enumerate(answer.sends, start=1):
                    await send
                    if number < len(answer.sends):
                        await self._replies.sent(name, answer.made + number)
        except UndeliveredError:
            logger.error("An answer could not be sent: Telegram was not reached.")
            await self._replies.given_up(name, conversation, answer)
            raise FaultError from None
        await self._replies.delivered(name, conversation, answer)

    async def expire(self) -> None:
        """Drop what is known of old updates, now and every hour, until it is cancelled."""
        while True:
            try:
                await self._seen.expire()
                metrics.EXPIRED_AT.labels("updates").set_to_current_time()
            except (OSError, sqlite3.Error) as error:
                logs.failed(logger, "Deleting old updates of Telegram", error)
            await asyncio.sleep(EXPIRED_EVERY)

    async def close(self) -> None:
        """Stop sending; what is not sent yet is answered when Telegram brings the updates again."""
        await self._outbox.close()
        await self._replies.close()

    async def _begun(self, event: Event, conversation: str, name: str, taken: Taken) -> Answer:
        """Return the answer; one that could not be delivered, as it was."""
        if event.place is None:
            return self._out_of_place(event)
        task = Task(event, event.place, conversation, name, taken.parts)
        try:
            if isinstance(event, Pressed):
                return self._replies.undelivered(name) or await self._pressed(event, task)
            return await self._said_to(event, task)
        except Exception as error:
            return await self._failed(error, task, taken)

    async def _failed(self, error: Exception, task: Task, taken: Taken) -> Answer:
        logs.failed(logger, "An answer on Telegram", error)
        if taken.tries + 1 < MOST_TRIES:
            await self._replies.release(task.name)
            raise FaultError from None
        return _said(task, plain(lines.FAILED))

    # Messages.

    async def _said_to(self, said: Said, task: Task) -> Answer:
        before = await self._replies.find(task.conversation, said.message)
        known = before.reply if isinstance(before, Answer) else before
        now = self._replies.new(task.conversation, said.message, said.at, said.text)
        if known and (said.at < known.at or not said.edited or now.text == known.text):
            return Answer()  # an edit that came first has been answered, or nothing was changed that can be read
        undelivered = self._replies.undelivered(task.name)
        if undelivered:
            return self._replies.hold(task.conversation, undelivered)
        if self._is_answered(said.album, task) and not said.text.strip():
            return Answer()
        if said.command and said.command[0] == "forget":
            return await self._forget(task)
        if self._limit.wait(task.conversation) and not await self._is_urgent(said, task):
            told = task.conversation in self._hurried
            self._hurried.put(task.conversation, task.conversation, None)
            return Answer() if told else _said(task, plain(lines.TOO_FAST))
        self._hurried.drop(task.conversation)
        # Held before the turn: where that forgets the conversation, nothing is kept of the answer either.
        answer = self._replies.hold(task.conversation, Answer(made=task.made, reply=now, before=before))
        try:
            found = await self._parts(said, task)
            answer.calls = await self._replacing(before, found, task) if before else _said(task, found).calls
        except BaseException:
            self._replies.take_back(task.conversation, answer)
            raise
        return answer

    async def _is_urgent(self, said: Said, task: Task) -> bool:
        agent = self._agent()
        return agent is not None and await self._urgent.is_heard(agent, task.conversation, turns.typed(said.text))

    async def _parts(self, said: Said, task: Task) -> list[Part]:
        if said.media:
            told = plain(lines.only_text(said.media, bool(said.text.strip())))
            if self._is_answered(said.album, task):
                told = []
            elif said.album:
                self._albums.put((task.conversation, said.album), task.conversation, task.name)
            return [*told, *await self._turn(task, turns.typed(said.text))] if said.text.strip() else told
        if said.command:
            return await self._command(*said.command, said.text, task)
        return await self._turn(task, turns.typed(said.text))

    async def _command(self, name: str, rest: str, text: str, task: Task) -> list[Part]:
        if name == "topics":
            return [menus.subjects(self._book)]
        if name == "country":
            return await self._turn(task, turns.typed(rest)) if rest else [menus.countries(helplines(self._book))]
        if name == "start":
            return await self._topic(rest, task) if self._book.is_topic(rest) else await self._greeting(task)
        if name in _INTENTS:
            ending = plain(_ENDINGS[name]) if name in _ENDINGS else []
            return [*await self._turn(task, *_INTENTS[name]), *ending]
        return await self._turn(task, turns.typed(text))  # a text that begins with a slash

    async def _greeting(self, task: Task) -> list[Part]:
        *others, last = await self._turn(task, *_GREETING)
        return [*others, last if last.keyboard else replace(last, keyboard=topic_buttons(starters(self._book)))]

    async def _forget(self, task: Task) -> Answer:
        agent = self._agent()
        await trackers.delete(agent.tracker_store if agent else None, task.conversation)
        await self._drop(task.conversation)
        return _said(task, plain(lines.FORGOTTEN))

    async def _drop(self, conversation: str) -> None:
        """Drop what is held of a conversation beside the store."""
        self._used.forget(conversation)
        self._albums.forget(conversation)
        await self._replies.forget(conversation)

    def _is_answered(self, album: str | None, task: Task) -> bool:
        """Tell whether another message of the same album was answered."""
        return album is not None and self._albums.get((task.conversation, album)) not in (None, task.name)

    # Buttons.

    async def _pressed(self, pressed: Pressed, task: Task) -> Answer:
        kind = pressed.data.partition(":")[0]
        if pressed.message is None:
            return self._out_of_place(pressed)
        chat, under = task.place.chat, self._under(task.place, pressed.message)
        if self._used.get(under) not in (None, task.name):  # by another press
            self._acknowledge(pressed)
            return Answer()
        if kind == SUBJECT:
            menu = menus.page(pressed.data, self._book)
            self._acknowledge(pressed, None if menu else lines.OLD_BUTTON)
            return Answer([calls.edit(chat, pressed.message, menu)] if menu else ())
        topic = topic_of(pressed.data, self._book) if kind == TOPIC else None
        country = menus.country_of(pressed.data, helplines(self._book)) if kind == COUNTRY else None
        if topic is None and country is None:
            return self._out_of_place(pressed)
        self._acknowledge(pressed)
        self._used.put(under, task.conversation, task.name)
        self._outbox.put(chat, calls.without_buttons(chat, pressed.message))
        if topic is not None:
            return _said(task, await self._topic(topic, task))
        assert country is not None
        return _said(task, await self._country(country, task))

    def _out_of_place(self, event: Event) -> Answer:
        """Say of a button that it does not work any more; return that there is nothing else to say."""
        if isinstance(event, Pressed):
            self._acknowledge(event, lines.OLD_BUTTON)
        return Answer()

    def _acknowledge(self, pressed: Pressed, words: str | None = None) -> None:
        """Let the button stop waiting; where it does not work any more, say so."""
        parameters = {"callback_query_id": pressed.query, **({"text": words} if words else {})}

        async def acknowledge() -> None:
            # Refused where it is too old: the button has stopped waiting by itself.
            with contextlib.suppress(RefusedError, UndeliveredError):
                await self._telegram.insist("answerCallbackQuery", parameters)

        task = asyncio.ensure_future(acknowledge())
        self._acknowledging.add(task)
        task.add_done_callback(self._acknowledging.discard)

    def _under(self, place: Place, message: int) -> tuple[str, int]:
        """Return what stands for a message of the bot, in whoever's conversation its buttons are pressed."""
        return self._hidden("chat", place.chat), message

    async def _topic(self, topic: str, task: Task) -> list[Part]:
        return await self._turn(task, str(self._book.metadata(f"{UTTER}{topic}")[TITLE]), topic)

    async def _country(self, country: Country, task: Task) -> list[Part]:
        """Say the country as if it had been typed; what it means is known."""
        text = menus.country_name(country)
        entity = {"entity": COUNTRY_ENTITY, "value": country.code, "start": 0, "end": len(text)}
        return await self._turn(task, text, FIND_HELP_INTENT, [entity])

    # Turns, and what is sent.

    async def _turn(
        self, task: Task, text: str, intent: str | None = None, entities: Sequence[dict[str, Any]] = ()
    ) -> list[Part]:
        """Return what the bot says to a text, whose meaning is known where an intent is given.

        Raises:
            NothingSaidError: when it says nothing.
            Exception: whatever goes wrong in a turn.
        """
        if self._outbox.idle(task.place.chat):
            self._outbox.put(task.place.chat, calls.typing(task.place))
        output = TelegramOutput()
        parsed = understood(text, intent, entities) if intent else None
        await self._on_new_message(UserMessage(text, output, task.conversation, parsed, NAME, message_id=task.name))
        said = [part for message in output.messages for part in self._shown(message)]
        if any(_is_forgotten(message) for message in output.messages):
            await self._drop(task.conversation)
        if not said:
            raise NothingSaidError
        return said

    def _shown(self, message: dict[str, Any]) -> list[Part]:
        """Return a message of the NLG; where it asks for the country, the countries are its buttons."""
        if _is_forgotten(message):
            return plain(lines.FORGOTTEN)
        asks = COUNTRY_OF_NUMBER in str(message.get("text"))
        return parts(message, menus.countries(helplines(self._book)).keyboard if asks else None)

    async def _replacing(self, before: Reply | Answer, found: Sequence[Part], task: Task) -> list[Call]:
        """Return what puts parts in the place of the answer to the text before the edit; a danger is told anew."""
        chat = task.place.chat
        old = await before.messages() if isinstance(before, Answer) else before.messages
        kept = () if any(part.danger for part in found) else old[: len(found)]
        new = [_message(task, part) for part in found]
        for number, message in enumerate(kept):
            new[number] = calls.edit(chat, message, found[number], new[number])
            self._used.drop(self._under(task.place, message))  # it has other buttons now
        return [*new, *(calls.delete(chat, message) for message in old[len(kept) :])]

    def _hidden(self, *parts: object) -> str:
        """Return what stands for these in memory and in the file: a keyed hash."""
        return keyed(self._secret, NAME, self._bot, *parts)[:32]


def _is_forgotten(message: Mapping[str, Any]) -> bool:
    """Tell whether a message of the NLG says that the conversation is forgotten, in whatever words it was asked for."""
    return message.get("utter_action") == FORGOTTEN


def _said(task: Task, found: Sequence[Part]) -> Answer:
    """Return parts as an answer of new messages."""
    return Answer([_message(task, part) for part in found], task.made)


def _message(task: Task, part: Part) -> Call:
    """Return the call that sends a part; in a group it must be seen which message is answered."""
    in_group = not task.place.private and isinstance(task.event, Said)
    return calls.message(task.place, part, task.event.message if in_group else None)
