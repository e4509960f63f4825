"""Replies: what the NLG said, as the parts that the widget shows. docs/web-channel.md lists the fields."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from latch import responses
from latch.channels import said
from latch.responses import Book
from latch.text import LIST_MARK

ANSWER = "answer"  # what the channel calls a topic's response

# Every kind that a person may be asked about: "did this help?" is no question to ask in danger.
_RATED = (ANSWER,)
_ID = re.compile(r"(?P<message>[0-9a-fA-F-]{36})\.[0-9]{1,3}(?:\.(?P<topic>[a-z][a-z0-9_]{2,39}))?")
_NOT_DIALLED = re.compile(r"[^\d+*#]")

Reply = dict[str, Any]


@dataclass(frozen=True)
class Rated:
    """What a person said of: the message that was answered, and the topic, empty where it was none."""

    message: str
    topic: str


def reply(message: Mapping[str, Any], of: str, number: int, callable_numbers: Collection[str]) -> Reply:
    """Return the reply of a message as the NLG made it.

    `of` is the id of the person's message, `number` counts the replies to it. `callable_numbers` are those that a phone
    can ring: a crisis line may take texts alone.
    """
    metadata: Mapping[str, Any] = message.get("metadata") or {}
    kind = metadata.get(responses.KIND) or responses.KIND_CONVERSATION
    kind = ANSWER if kind == responses.KIND_TOPIC else kind
    topic = metadata.get(responses.TOPIC)
    return {
        "id": ".".join(part for part in (of, str(number), topic) if part),
        "kind": kind,
        "topic": topic,
        "title": metadata.get(responses.TITLE),
        "paragraphs": paragraphs(said.words(message)),
        "when_to_get_help": [line["text"] for line in metadata.get(responses.HELP) or ()],
        "danger": _danger(metadata, callable_numbers) if kind == responses.KIND_DANGER else None,
        "sources": [_source(source) for source in metadata.get(responses.SOURCES) or ()],
        "buttons": [button(made) for made in message.get("buttons") or ()],
        "feedback": kind in _RATED,
    }


def rated(reply_id: str) -> Rated | None:
    """Return what a reply's id says of it, None where no reply has such an id."""
    found = _ID.fullmatch(reply_id)
    return Rated(found["message"], found["topic"] or "") if found else None


def paragraphs(text: str) -> list[dict[str, Any]]:
    """Return the lines of a text as paragraphs, those that belong to one list as one."""
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        if line.startswith(LIST_MARK):
            if not found or found[-1]["type"] != "list":
                found.append({"type": "list", "items": []})
            found[-1]["items"].append(line.removeprefix(LIST_MARK).strip())
        elif line.strip():
            found.append({"type": "text", "text": line.strip()})
    return found


def button(made: Mapping[str, Any]) -> dict[str, str]:
    """Return a button of the NLG as the channel names it: its id is that of the intent."""
    return {"id": str(made["payload"]).removeprefix("/"), "title": str(made["title"])}


def starters(book: Book) -> list[dict[str, str]]:
    """Return the buttons that a conversation begins with."""
    return [button(made) for made in said.starters(book)]


def callable_numbers(book: Book) -> frozenset[str]:
    """Return the numbers in the model's table of helplines that take calls."""
    return frozenset(number for row in said.helplines(book).rows for number in row.numbers)


def _danger(metadata: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    numbers = [number for number in metadata.get(responses.NUMBERS) or () if number in known]
    return {
        "sign": metadata.get(responses.SIGN),
        "urgency": metadata.get(responses.URGENCY),
        "numbers": [{"label": number, "tel": _NOT_DIALLED.sub("", number)} for number in numbers],
    }


def _source(source: Mapping[str, Any]) -> dict[str, Any]:
    year = source.get("year")
    return {
        "publisher": source["publisher"],
        "title": source["title"],
        "year": int(year) if year else None,
        "url": source["url"],
    }
