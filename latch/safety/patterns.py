"""The patterns of all danger signs, and where they hold in a message (latch.safety.lines has their language)."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from spacy.lang.en.stop_words import STOP_WORDS
from spacy.tokens import Token
from symspellpy import SymSpell, Verbosity

from latch.english import english_tokens, english_words, frequent_words, lemmas
from latch.safety.lines import BOTH, NOT, Element, LineReader
from latch.safety.quantities import Quantity, quantities
from latch.safety.words import Words

GAP_WORDS = 4  # of a gap, at most
MOST_FILLERS = 20  # passed over in a row: nobody writes more, and the time that a text takes must not grow with them

# What says in a line that something is missing.
_NEGATIONS = frozenset(
    f"{NOT} not n't nt no nothing nobody never without cannot cant cnt wont isnt aint arent wasnt dont doesnt didnt "
    "hasnt havent wouldnt couldnt barely hardly".split()
)

_END = "\n"  # the end of a sentence, as a word that no element is
_ENDS = frozenset(".!?…\n")
# A word of so many letters is recognised with one letter wrong, one missing, one too many or two exchanged.
SLIP_LETTERS = 4
RARE_LETTERS = 5  # from so many letters on, a rare English word may be a slip, too
MOST_MEANT = 10  # words that a slip may mean, those first that most lines ask for


@dataclass(frozen=True)
class Hit:
    """One line of a sign that holds: the words that it holds for, where they begin and end, and so each part."""

    sign: str
    line: str
    words: str
    start: int
    end: int
    parts: tuple[tuple[int, int], ...] = ()

    @property
    def absence(self) -> bool:
        """Whether the line says that something is missing: no denial takes that back."""
        return any(not _NEGATIONS.isdisjoint(element.split("|")) for element in self.line.split())


@dataclass(frozen=True)
class _Word:
    """A word of a message, or a quantity as one, and where it stands."""

    text: str
    start: int
    end: int
    amount: float | None = None


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
    def forms(self) -> frozenset[str]:
        """The forms of all elements."""
        return frozenset().union(*(element.forms for element in self.elements))

    @cached_property
    def anchor(self) -> frozenset[str]:
        """The forms of the element that fewest messages hold: no common word, and few forms."""
        return min(self.needed, key=lambda forms: (not forms.isdisjoint(STOP_WORDS), len(forms), sorted(forms)))


class _Reading:
    """The words of a message as patterns see them: `skipped` are fillers, `amounts` those of quantities."""

    def __init__(self, words: Sequence[_Word], fillers: frozenset[str]) -> None:
        self.words = [word.text for word in words]
        self.places = [(word.start, word.end) for word in words]
        self.skipped = [word.text in fillers for word in words]
        self._amounts = [word.amount for word in words]
        self.at: dict[str, list[int]] = defaultdict(list)
        for index, word in enumerate(self.words):
            self.at[word].append(index)
        self.seen = frozenset(self.at)

    def spans(self, elements: Sequence[Element]) -> Iterator[tuple[int, int]]:
        """Yield the places in the text for which the elements stand, each as (start, end)."""
        for start in self._starts(elements[0]):
            for end in self._ends(elements, start):
                if end > start:
                    yield self.places[start][0], self.places[end - 1][1]

    def _starts(self, first: Element) -> Iterable[int]:
        if not first.needed:
            return range(len(self.words))
        return [index for form in first.forms & self.seen for index in self.at[form]]

    def _ends(self, elements: Sequence[Element], start: int) -> set[int]:
        """Return the indices of the words behind the elements, read from one word on."""
        ends = {start}
        for element in elements:
            if element.gap:
                ends = {end for index in ends for end in self._over_gap(index)}
            else:
                read = {end + 1 for index in ends for end in self._over_fillers(index) if self._holds(element, end)}
                ends = ends | read if element.optional else read
            if not ends:
                break
        return ends

    def _over_gap(self, index: int) -> Iterator[int]:
        """Yield where a gap may end that begins at a word: fillers in it do not count."""
        yield index
        left = GAP_WORDS
        for at in range(index, min(index + MOST_FILLERS, len(self.words))):
            if not left or self.words[at] == _END:
                break
            left -= not self.skipped[at]
            yield at + 1

    def _over_fillers(self, index: int) -> Iterator[int]:
        """Yield the word and, past fillers, those that may stand for the next element as well."""
        for at in range(index, min(index + MOST_FILLERS, len(self.words))):
            yield at
            if not self.skipped[at]:
                break

    def _holds(self, element: Element, index: int) -> bool:
        amount = self._amounts[index]
        return self.words[index] in element.forms and (
            not element.comparison or (amount is not None and (amount < element.amount) == (element.comparison == "<"))
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
        for index, part in enumerate(self._parts):
            for word in part.anchor:
                self._by_word[word].append(index)
        self._known = Counter(form for part in self._parts for element in part.elements for form in element.forms)
        self._speller = SymSpell(max_dictionary_edit_distance=1, prefix_length=7)
        # Of words as near, those come first that more lines ask for.
        for word, count in sorted((self._known + Counter(self._fillers)).items()):
            if len(word) >= SLIP_LETTERS:
                self._speller.create_dictionary_entry(word, count)

    def hits(self, text: str) -> list[Hit]:
        """Return the lines that hold in a text, each as often as it holds."""
        found: dict[tuple[str, str], dict[int, set[tuple[int, int]]]] = defaultdict(lambda: defaultdict(set))
        first: _Reading | None = None
        for reading in self._readings(text):
            for part in self._possible(reading, first):
                found[(part.sign, part.line)][part.number].update(reading.spans(part.elements))
            first = first or reading
        hits = []
        for (sign, line), spans in found.items():
            if not all(spans[number] for number in range(len(line.split(BOTH)))):
                continue
            parts = {number: _apart(some) for number, some in spans.items()}
            # One of them may be excused, and not the next: "no fever at noon, now he has a fever".
            for turn in range(max(map(len, parts.values()))):
                ordered = [parts[number][min(turn, len(parts[number]) - 1)] for number in sorted(parts)]
                words = " ... ".join(text[start:end] for start, end in ordered)
                hits.append(Hit(sign, line, words, min(ordered)[0], max(e for _, e in ordered), tuple(ordered)))
        return sorted(hits, key=lambda hit: (hit.start, hit.sign, hit.line))

    def packed(self) -> dict[str, Any]:
        """Return all that is needed to make it again, as plain data."""
        words = {"groups": dict(self._words.groups), "fillers": list(self._words.fillers)}
        return {"lines": self._lines, "words": words, "forms": dict(self._forms)}

    @classmethod
    def unpacked(cls, written: Mapping[str, Any]) -> PatternBook:
        """Return the book that `packed` wrote."""
        return cls(written["lines"], Words(**written["words"]), written["forms"])

    def _possible(self, reading: _Reading, first: _Reading | None) -> Iterator[_Part]:
        """Yield the parts of lines that may hold in a reading; after the first one, those that its new words may be in.

        Where a slip may mean a filler, words come together that stood apart, and all parts may hold.
        """
        new = reading.seen - first.seen if first else frozenset()
        every = not first or any(reading.skipped[at] and not first.skipped[at] for at in range(len(reading.words)))
        for index in sorted({index for word in reading.seen for index in self._by_word.get(word, ())}):
            part = self._parts[index]
            if (every or not part.forms.isdisjoint(new)) and not any(map(reading.seen.isdisjoint, part.needed)):
                yield part

    def _readings(self, text: str) -> Iterator[_Reading]:
        """Yield the words that patterns see; again for each other word that a slip may mean."""
        words = list(_with_quantities(text, self._nlp.make_doc(_plain(text)), quantities(text)))
        meant = [self._meant(word.text) if word.amount is None else [word.text] for word in words]
        for turn in range(max(map(len, meant), default=1)):
            read = [replace(word, text=some[min(turn, len(some) - 1)]) for word, some in zip(words, meant)]
            yield _Reading(read, self._fillers)

    def _right(self, word: str) -> bool:
        """Tell whether a word is what it looks like: asked for by a line, or English."""
        rare = len(word) < RARE_LETTERS and word in english_words()
        return rare or word in self._known or word in self._fillers or word in frequent_words()

    def _meant(self, word: str) -> list[str]:
        """Return the words of patterns that may be meant by a word that is neither known nor English; else itself.

        Of a word that is English but rare ("loosing", "stoped"), itself and what may be meant.
        """
        if len(word) < SLIP_LETTERS or not word.isalpha() or self._right(word):
            return [word]
        near = self._speller.lookup(word, Verbosity.ALL, max_edit_distance=1)
        rare = [word] if word in english_words() else []
        return [*rare, *(str(one.term) for one in near[:MOST_MEANT])] or [word]


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


def _with_quantities(text: str, tokens: Iterable[Token], amounts: Iterable[Quantity]) -> Iterator[_Word]:
    """Yield the words of a text and the ends of its sentences, each quantity as one word."""
    left = deque(amounts)
    end = 0  # of the last quantity
    ended = True
    for token in tokens:
        start, after = token.idx, token.idx + len(token.text)
        while left and left[0].start < after:
            amount = left.popleft()
            end, ended = amount.end, False
            yield _Word(f"<{amount.kind}>", amount.start, amount.end, amount.amount)
        if start < end:
            continue  # a part of the quantity
        if token.text[:1] in _ENDS or "\n" in token.text:
            if not ended:
                yield _Word(_END, start, after)
            ended = True
        elif any(character.isalnum() for character in token.text):
            ended = False
            yield _Word(token.text, start, after)


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
