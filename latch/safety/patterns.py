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
from latch.safety.lines import NOT, Element, LineReader
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
    """One of the sequences that a line joins."""

    elements: tuple[Element, ...]

    @cached_property
    def needed(self) -> tuple[frozenset[str], ...]:
        """The forms of each element that something must stand for."""
        return tuple(element.forms for element in self.elements if element.needed)

    @cached_property
    def forms(self) -> frozenset[str]:
        """The forms of all elements."""
        return frozenset().union(*(element.forms for element in self.elements))


@dataclass(frozen=True)
class _Line:
    """A line of a sign, all of whose parts must hold."""

    sign: str
    line: str
    parts: tuple[_Part, ...]

    @cached_property
    def needed(self) -> tuple[frozenset[str], ...]:
        """The forms of each element that something must stand for, those first that fewest messages hold.

        These are no common words, and few.
        """
        needed = (forms for part in self.parts for forms in part.needed)
        return tuple(sorted(needed, key=lambda forms: (not forms.isdisjoint(STOP_WORDS), len(forms), sorted(forms))))


class _Reading:
    """The words of a message as patterns see them: `skipped` are fillers, `amounts` those of quantities.

    A set of words, or of the gaps before and behind them, is an int, with a bit for each: thousands of lines are read.
    """

    def __init__(self, words: Sequence[_Word], fillers: frozenset[str]) -> None:
        self.words = [word.text for word in words]
        self.places = [(word.start, word.end) for word in words]
        self.skipped = _bits(index for index, word in enumerate(words) if word.text in fillers)
        self._all = (1 << len(words)) - 1
        self._amounts = [word.amount for word in words]
        at: dict[str, int] = defaultdict(int)
        for index, word in enumerate(self.words):
            at[word] |= 1 << index
        self._at = dict(at)
        self.seen = frozenset(at)
        self._held: dict[int, int] = {}
        self._gaps: dict[int, int] = {}

    def spans(self, elements: Sequence[Element]) -> list[tuple[int, int]]:
        """Return the places in the text for which the elements stand, each as (start, end)."""
        starts = self._where(elements[0].forms) if elements[0].needed else self._all
        if not self._ends(elements, starts):  # of any of them: so it is for most lines
            return []
        return [
            (self.places[start][0], self.places[end - 1][1])
            for start in _indices(starts)
            for end in _indices(self._ends(elements, 1 << start))
            if end > start
        ]

    def _where(self, forms: frozenset[str]) -> int:
        """Return the words that have one of the forms."""
        found = 0
        for form in forms & self.seen:
            found |= self._at[form]
        return found

    def _ends(self, elements: Sequence[Element], starts: int) -> int:
        """Return where reading may stand behind the elements, when it begins at one of the starts."""
        ends = starts
        for element in elements:
            if element.gap:
                ends = self._over_gap(ends)
                continue
            holding = self._holding(element)
            read = (self._over_fillers(ends) & holding) << 1 if holding else 0
            if element.optional:
                ends |= read
            elif read:
                ends = read
            else:
                return 0
        return ends

    def _over_gap(self, ends: int) -> int:
        """Return where a gap may end that begins at one of the places."""
        found = 0
        for index in _indices(ends):
            if index not in self._gaps:
                self._gaps[index] = _bits(self._gap_ends(index))
            found |= self._gaps[index]
        return found

    def _gap_ends(self, index: int) -> Iterator[int]:
        """Yield where a gap may end that begins at a word: fillers in it do not count."""
        yield index
        left = GAP_WORDS
        for at in range(index, min(index + MOST_FILLERS, len(self.words))):
            if not left or self.words[at] == _END:
                break
            left -= not self.skipped >> at & 1
            yield at + 1

    def _over_fillers(self, ends: int) -> int:
        """Return the words at the places and, past fillers, those that may stand for the next element as well."""
        step = found = ends & self._all
        for _ in range(MOST_FILLERS - 1):
            step = (step & self.skipped) << 1
            if not step:
                break
            found |= step
        return found & self._all

    def _holding(self, element: Element) -> int:
        """Return the words that the element stands for."""
        name = id(element)  # elements live as long as the book: their forms take long to hash
        found = self._held.get(name)
        if found is None:
            found = self._where(element.forms)
            if element.comparison:
                found = _bits(index for index in _indices(found) if self._compares(element, index))
            self._held[name] = found
        return found

    def _compares(self, element: Element, index: int) -> bool:
        amount = self._amounts[index]
        return amount is not None and (amount < element.amount) == (element.comparison == "<")


def _bits(indices: Iterable[int]) -> int:
    """Return the int that has these bits set."""
    found = 0
    for index in indices:
        found |= 1 << index
    return found


def _indices(bits: int) -> Iterator[int]:
    """Yield which bits are set, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


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
        self._read = [
            _Line(sign, line, tuple(_Part(elements) for elements in reader.parts(line)))
            for sign, of_sign in self._lines.items()
            for line in of_sign
        ]
        # Of all lines few can hold in a message: those of which the word that fewest messages hold is there.
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for index, one in enumerate(self._read):
            for word in one.needed[0]:
                self._by_word[word].append(index)
        elements = (element for one in self._read for part in one.parts for element in part.elements)
        self._known = Counter(form for element in elements for form in element.forms)
        self._speller = SymSpell(max_dictionary_edit_distance=1, prefix_length=7)
        # Of words as near, those come first that more lines ask for.
        for word, count in sorted((self._known + Counter(self._fillers)).items()):
            if len(word) >= SLIP_LETTERS:
                self._speller.create_dictionary_entry(word, count)

    def hits(self, text: str) -> list[Hit]:
        """Return the lines that hold in a text, each as often as it holds."""
        readings = list(self._readings(text))
        hits = []
        for line in self._possible(frozenset().union(*(reading.seen for reading in readings))):
            parts = []
            for part in line.parts:
                spans = {span for number in range(len(readings)) for span in _spans(part, readings, number)}
                if not spans:
                    break
                parts.append(_apart(spans))
            else:
                # One of them may be excused, and not the next: "no fever at noon, now he has a fever".
                for turn in range(max(map(len, parts))):
                    ordered = tuple(some[min(turn, len(some) - 1)] for some in parts)
                    words = " ... ".join(text[start:end] for start, end in ordered)
                    start, end = min(ordered)[0], max(end for _, end in ordered)
                    hits.append(Hit(line.sign, line.line, words, start, end, ordered))
        return sorted(hits, key=lambda hit: (hit.start, hit.sign, hit.line))

    def packed(self) -> dict[str, Any]:
        """Return all that is needed to make it again, as plain data."""
        words = {"groups": dict(self._words.groups), "fillers": list(self._words.fillers)}
        return {"lines": self._lines, "words": words, "forms": dict(self._forms)}

    @classmethod
    def unpacked(cls, written: Mapping[str, Any]) -> PatternBook:
        """Return the book that `packed` wrote."""
        return cls(written["lines"], Words(**written["words"]), written["forms"])

    def _possible(self, seen: frozenset[str]) -> Iterator[_Line]:
        """Yield the lines all of whose words are among those seen, in their order."""
        for index in sorted({index for word in seen for index in self._by_word.get(word, ())}):
            line = self._read[index]
            if not any(map(seen.isdisjoint, line.needed)):
                yield line

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


def _spans(part: _Part, readings: Sequence[_Reading], number: int) -> list[tuple[int, int]]:
    """Return the places for which a part stands in one of the readings; behind the first, those with its new words.

    Where a slip may mean a filler, words come together that stood apart, and any part may hold.
    """
    reading, first = readings[number], readings[0]
    if number and not reading.skipped & ~first.skipped and part.forms.isdisjoint(reading.seen - first.seen):
        return []
    return reading.spans(part.elements)


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
