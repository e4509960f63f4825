"""The patterns of the danger signs: a line that an editor writes, and where it holds in a message.

A line is elements separated by spaces, matched in order within one sentence: a word in any inflection; `a|b`, any of
these; `word?`, which may be missing; `<group>`, any word of a group; `...`, up to four further words;
`temperature>=38`, `hours>=12`, `days<2`, a quantity. ` & ` joins sequences that stand anywhere in the message.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spacy.matcher import Matcher
from spacy.tokens import Doc, Token
from symspellpy import SymSpell, Verbosity

from latch.english import english_tokens, english_words, lemmas
from latch.safety.quantities import HOURS, TEMPERATURE, quantities
from latch.safety.words import Words

GAP = "..."
GAP_WORDS = 4
BOTH = " & "
NOT = "<not>"

_QUANTITY = re.compile(r"(temperature|hours|days)(>=|<)(\d+(?:\.\d+)?)")
_GROUP = re.compile(r"<(\w+)>")
_WORD = re.compile(r"[\w'’./-]+")
_END = "\n"  # the end of a sentence, as a word that no element is
_ENDS = frozenset(".!?…\n")
_HOURS_A_DAY = 24
# A word of so many letters is recognised with one letter wrong, one missing, one too many or two exchanged.
SLIP_LETTERS = 4

if not Token.has_extension("amount"):
    Token.set_extension("amount", default=math.nan)  # no comparison holds of it


class PatternError(ValueError):
    """A line that is no pattern; the message says why."""


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
class _Element:
    """One element of a line: the forms of its words, a quantity with its bound, or a gap."""

    forms: frozenset[str] = frozenset()
    optional: bool = False
    gap: bool = False
    comparison: str = ""
    amount: float = 0.0

    @property
    def needed(self) -> bool:
        """Whether something must stand for it."""
        return not self.optional and not self.gap

    def tokens(self) -> list[dict[str, Any]]:
        """Return the element as spaCy's Matcher takes it."""
        if self.gap:
            return [{"ORTH": {"NOT_IN": [_END]}, "OP": "?"}] * GAP_WORDS
        token: dict[str, Any] = {"ORTH": {"IN": sorted(self.forms)}}
        if self.comparison:
            token["_"] = {"amount": {self.comparison: self.amount}}
        if self.optional:
            token["OP"] = "?"
        return [token]


@dataclass(frozen=True)
class _Part:
    """One sequence of a line, the `number`-th of those that the line joins."""

    sign: str
    line: str
    number: int
    elements: tuple[_Element, ...]

    @property
    def anchor(self) -> frozenset[str]:
        """The forms of the element that fewest words are."""
        return min(
            (element.forms for element in self.elements if element.needed),
            key=lambda forms: (len(forms), sorted(forms)),
        )


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
        self._fillers = frozenset(word.casefold() for word in words.fillers)
        self._parts = [
            _Part(sign, line, number, self._elements(part))
            for sign, of_sign in self._lines.items()
            for line in of_sign
            for number, part in enumerate(line.split(BOTH))
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
        found: dict[tuple[str, str], dict[int, tuple[int, int]]] = defaultdict(dict)
        for index in sorted({index for token in doc for index in self._by_word.get(token.text, ())}):
            part = self._parts[index]
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
            matcher.add(str(index), [[token for element in self._parts[index].elements for token in element.tokens()]])
            self._matchers[index] = matcher
        return self._matchers[index]

    def _elements(self, part: str) -> tuple[_Element, ...]:
        found = []
        for written in part.split():
            quantity = _QUANTITY.fullmatch(written)
            if written == GAP:
                found.append(_Element(gap=True))
            elif quantity:
                kind, comparison, value = quantity.groups()
                amount = float(value) * (_HOURS_A_DAY if kind == "days" else 1)
                name = TEMPERATURE if kind == TEMPERATURE else HOURS
                found.append(_Element(frozenset({f"<{name}>"}), comparison=comparison, amount=amount))
            else:
                forms = self._forms_of(written.removesuffix("?"))
                if forms:  # fillers alone are passed over in the message, too
                    found.append(_Element(forms, optional=written.endswith("?")))
        if not any(element.needed for element in found):
            raise PatternError(f"'{part}' holds no word that must be there")
        return tuple(found)

    def _forms_of(self, element: str) -> frozenset[str]:
        """Return the forms of an element, without fillers."""
        found: set[str] = set()
        for word in element.split("|"):
            group = _GROUP.fullmatch(word)
            if group and group[1] not in self._words.groups:
                raise PatternError(f"there is no group '{group[1]}' in words.yml")
            if not group and not _WORD.fullmatch(word):
                raise PatternError(f"'{word}' is no word, group, quantity or gap")
            for member in self._words.groups[group[1]] if group else (word,):
                found |= set(self._forms.get(member.casefold(), ())) | {member.casefold().replace("’", "'")}
        return frozenset(found - self._fillers)

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


def pattern_words(lines: Iterable[str], words: Words) -> set[str]:
    """Return every word in some lines and in the groups."""
    found = {word for group in words.groups.values() for word in group}
    for line in lines:
        for element in line.replace(BOTH, " ").split():
            if element != GAP and not _QUANTITY.fullmatch(element):
                found.update(word for word in element.removesuffix("?").split("|") if not _GROUP.fullmatch(word))
    return {word.casefold() for word in found}
