"""The parts of a message in which a question may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from latch.text import asks, words

# A new question begins here even without a full stop: "... and can I ...", "... also is it ...".
_NEW_QUESTION = re.compile(
    r"(?:,|;|\s-|\s–|\s—)?\s+(?:and|also|but|plus|or|so)\s+(?:also\s+|then\s+)?"
    r"(?=(?:what|when|why|how|where|who|which|can|could|should|do|does|did|is|are|am|will|would|any)\b)",
    re.IGNORECASE,
)
FEWEST_LETTERS = 6  # "Why?" goes with what stands beside it
MOST_SEGMENTS = 8
MOST_WORDS = 60  # the encoder reads no more than about 90


@dataclass(frozen=True)
class Segment:
    """A stretch of a message: its text and where it begins."""

    text: str
    start: int


def segments(doc: Doc) -> list[Segment]:
    """Return the whole text first and then its questions, each with what is told before it, where there are several.

    At most 8 parts are returned, those at the end first kept: a story comes before its question.
    """
    pieces = [piece for sentence in doc.sents for piece in _questions(sentence.text, sentence.start_char)]
    parts = [_joined(doc.text, some) for some in _told_and_asked(pieces)]
    whole = Segment(doc.text, 0)
    return [whole, *parts[-MOST_SEGMENTS:]] if len(parts) > 1 else [whole]


def _told_and_asked(pieces: Iterable[Segment]) -> list[list[Segment]]:
    """Return the pieces of a text in groups that end with a question; what is told at the end joins the last of them.

    "I have a lump. Is it milk?" is one question. A long story is cut, so that the encoder reads all of it.
    """
    groups: list[list[Segment]] = []
    open_group: list[Segment] = []
    for piece in pieces:
        if sum(len(words(one.text)) for one in (*open_group, piece)) > MOST_WORDS and open_group:
            groups.append(open_group)
            open_group = []
        open_group.append(piece)
        if asks(piece.text) and sum(map(str.isalpha, piece.text)) >= FEWEST_LETTERS:
            groups.append(open_group)
            open_group = []
    if open_group and groups and sum(len(words(one.text)) for one in (*groups[-1], *open_group)) <= MOST_WORDS:
        groups[-1] += open_group
    elif open_group:
        groups.append(open_group)
    return groups


def _joined(text: str, pieces: Sequence[Segment]) -> Segment:
    start = pieces[0].start
    return Segment(text[start : pieces[-1].start + len(pieces[-1].text)], start)


def _questions(sentence: str, start: int) -> list[Segment]:
    """Return the stretches of a sentence that begin a question of their own."""
    parts = []
    begin = 0
    for match in _NEW_QUESTION.finditer(sentence):
        parts.append((begin, match.start()))
        begin = match.end()
    parts.append((begin, len(sentence)))
    texts = [(sentence[left:right], start + left) for left, right in parts if sentence[left:right].strip()]
    return [Segment(text.strip(), at + len(text) - len(text.lstrip())) for text, at in texts]
