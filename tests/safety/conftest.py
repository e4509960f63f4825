"""The danger signs of the project, and what their patterns find in a text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from latch.content.load import load
from latch.content.model import Library
from latch.content.signs import shared_words
from latch.safety.guards import excused
from latch.safety.lines import pattern_words
from latch.safety.patterns import PatternBook, inflections

DATA = Path(__file__).parents[2] / "data"
# Most messages say no age: signs that hold at a certain age only are asked at this one.
NEWBORN_MONTHS = 0.5

Found = Callable[[str], set[str]]


@pytest.fixture(scope="session")
def library() -> Library:
    """Return the project's own content."""
    return load(DATA)


@pytest.fixture(scope="session")
def book(library: Library) -> PatternBook:
    """Return the patterns of all signs."""
    words = shared_words(DATA)
    lines = {sign.id: [pattern.text for pattern in sign.patterns] for sign in library.signs.values()}
    every_line = [line for of_sign in lines.values() for line in of_sign]
    return PatternBook(lines, words, inflections(pattern_words(every_line, words)))


@pytest.fixture(scope="session")
def found(library: Library, book: PatternBook) -> Found:
    """Return what finds the signs that a newborn's parent is told of for a text, by pattern alone."""

    def crisis(sign: str) -> bool:
        return library.signs[sign].urgency == "crisis"

    def signs(text: str) -> set[str]:
        return {
            hit.sign
            for hit in book.hits(text)
            if (library.signs[hit.sign].age_from or 0) <= NEWBORN_MONTHS
            and (hit.absence or not excused(text, hit.start, hit.end, not crisis(hit.sign), hit.parts))
        }

    return signs
