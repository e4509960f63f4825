"""Rendering: what the NLG said, as Telegram messages: HTML with everything escaped, each short enough to be taken."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

from latch import responses
from latch.channels import said
from latch.responses import Book
from latch.text import LIST_MARK

LONGEST_TEXT = 4_096  # UTF-16 units, once Telegram has read the tags
LONGEST_PAYLOAD = 64  # bytes
_BULLET = "• "
_SOURCE_LINE = re.compile(r"(?P<name>.+): (?P<url>https?://\S+)")
_BREAK = re.compile(r"(?<=[.!?])\s|\s")

TOPIC = "t"
SUBJECT = "c"
COUNTRY = "n"

Keyboard = dict[str, list[list[dict[str, str]]]]
NO_BUTTONS: Keyboard = {"inline_keyboard": []}


@dataclass(frozen=True)
class Part:
    """One Telegram message; `text` is how it reads. `danger`: it must not be overlooked."""

    html: str
    text: str
    keyboard: Keyboard | None = None
    danger: bool = False


@dataclass(frozen=True)
class Line:
    """One paragraph: how it reads, and its HTML. Lines in a quote stand together and are folded up."""

    text: str
    html: str
    quote: bool = False

    @classmethod
    def plain(cls, text: str) -> Line:
        """Return a line of text alone."""
        return cls(text, html.escape(text, quote=False))


def parts(message: Mapping[str, Any], otherwise: Keyboard | None = None) -> list[Part]:
    """Return the Telegram messages of a message as the NLG made it; the last has its buttons, or `otherwise`.

    A danger reply stands alone, with the buttons: where it begins a conversation, the introduction comes behind it.
    """
    metadata: Mapping[str, Any] = message.get("metadata") or {}
    buttons = topic_buttons(message.get("buttons") or ()) or otherwise
    if metadata.get(responses.KIND) != responses.KIND_DANGER:
        return of_lines(_lines(said.words(message), metadata), buttons)
    introduction = plain(str(metadata.get(responses.INTRODUCTION) or ""))
    return [*of_lines(_lines(said.answer(message), metadata), buttons, danger=True), *introduction]


def plain(text: str, buttons: Keyboard | None = None) -> list[Part]:
    """Return the Telegram messages of a text of ours."""
    return of_lines([_text_line(line) for line in text.splitlines()], buttons)


def of_lines(lines: Iterable[Line], buttons: Keyboard | None = None, danger: bool = False) -> list[Part]:
    """Return lines as messages of at most LONGEST_TEXT, split between lines where that is possible."""
    groups = list(_split(lines))
    return [
        Part(_html(group), _text(group), buttons if group is groups[-1] else None, danger)
        for group in groups
        if _text(group).strip()
    ]


def keyboard(buttons: Sequence[tuple[str, str]]) -> Keyboard:
    """Return buttons (title, payload), one a row."""
    return {"inline_keyboard": [[{"text": title, "callback_data": payload}] for title, payload in buttons]}


def topic_buttons(buttons: Sequence[Mapping[str, Any]]) -> Keyboard | None:
    """Return buttons of the NLG, None where there are none."""
    named = [(str(button["title"]), topic_payload(str(button["payload"]).removeprefix("/"))) for button in buttons]
    return keyboard(named) if named else None


def topic_payload(topic: str) -> str:
    """Return the payload of a topic's button."""
    return f"{TOPIC}:{short(topic)}"


def topic_of(payload: str, book: Book) -> str | None:
    """Return the topic that a payload means, None where the model has none such."""
    return named(payload.partition(":")[2], book.titles())


def short(name: str) -> str:
    """Return a name, or the beginning of its hash where it would not fit into a payload."""
    return name if len(name.encode()) <= LONGEST_PAYLOAD - 8 else f"#{sha256(name.encode()).hexdigest()[:24]}"


def named(shortened: str, names: Iterable[str]) -> str | None:
    """Return the name that `short` made this of."""
    return next((name for name in names if short(name) == shortened), None)


def units(text: str) -> int:
    """Return how long Telegram takes a text to be."""
    return len(text) + sum(character > "\uffff" for character in text)


def _lines(words: str, metadata: Mapping[str, Any]) -> Iterator[Line]:
    numbers = metadata.get(responses.NUMBERS) or ()
    for line in words.splitlines():
        if line.strip():
            yield _with_bold(line, numbers) if numbers else _text_line(line)
    if metadata.get(responses.HELP):
        yield Line(responses.HELP_HEADING, f"<b>{html.escape(responses.HELP_HEADING, quote=False)}</b>")
        for sign in metadata[responses.HELP]:
            yield _text_line(f"{LIST_MARK}{sign['text']}")
    sources = metadata.get(responses.SOURCES) or ()
    if sources and metadata.get(responses.KIND) != responses.KIND_DANGER:
        yield Line("Sources:" if len(sources) > 1 else "Source:", "Sources:" if len(sources) > 1 else "Source:", True)
        for source in sources:
            yield _link(responses.source_name(source), str(source["url"]), quote=True)


def _text_line(line: str) -> Line:
    """Return a line of a text; of a source with its address, a link."""
    if not line.startswith(LIST_MARK):
        return Line.plain(line.strip())
    item = line.removeprefix(LIST_MARK).strip()
    source = _SOURCE_LINE.fullmatch(item)
    return _link(source["name"], source["url"]) if source else Line.plain(_BULLET + item)


def _link(name: str, url: str, quote: bool = False) -> Line:
    linked = f'<a href="{html.escape(url)}">{html.escape(name, quote=False)}</a>'
    return Line(_BULLET + name, _BULLET + linked, quote)


def _with_bold(line: str, numbers: Sequence[str]) -> Line:
    """Return a line with its phone numbers in bold."""
    text = _text_line(line).text
    wanted = "|".join(re.escape(number) for number in sorted(numbers, key=len, reverse=True))
    pieces = re.split(rf"(?<!\d)({wanted})(?!\d)", text)
    marked = [
        f"<b>{html.escape(piece, quote=False)}</b>" if place % 2 else html.escape(piece, quote=False)
        for place, piece in enumerate(pieces)
    ]
    return Line(text, "".join(marked))


def _split(lines: Iterable[Line]) -> Iterator[list[Line]]:
    group: list[Line] = []
    length = 0
    for line in (short_enough for long in lines for short_enough in _broken(long)):
        more = units(line.text) + 1
        if group and length + more > LONGEST_TEXT:
            yield group
            group, length = [], 0
        group.append(line)
        length += more
    if group:
        yield group


def _broken(line: Line) -> Iterator[Line]:
    """Yield a line, or its pieces where it is too long for one message: at spaces, else anywhere."""
    if units(line.text) < LONGEST_TEXT:
        yield line
        return
    rest = line.text
    while rest:
        end = len(rest)
        if units(rest) >= LONGEST_TEXT:
            end = _fitting(rest)
            at_space = [found.start() for found in _BREAK.finditer(rest, end // 2, end)]
            end = at_space[-1] if at_space else end
        yield Line(rest[:end], html.escape(rest[:end], quote=False), line.quote)
        rest = rest[end:].lstrip()


def _fitting(text: str) -> int:
    """Return how many characters of a text fit into a message."""
    length = 0
    for place, character in enumerate(text):
        length += units(character)
        if length >= LONGEST_TEXT:
            return place
    return len(text)


def _html(lines: Sequence[Line]) -> str:
    blocks = []
    for quoted, together in groupby(lines, lambda line: line.quote):
        block = "\n".join(line.html for line in together)
        blocks.append(f"<blockquote expandable>{block}</blockquote>" if quoted else block)
    return "\n".join(blocks)


def _text(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines)
