"""The patterns of all danger signs, and where they hold in a message (latch.safety.lines has their language)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from spacy.lang.en.stop_words import STOP_WORDS
from spacy.matcher import Matcher
from spacy.tokens import Doc, Token
from symspellpy import SymSpell, Verbosity

from latch.english import english_tokens, english_words, lemmas
from latch.safety.lines import BOTH, NOT, Element, LineReader
from latch.safety.quantities import quantities
from latch.safety.words import Words

GAP_WORDS = 4  # of a gap, at most

_END = "\n"  # the end of a sentence, as a word that no element is
_ENDS = frozenset(".!?…\n")
# A word of so many letters is recognised with one letter wrong, one missing, one too many or two exchanged.
SLIP_LETTERS = 4

if not Token.has_extension("amount"):
    Token.set_extension("amount", default=math.nan)  # no comparison holds of it


@dataclass(frozen=True)
class Hit:
    """One line of a sign that holds: the words that it holds for, and where the first of them stands."""

    sign: str
    line: str
    words: str
    start: int
    end: int

    @property
    def absence(self) -> bool:
        """Whether the line says that something is missing: no denial takes that back."""
        return NOT in self.line


@dataclass(frozen=True)
class _Part:
    """One sequence of a line, the `number`-th of those that the line joins."""

    sign: str
    line: str
    number: int
    elements: tuple[Element, ...]

    @cached_property
    def needed(self) -> tuple[frozenset[str], ...]:
        """The forms of each element that something must stand for."""
        return tuple(element.forms for element in self.elements if element.needed)

    @cached_property
    def anchor(self) -> frozenset[str]:
        """The forms of the element that fewest messages hold: no common word, and few forms."""
        return min(self.needed, key=lambda forms: (not forms.isdisjoint(STOP_WORDS), len(forms), sorted(forms)))


class PatternBook:
    """All patterns of all signs, matched in one pass over a message."""

    def __init__(self, lines: Mapping[str, Sequence[str]], words: Words, forms: Mapping[str, Sequence[str]]) -> None:
        """Take the lines of each sign, the shared words, and the inflected forms of each word in a line.

        Raises:
            PatternError: when a line is no pattern.
        """
        self._words = words
        self._forms = forms
        self._lines = {sign: list(of_sign) for sign, of_sign in lines.items()}
        self._nlp = english_tokens()
        reader = LineReader(words, forms)
        self._fillers = reader.fillers
        self._parts = [
            _Part(sign, line, number, elements)
            for sign, of_sign in self._lines.items()
            for line in of_sign
            for number, elements in enumerate(reader.parts(line))
        ]
        # Of all lines few can hold in a message: those of which a word that must be there, the one with the fewest
        # forms, is there.
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._matchers: dict[int, Matcher] = {}
        for index, part in enumerate(self._parts):
            for word in part.anchor:
                self._by_word[word].append(index)
        self._known = {form for part in self._parts for element in part.elements for form in element.forms}
        self._speller = SymSpell(max_dictionary_edit_distance=1, prefix_length=7)
        for word in sorted(self._known):
            if len(word) >= SLIP_LETTERS:
                self._speller.create_dictionary_entry(word, 1)

    def hits(self, text: str) -> list[Hit]:
        """Return the lines that hold in a text."""
        doc, places = self._read(text)
        words = {token.text for token in doc}
        found: dict[tuple[str, str], dict[int, tuple[int, int]]] = defaultdict(dict)
        for index in sorted({index for word in words for index in self._by_word.get(word, ())}):
            part = self._parts[index]
            if any(forms.isdisjoint(words) for forms in part.needed):
                continue
            for _, start, end in self._matcher(index)(doc):
                span = (places[start][0], places[end - 1][1])
                found[(part.sign, part.line)].setdefault(part.number, span)
        hits = []
        for (sign, line), spans in found.items():
            if len(spans) == len(line.split(BOTH)):
                ordered = [spans[number] for number in sorted(spans)]
                words = " ... ".join(text[start:end] for start, end in ordered)
                hits.append(Hit(sign, line, words, min(s for s, _ in ordered), max(e for _, e in ordered)))
        return sorted(hits, key=lambda hit: (hit.start, hit.sign, hit.line))

    def packed(self) -> dict[str, Any]:
        """Return all that is needed to make it again, as plain data."""
        words = {"groups": dict(self._words.groups), "fillers": list(self._words.fillers)}
        return {"lines": self._lines, "words": words, "forms": dict(self._forms)}

    @classmethod
    def unpacked(cls, written: Mapping[str, Any]) -> PatternBook:
        """Return the book that `packed` wrote."""
        return cls(written["lines"], Words(**written["words"]), written["forms"])

    def _matcher(self, index: int) -> Matcher:
        """Return the matcher of one part; made when it is first needed."""
        if index not in self._matchers:
            matcher = Matcher(self._nlp.vocab)
            matcher.add(str(index), [[token for element in self._parts[index].elements for token in _tokens(element)]])
            self._matchers[index] = matcher
        return self._matchers[index]

    def _read(self, text: str) -> tuple[Doc, list[tuple[int, int]]]:
        """Return the words that patterns see, and where each stands: no fillers, quantities as one word."""
        amounts = quantities(text)
        words: list[str] = []
        places: list[tuple[int, int]] = []
        values: list[float | None] = []

        def add(word: str, place: tuple[int, int], value: float | None = None) -> None:
            words.append(word)
            places.append(place)
            values.append(value)

        for token in self._nlp.make_doc(text):
            start, end = token.idx, token.idx + len(token.text)
            while amounts and amounts[0].start < end:
                amount = amounts.pop(0)
                add(f"<{amount.kind}>", (amount.start, amount.end), amount.amount)
            if places and values[-1] is not None and start < places[-1][1]:
                continue  # a part of the quantity
            word = token.text.casefold().replace("’", "'")
            if word[:1] in _ENDS or "\n" in word:
                if words and words[-1] != _END:
                    add(_END, (start, end))
            elif any(character.isalnum() for character in word):
                word = self._spelled(word)
                if word not in self._fillers:
                    add(word, (start, end))
        doc = Doc(self._nlp.vocab, words=words or [_END])
        for token, value in zip(doc, values):
            if value is not None:
                token._.amount = value
        return doc, places or [(0, 0)]

    def _spelled(self, word: str) -> str:
        """Return the word of a pattern that was meant, for a word that is neither known nor English."""
        if word in self._known or len(word) < SLIP_LETTERS or word in english_words():
            return word
        near = self._speller.lookup(word, Verbosity.TOP, max_edit_distance=1)
        return str(near[0].term) if near else word


def _tokens(element: Element) -> list[dict[str, Any]]:
    """Return an element as spaCy's Matcher takes it."""
    if element.gap:
        return [{"ORTH": {"NOT_IN": [_END]}, "OP": "?"}] * GAP_WORDS
    token: dict[str, Any] = {"ORTH": {"IN": sorted(element.forms)}}
    if element.comparison:
        token["_"] = {"amount": {element.comparison: element.amount}}
    if element.optional:
        token["OP"] = "?"
    return [token]


def inflections(words: Iterable[str]) -> dict[str, list[str]]:
    """Return the other forms of each word, by spaCy's table of English lemmas."""
    table = lemmas()
    forms: dict[str, set[str]] = defaultdict(set)
    for form, lemma in table.items():
        forms[lemma].add(form)
    found = {}
    for word in {word.casefold() for word in words}:
        lemma = table.get(word, word)
        found[word] = sorted({*forms.get(lemma, ()), *forms.get(word, ()), lemma})
    return found
