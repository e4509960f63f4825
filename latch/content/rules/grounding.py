"""Rules for grounding: each sentence stands on a fact that its topic cites, each number in one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from latch.content.model import Fact, HelpLine, Library, Place, Topic
from latch.content.yaml_file import Fault
from latch.encoder.runtime import Vectors
from latch.text import sentences, words

# Below this closeness a sentence says something that no cited fact says. Found by reading the lowest of them.
LEAST_CLOSENESS = 0.35
# From this closeness on a sentence says what its fact says.
NEAR_ENOUGH = 0.8
# A line of warmth or a bridge to a list ("That sounds tiring.") states no fact.
BRIDGE_WORDS = 7

_COUNTING = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_NUMBER_WORDS = {word: str(value) for value, word in enumerate(_COUNTING.split(" "))}
_NUMBER_WORDS |= {"half": "0.5", "once": "1", "twice": "2", "first": "1", "second": "2", "third": "3"}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# These are said without counting anything ("one breast", "both", "at first").
_NOT_COUNTED = {"0", "1", "0.5", "2", "3"}


class Encoder(Protocol):
    """What turns sentences into unit vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text."""
        ...


@dataclass(frozen=True, order=True)
class Support:
    """A sentence with the closeness of the nearest fact that its topic cites."""

    closeness: float
    sentence: str
    fact: str
    place: Place


def numbers(text: str) -> set[str]:
    """Return the numbers of a text in digits, those written as words included ("1,500" and "1500" are one)."""
    found = {number.replace(",", "") for number in _NUMBER.findall(text)}
    return found | {_NUMBER_WORDS[word] for word in re.findall(r"[a-z]+", text.casefold()) if word in _NUMBER_WORDS}


def number_faults(topics: Iterable[Topic]) -> Iterator[Fault]:
    """Yield a fault for each number in an answer that no cited fact holds."""
    for topic in topics:
        for text in topic.texts:
            for number in unknown_numbers(text.text, topic.facts):
                yield text.place.fault(f"the number {number} stands in no fact that the topic cites")


def unknown_numbers(text: str, facts: Iterable[Fact]) -> list[str]:
    """Return the numbers in a text that none of the facts holds."""
    known = {number for fact in facts for number in numbers(f"{fact.statement} {fact.note}")}
    written = {number.replace(",", "") for number in _NUMBER.findall(text)}
    return sorted(number for number in numbers(text) - known if number in written or number not in _NOT_COUNTED)


def closeness(library: Library, encoder: Encoder, only: Iterable[Topic] | None = None) -> list[Support]:
    """Return every sentence of the answers and danger-sign lines with its nearest cited fact, the weakest first."""
    pairs: list[tuple[str, list[str], Place]] = []
    for topic in library.topics.values() if only is None else only:
        grounds = _statements(topic.facts)
        pairs += [(sentence, grounds, text.place) for text in topic.texts for sentence in _stating(text.text)]
    for line in library.help.values():
        pairs += [(sentence, _grounds(line), line.place) for sentence in _stating(line.text)]
    whole = [[(ground, ground) for ground in grounds] for _, grounds, _ in pairs]
    nearest = _nearest([sentence for sentence, _, _ in pairs], whole, encoder)
    # A part of a fact may be nearer than the whole; only where the whole is not near enough does it matter.
    far = [index for index, (close, _) in enumerate(nearest) if close < NEAR_ENOUGH]
    parts = [[(part, ground) for ground in pairs[index][1] for part in _clauses(ground)] for index in far]
    nearest_part = _nearest([pairs[index][0] for index in far], parts, encoder)
    for index, found in zip(far, nearest_part):
        nearest[index] = max(nearest[index], found)
    return sorted(
        Support(close, sentence, ground, place)
        for (sentence, _, place), (close, ground) in zip(pairs, nearest)
        if ground
    )


def _nearest(
    texts: Sequence[str], grounds: Sequence[Sequence[tuple[str, str]]], encoder: Encoder
) -> list[tuple[float, str]]:
    """Return for each text the closeness of the nearest of its (text, fact) grounds, and that fact."""
    position: dict[str, int] = {}
    for text in (*texts, *(ground for several in grounds for ground, _ in several)):
        position.setdefault(text, len(position))
    vectors = encoder.encode(list(position))
    found = []
    for text, several in zip(texts, grounds):
        if not several:
            found.append((-1.0, ""))
            continue
        close = vectors[[position[ground] for ground, _ in several]] @ vectors[position[text]]
        best = int(np.argmax(close))
        found.append((round(float(close[best]), 3), several[best][1]))
    return found


def closeness_faults(supports: Iterable[Support]) -> Iterator[Fault]:
    """Yield a fault for each sentence that is near no cited fact."""
    for support in supports:
        if support.closeness < LEAST_CLOSENESS:
            yield support.place.fault(
                f"closeness {support.closeness:.2f} to the nearest cited fact; at least {LEAST_CLOSENESS}: "
                f"{support.sentence}"
            )


def _grounds(line: HelpLine) -> list[str]:
    return _statements(line.facts) + list(line.red_flags)


def _statements(facts: Iterable[Fact]) -> list[str]:
    """Return what the facts say, their notes included: a note may correct or limit its fact."""
    return [text for fact in facts for text in (fact.statement, *sentences(fact.note))]


def _stating(text: str) -> list[str]:
    return [sentence for sentence in sentences(text) if len(words(sentence)) > BRIDGE_WORDS]


def _clauses(statement: str) -> list[str]:
    """Return the parts of a fact, since an answer often says a part of it."""
    parts = [part.strip() for part in re.split(r"[;,:]\s|\s(?:because|so|but|and)\s", statement)]
    return [part for part in parts if len(words(part)) >= 4 and part != statement]
