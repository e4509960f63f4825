"""The parts of a message in which a question may stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spacy.tokens import Doc

# A new question begins here even without a full stop: "... and can I ...", "... also is it ...".
_NEW_QUESTION = re.compile(
    r"(?:,|;|\s-|\s–|\s—)?\s+(?:and|also|but|plus|or|so)\s+(?:also\s+|then\s+)?"
    r"(?=(?:what|when|why|how|where|who|which|can|could|should|do|does|did|is|are|am|will|would|any)\b)",
    re.IGNORECASE,
)
FEWEST_LETTERS = 6
MOST_SEGMENTS = 8


@dataclass(frozen=True)
class Segment:
    """A stretch of a message: its text and where it begins."""

    text: str
    start: int


def segments(doc: Doc) -> list[Segment]:
    """Return the whole text first and then its sentences and questions, where there are several.

    At most 8 parts are returned, those at the end first kept: a story comes before its question.
    """
    whole = Segment(doc.text, 0)
    parts = [part for sentence in doc.sents for part in _questions(sentence.text, sentence.start_char)]
    parts = [part for part in parts if sum(character.isalpha() for character in part.text) >= FEWEST_LETTERS]
    if len(parts) < 2:
        return [whole]
    return [whole, *parts[-MOST_SEGMENTS:]]


def _questions(sentence: str, start: int) -> list[Segment]:
    parts = []
    begin = 0
    for match in _NEW_QUESTION.finditer(sentence):
        parts.append((begin, match.start()))
        begin = match.end()
    parts.append((begin, len(sentence)))
    texts = [(sentence[left:right], start + left) for left, right in parts if sentence[left:right].strip()]
    return [Segment(text.strip(), at + len(text) - len(text.lstrip())) for text, at in texts]
