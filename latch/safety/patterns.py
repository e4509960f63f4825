"""The patterns of all danger signs, and where they hold in a message (latch.safety.lines has their language)."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from spacy.lang.en.stop_words import STOP_WORDS
from spacy.matcher import Matcher
from spacy.tokens import Doc, Token
from symspellpy import SymSpell, Verbosity

from latch.english import english_tokens, english_words, frequent_words, lemmas
from latch.safety.lines import BOTH, NOT, Element, LineReader
from latch.safety.quantities import Quantity, quantities
from latch.safety.words import Words

GAP_WORDS = 4  # of a gap, at most

# What says in a line that something is missing.
_NEGATIONS = frozenset(
    f"{NOT} not n't nt no nothing nobody never without cannot cant cnt wont isnt aint arent wasnt dont doesnt didnt "
    "hasnt havent wouldnt couldnt barely hardly".split()
)

_END = "\n"  # the end of a sentence, as a word that no element is
_ENDS = frozenset(".!?…\n")
# A word of so many letters is recognised with one letter wrong, one missing, one too many or two exchanged.
SLIP_LETTERS = 4
MOST_MEANT = 4  # words that a slip may mean, those first that most lines ask for

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
        return any(not _NEGATIONS.isdisjoint(element.split("|")) for element in self.line.split())


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
        self._known = Counter(form for part in self._parts for element in part.elements for form in element.forms)
        self._right = (self._known, self._fillers, english_words(), frequent_words())
        self._speller = SymSpell(max_dictionary_edit_distance=1, prefix_length=7)
        # Of words as near, those come first that more lines ask for.
        for word, count in sorted((self._known + Counter(self._fillers)).items()):
            if len(word) >= SLIP_LETTERS:
                self._speller.create_dictionary_entry(word, count)

    def hits(self, text: str) -> list[Hit]:
        """Return the lines that hold in a text, each as often as it holds."""
        found: dict[tuple[str, str], dict[int, set[tuple[int, int]]]] = defaultdict(lambda: defaultdict(set))
        for doc, places in self._readings(text):
            seen = {token.text for token in doc}
            for index in sorted({index for word in seen for index in self._by_word.get(word, ())}):
                part = self._parts[index]
                if any(forms.isdisjoint(seen) for forms in part.needed):
                    continue
                for _, start, end in self._matcher(index)(doc):
                    found[(part.sign, part.line)][part.number].add((places[start][0], places[end - 1][1]))
        hits = []
        for (sign, line), spans in found.items():
            if len(spans) < len(line.split(BOTH)):
                continue
            parts = {number: _apart(some) for number, some in spans.items()}
            # One of them may be excused, and not the next: "no fever at noon, now he has a fever".
            for turn in range(max(map(len, parts.values()))):
                ordered = [parts[number][min(turn, len(parts[number]) - 1)] for number in sorted(parts)]
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

    def _readings(self, text: str) -> Iterator[tuple[Doc, list[tuple[int, int]]]]:
        """Yield the words that patterns see, and where each stands; again for each other word that a slip may mean."""
        amounts = quantities(text)
        tokens = [(token.text, token.idx, token.idx + len(token.text)) for token in self._nlp.make_doc(_plain(text))]
        meant = [self._meant(word) for word, _, _ in tokens]
        for turn in range(max(map(len, meant), default=1)):
            words = [some[min(turn, len(some) - 1)] for some in meant]
            yield self._read([(word, start, end) for word, (_, start, end) in zip(words, tokens)], amounts)

    def _read(
        self, tokens: Iterable[tuple[str, int, int]], amounts: Sequence[Quantity]
    ) -> tuple[Doc, list[tuple[int, int]]]:
        """Return words and places without fillers, quantities as one word."""
        words: list[str] = []
        places: list[tuple[int, int]] = []
        values: list[float | None] = []

        def add(word: str, place: tuple[int, int], value: float | None = None) -> None:
            words.append(word)
            places.append(place)
            values.append(value)

        left = list(amounts)
        for word, start, end in tokens:
            while left and left[0].start < end:
                amount = left.pop(0)
                add(f"<{amount.kind}>", (amount.start, amount.end), amount.amount)
            if places and values[-1] is not None and start < places[-1][1]:
                continue  # a part of the quantity
            if word[:1] in _ENDS or "\n" in word:
                if words and words[-1] != _END:
                    add(_END, (start, end))
            elif any(character.isalnum() for character in word) and word not in self._fillers:
                add(word, (start, end))
        doc = Doc(self._nlp.vocab, words=words or [_END])
        for token, value in zip(doc, values):
            if value is not None:
                token._.amount = value
        return doc, places or [(0, 0)]

    def _meant(self, word: str) -> list[str]:
        """Return the words of patterns that may be meant by a word that is neither known nor English; else itself."""
        if len(word) < SLIP_LETTERS or not word.isalpha() or any(word in words for words in self._right):
            return [word]
        near = self._speller.lookup(word, Verbosity.ALL, max_edit_distance=1)
        return [str(one.term) for one in near[:MOST_MEANT]] or [word]


def _plain(text: str) -> str:
    """Return a text in lower case and with plain apostrophes, every character where it was."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text).replace("’", "'")


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans that do not overlap, in order: of those that do, what ends first and is shortest."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[1], -span[0])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


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
