"""What channels need of the messages that the NLG made, and of the model behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latch import responses
from latch.helplines import Helplines
from latch.plan import FIND_HELP
from latch.responses import UTTER, Book

MOST_STARTERS = 5


def lead(text: str, body: str, metadata: Mapping[str, Any]) -> str:
    """Return what the NLG put before the answer, such as "Here it is once more."."""
    whole = responses.full_text(body, metadata)
    return text.removesuffix(whole) if whole and text.endswith(whole) else ""


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
