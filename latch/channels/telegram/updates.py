"""Updates: what of a Telegram update is for Latch, read with care: any field may be missing or of another type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MESSAGE = "message"
EDITED = "edited_message"
PRESSED = "callback_query"
# What Telegram is asked for; all else it keeps to itself.
KINDS_OF_UPDATES = (MESSAGE, EDITED, PRESSED)
OTHER_UPDATE = "other"

PRIVATE = "private"
GROUPS = ("group", "supergroup")

# What a message may hold beside or instead of text, in words; an animation is also a document, a venue a location.
_KINDS = {
    "animation": "animations",
    "photo": "photos",
    "voice": "voice messages",
    "video_note": "video messages",
    "video": "videos",
    "audio": "audio files",
    "sticker": "stickers",
    "venue": "locations",
    "location": "locations",
    "document": "files",
    "contact": "contacts",
    "poll": "polls",
    "dice": "dice",
    "game": "games",
    "story": "stories",
    "paid_media": "photos and videos",
    "checklist": "checklists",
}
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)
# Ids have at most 52 significant bits; what goes beyond is none.
_LARGEST = 2**53

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Bot:
    """The bot itself; its name is not known before Telegram was reached."""

    id: int
    username: str | None = None


@dataclass(frozen=True)
class Place:
    """Where replies go: a chat, in some groups a thread of it."""

    chat: int
    private: bool = True
    thread: int | None = None


@dataclass(frozen=True)
class Said:
    """A message of a person, without the mention that addressed it to the bot.

    `media` names what it holds that is no text ("photos"), `at` is when it was written or edited (seconds), and the
    messages of an album have one name.
    """

    place: Place
    person: int
    message: int
    text: str
    media: str | None = None
    command: tuple[str, str] | None = None  # name and what follows it
    edited: bool = False
    at: int = 0
    album: str | None = None


@dataclass(frozen=True)
class Pressed:
    """A button that a person pressed; `message` is the one that it stands under."""

    query: str
    person: int
    data: str
    place: Place | None = None
    message: int | None = None


Event = Said | Pressed


class NotIntroducedError(Exception):
    """Whether a message in a group is for the bot cannot be told before its name is known."""


def update_id(update: object) -> int | None:
    """Return the id of an update, None where it has none."""
    return _number(_fields(update), "update_id")


def kind_of_update(update: object) -> str:
    """Return which of KINDS_OF_UPDATES an update is, else OTHER_UPDATE."""
    found = _fields(update)
    return next((kind for kind in KINDS_OF_UPDATES if kind in found), OTHER_UPDATE)


def read(update: object, bot: Bot) -> Event | None:
    """Return what of an update is for the bot, None where nothing is.

    Raises:
        NotIntroducedError: when the bot's name is needed to tell.
    """
    found = _fields(update)
    if PRESSED in found:
        return _pressed(_fields(found[PRESSED]))
    for name in (MESSAGE, EDITED):
        if name in found:
            return _said(_fields(found[name]), bot, edited=name == EDITED)
    return None


def _pressed(query: Fields) -> Pressed | None:
    identity, person, data = query.get("id"), _person(query), query.get("data")
    if not isinstance(identity, str) or not identity or person is None or not isinstance(data, str):
        return None
    message = _fields(query.get("message"))
    return Pressed(identity, person, data, _place(message), _number(message, "message_id"))


def _said(message: Fields, bot: Bot, edited: bool) -> Said | None:
    place, person, number = _place(message), _person(message), _number(message, "message_id")
    if place is None or person is None or number is None:
        return None
    media = next((_KINDS[kind] for kind in _KINDS if message.get(kind) is not None), None)
    if edited and media == "locations":  # a live location moves on
        return None
    name, marks = ("caption", "caption_entities") if media else ("text", "entities")
    text = message.get(name)
    if not isinstance(text, str):
        if not media:
            return None
        text = ""
    command = _command(text, bot)
    if not place.private:
        rest, mentioned = _without_mentions(text, message.get(marks), bot)
        answers_us = _person(_fields(message.get("reply_to_message")), bots=True) == bot.id
        if not (mentioned or answers_us or (command and command[1])):
            if bot.username is None and "@" in text:
                raise NotIntroducedError
            return None
        text = rest
        command = command or _command(text.strip(), bot)
    at = _number(message, "edit_date") or _number(message, "date") or 0
    album = message.get("media_group_id")
    album = album if media and isinstance(album, str) else None
    return Said(place, person, number, text, media, command[0] if command else None, edited, at, album)


def _place(message: Fields) -> Place | None:
    chat = _fields(message.get("chat"))
    identity, kind = _number(chat, "id"), chat.get("type")
    if identity is None or kind not in (PRIVATE, *GROUPS):
        return None
    thread = _number(message, "message_thread_id") if message.get("is_topic_message") is True else None
    return Place(identity, kind == PRIVATE, thread)


def _person(message: Fields, bots: bool = False) -> int | None:
    """Return who wrote, None for a bot: groups write through one, and two bots would talk for ever."""
    sender = _fields(message.get("from"))
    if sender.get("is_bot") is True and not bots:
        return None
    return _number(sender, "id")


def _command(text: str, bot: Bot) -> tuple[tuple[str, str], bool] | None:
    """Return a command with what follows it, and whether it names the bot; None where it is none or for another."""
    found = _COMMAND.fullmatch(text)
    if not found:
        return None
    name, addressed, rest = found.groups()
    if addressed and addressed.casefold() != (bot.username or "").casefold():
        return None
    return (name.lower(), (rest or "").strip()), bool(addressed)


def _without_mentions(text: str, entities: object, bot: Bot) -> tuple[str, bool]:
    """Return a text without the mentions of the bot, and whether there were any.

    Telegram counts places in UTF-16 units.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    spans = []
    for entity in entities if isinstance(entities, Sequence) and not isinstance(entities, str) else ():
        mention = _fields(entity)
        start, length = _number(mention, "offset"), _number(mention, "length")
        if start is None or length is None or start < 0 or length < 1 or 2 * (start + length) > len(units):
            continue
        named = units[2 * start : 2 * (start + length)].decode("utf-16-le", "surrogatepass")
        by_name = mention.get("type") == "mention" and bot.username is not None
        if (by_name and named.casefold() == f"@{bot.username}".casefold()) or (
            mention.get("type") == "text_mention" and _number(_fields(mention.get("user")), "id") == bot.id
        ):
            spans.append((2 * start, 2 * (start + length)))
    for start, end in sorted(set(spans), reverse=True):
        units = units[:start] + units[end:]
    return units.decode("utf-16-le", "surrogatepass").strip(), bool(spans)


def _fields(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def _number(fields: Fields, name: str) -> int | None:
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST else None
