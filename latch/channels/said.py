"""What channels need of the messages that the NLG made, and of the model behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latch import responses
from latch.helplines import Helplines
from latch.plan import FIND_HELP
from latch.responses import UTTER, Book

MOST_STARTERS = 5


def words(message: Mapping[str, Any]) -> str:
    """Return what a message says, without the lines on help and sources that channels show apart.

    What the NLG put before the answer ("Here it is once more.") and the introduction of a conversation stand with it.
    """
    return responses.introduced(answer(message), message.get("metadata") or {})


def answer(message: Mapping[str, Any]) -> str:
    """Return what a message says as `words` does, without the introduction."""
    metadata: Mapping[str, Any] = message.get("metadata") or {}
    text = str(message.get("text") or "")
    body = str(metadata.get(responses.BODY) or text)
    whole = responses.full_text(body, metadata)
    said = text.removeprefix(str(metadata.get(responses.INTRODUCTION) or "")).lstrip("\n")
    lead = said.removesuffix(whole) if whole and said.endswith(whole) else ""
    return lead + body


def helplines(book: Book) -> Helplines:
    """Return the model's table of helplines; an empty one where it has none."""
    packed = book.metadata(FIND_HELP).get(responses.HELPLINES)
    return Helplines.unpacked(packed) if packed else Helplines({}, ())


def starters(book: Book) -> list[dict[str, str]]:
    """Return the buttons of the greeting; where it has none, one of each of the first subjects."""
    shown: Sequence[str] = book.metadata(f"{UTTER}greet").get(responses.RELATED) or ()
    if not shown:
        subjects = book.subjects()
        first = {subjects[topic]: topic for topic in reversed(book.titles())}
        shown = list(reversed(first.values()))
    return book.buttons(shown)[:MOST_STARTERS]
