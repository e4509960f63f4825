"""Answering: an update is answered once, behind what came before it, with what the bot says."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from latch import logs, metrics, trackers
from latch.channels import turns
from latch.channels.admission import Admission
from latch.channels.capture import CaptureChannel
from latch.channels.limits import Limit, Rate
from latch.channels.said import helplines, starters
from latch.channels.secret import keyed
from latch.channels.telegram import lines, menus
from latch.channels.telegram.api import RefusedError, Telegram, UndeliveredError
from latch.channels.telegram.outbox import Call, Outbox, Sent
from latch.channels.telegram.rendering import (
    COUNTRY,
    NO_BUTTONS,
    SUBJECT,
    TOPIC,
    Part,
    parts,
    plain,
    topic_buttons,
    topic_of,
)
from latch.channels.telegram.seen import EXPIRED_EVERY, Seen, Taken
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
# Of so many messages and menus it is remembered what was said to them, and that they were used.
REMEMBERED = 10_000
RATE = Rate(burst=20, per_minute=30)

_GREETING = ("Hello", "greet")
_INTENTS = {"help": ("Help", "help"), "privacy": ("Privacy", "privacy"), "sources": ("Sources", SHOW_SOURCES)}
_ENDINGS = {"help": lines.HELP, "privacy": lines.PRIVACY}

logger = logging.getLogger(__name__)

Kept = TypeVar("Kept")


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


@dataclass
class Answered:
    """A message that was answered: when it was written or edited, the hash of its text, and what was sent."""

    at: int
    text: int
    sends: list[Sent]


@dataclass(frozen=True)
class Task:
    """An update in work; so many parts of its answer were sent in a life of this server before."""

    event: Event
    place: Place
    conversation: str
    name: str
    parts: int = 0


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
        self._secret = secret
        self._bot = bot
        self._admission = admission
        self._refused = refused
        self._order = Order()
        self._limit = Limit(RATE)
        self._urgent = Urgent()
        self._hurried: OrderedDict[str, None] = OrderedDict()
        self._said: OrderedDict[tuple[str, int], Answered] = OrderedDict()
        self._used: OrderedDict[tuple[int, int], str] = OrderedDict()  # by which update
        self._acknowledging: set[asyncio.Task[None]] = set()
        self._book = Book({})
        self._without_seen = False

    def conversation(self, event: Event) -> str:
        """Return the name of a person's conversation in a chat: nobody can tell from it who and where that is."""
        chat = event.place.chat if event.place else 0
        return f"{NAME}-{keyed(self._secret, NAME, self._bot, chat, event.person)[:32]}"

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
        name = keyed(self._secret, NAME, self._bot, "update", update)[:32]
        # To send the answer may take long; that keeps no place.
        with self._admission.place(self._refused):
            async with self._order.of(conversation):
                taken = await self._take(name)
                if taken is None:
                    return
                sends = await self._begun(event, conversation, name, taken)
        try:
            with metrics.STAGE_SECONDS.labels("send").time():
                for number, send in enumerate(sends, start=1):
                    await send
                    if number < len(sends):
                        await self._note(self._seen.sent(name, taken.parts + number))
        except UndeliveredError:
            logger.error("An answer could not be sent: Telegram was not reached.")
            if isinstance(event, Said):
                self._said.pop((conversation, event.message), None)
            await self._note(self._seen.release(name))
            raise FaultError from None
        await self._note(self._seen.answered(name))

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
        await self._seen.close()

    async def _begun(self, event: Event, conversation: str, name: str, taken: Taken) -> list[Sent]:
        """Return what is being sent in answer."""
        if isinstance(event, Pressed):
            return await self._pressed(event, conversation, name, taken)
        task = Task(event, event.place, conversation, name, taken.parts)
        try:
            return await self._said_to(event, task)
        except Exception as error:
            return await self._failed(error, task, taken)

    async def _failed(self, error: Exception, task: Task, taken: Taken) -> list[Sent]:
        logs.failed(logger, "An answer on Telegram", error)
        if taken.tries + 1 < MOST_TRIES:
            await self._note(self._seen.release(task.name))
            raise FaultError from None
        return self._send(task, plain(lines.FAILED))

    # Messages.

    async def _said_to(self, said: Said, task: Task) -> list[Sent]:
        key = (task.conversation, said.message)
        before = self._said.get(key)
        if before and (said.at < before.at or not said.edited or hash(said.text) == before.text):
            return []  # an edit that came first has been answered, or nothing was changed that can be read
        if said.command and said.command[0] == "forget":
            return await self._forget(task)
        if self._limit.wait(task.conversation) and not await self._is_urgent(said, task):
            told = task.conversation in self._hurried
            _keep(self._hurried, task.conversation, None)
            return [] if told else self._send(task, plain(lines.TOO_FAST))
        self._hurried.pop(task.conversation, None)
        answer = await self._parts(said, task)
        sends = await self._replacing(before, answer, task) if before else self._send(task, answer)
        _keep(self._said, key, Answered(said.at, hash(said.text), sends))
        return sends

    async def _is_urgent(self, said: Said, task: Task) -> bool:
        agent = self._agent()
        return agent is not None and await self._urgent.is_heard(agent, task.conversation, turns.typed(said.text))

    async def _parts(self, said: Said, task: Task) -> list[Part]:
        if said.media:
            told = plain(lines.only_text(said.media, bool(said.text.strip())))
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

    async def _forget(self, task: Task) -> list[Sent]:
        agent = self._agent()
        await trackers.delete(agent.tracker_store if agent else None, task.conversation)
        self._drop(task.conversation)
        return self._send(task, plain(lines.FORGOTTEN))

    def _drop(self, conversation: str) -> None:
        """Drop what is held of a conversation beside the store."""
        for key in [key for key in self._said if key[0] == conversation]:
            del self._said[key]

    # Buttons.

    async def _pressed(self, pressed: Pressed, conversation: str, name: str, taken: Taken) -> list[Sent]:
        kind = pressed.data.partition(":")[0]
        if pressed.place is None or pressed.message is None:
            self._acknowledge(pressed, lines.OLD_BUTTON)
            return []
        under = (pressed.place.chat, pressed.message)
        task = Task(pressed, pressed.place, conversation, name, taken.parts)
        if self._used.get(under, name) != name:  # by another press
            self._acknowledge(pressed)
            return []
        if kind == SUBJECT:
            menu = menus.page(pressed.data, self._book)
            self._acknowledge(pressed, None if menu else lines.OLD_BUTTON)
            return [self._outbox.put(task.place.chat, _edit(under, menu))] if menu else []
        topic = topic_of(pressed.data, self._book) if kind == TOPIC else None
        country = menus.country_of(pressed.data, helplines(self._book)) if kind == COUNTRY else None
        if topic is None and country is None:
            self._acknowledge(pressed, lines.OLD_BUTTON)
            return []
        self._acknowledge(pressed)
        _keep(self._used, under, name)
        gone = {"chat_id": under[0], "message_id": under[1], "reply_markup": NO_BUTTONS}
        self._outbox.put(task.place.chat, Call("editMessageReplyMarkup", gone))
        try:
            if topic is not None:
                return self._send(task, await self._topic(topic, task))
            assert country is not None
            return self._send(task, await self._country(country, task))
        except Exception as error:
            return await self._failed(error, task, taken)

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
            self._outbox.put(
                task.place.chat, Call("sendChatAction", {**_to(task.place), "action": "typing"}, hint=True)
            )
        output = TelegramOutput()
        parsed = understood(text, intent, entities) if intent else None
        await self._on_new_message(UserMessage(text, output, task.conversation, parsed, NAME, message_id=task.name))
        said = [part for message in output.messages for part in self._shown(message)]
        if any(_is_forgotten(message) for message in output.messages):
            self._drop(task.conversation)
        if not said:
            raise NothingSaidError
        return said

    def _shown(self, message: dict[str, Any]) -> list[Part]:
        """Return a message of the NLG; where it asks for the country, the countries are its buttons."""
        found = plain(lines.FORGOTTEN) if _is_forgotten(message) else parts(message)
        if found and not found[-1].keyboard and COUNTRY_OF_NUMBER in str(message.get("text")):
            found[-1] = replace(found[-1], keyboard=menus.countries(helplines(self._book)).keyboard)
        return found

    def _send(self, task: Task, answer: Sequence[Part]) -> list[Sent]:
        """Put an answer behind what is being sent to the chat, without the parts that were sent before."""
        return [self._outbox.put(task.place.chat, _message(task, part)) for part in answer[task.parts :]]

    async def _replacing(self, before: Answered, answer: Sequence[Part], task: Task) -> list[Sent]:
        """Put an answer in the place of the one to the text before the edit; one on a danger is sent anew."""
        chat = task.place.chat
        done = await asyncio.gather(*before.sends, return_exceptions=True)
        old = [sent["message_id"] for sent in done if isinstance(sent, dict) and "message_id" in sent]
        kept = [] if any(part.danger for part in answer) else old[: len(answer)]
        sends = []
        for number, part in enumerate(answer):
            new = _message(task, part)
            sends.append(self._outbox.put(chat, _edit((chat, kept[number]), part, new) if number < len(kept) else new))
        for message in old[len(kept) :]:
            self._outbox.put(chat, Call("deleteMessage", {"chat_id": chat, "message_id": message}))
        return sends

    # What was seen. An answer does not depend on the file: without it, Telegram's redelivery may be answered twice.

    async def _take(self, name: str) -> Taken | None:
        try:
            return await self._seen.take(name)
        except (OSError, sqlite3.Error) as error:
            self._note_failure(error)
            return Taken()

    async def _note(self, writing: Any) -> None:
        try:
            await writing
        except (OSError, sqlite3.Error) as error:
            self._note_failure(error)

    def _note_failure(self, error: Exception) -> None:
        if not self._without_seen:
            self._without_seen = True
            logs.failed(logger, "Keeping which updates were answered", error)


def _to(place: Place) -> dict[str, Any]:
    return {"chat_id": place.chat, **({"message_thread_id": place.thread} if place.thread is not None else {})}


def _is_forgotten(message: Mapping[str, Any]) -> bool:
    """Tell whether a message of the NLG says that the conversation is forgotten, in whatever words it was asked for."""
    return message.get("utter_action") == FORGOTTEN


def _message(task: Task, part: Part) -> Call:
    """Return the call that sends a part; where Telegram cannot read the HTML, as plain text."""
    about: dict[str, Any] = {**_to(task.place), "link_preview_options": {"is_disabled": True}}
    if not task.place.private and isinstance(task.event, Said):
        # In a group it must be seen which message is answered.
        about["reply_parameters"] = {"message_id": task.event.message, "allow_sending_without_reply": True}
    if part.keyboard:
        about["reply_markup"] = part.keyboard
    return _in_html("sendMessage", about, part)


def _edit(message: tuple[int, int], part: Part, otherwise: Call | None = None) -> Call:
    about: dict[str, Any] = {
        "chat_id": message[0],
        "message_id": message[1],
        "link_preview_options": {"is_disabled": True},
        "reply_markup": part.keyboard or NO_BUTTONS,
    }
    return _in_html("editMessageText", about, part, otherwise)


def _in_html(method: str, about: dict[str, Any], part: Part, otherwise: Call | None = None) -> Call:
    return Call(
        method,
        {**about, "text": part.html, "parse_mode": "HTML"},
        otherwise=otherwise or Call(method, {**about, "text": part.text}),
    )


def _keep(kept: OrderedDict[Any, Kept], key: Any, value: Kept) -> None:
    """Keep something of the last REMEMBERED."""
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)
