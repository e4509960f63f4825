"""The things that Latch's content is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from latch.content.yaml_file import Fault

URGENCIES = ("emergency", "same_day", "soon")  # of lines under an answer
DANGERS = ("emergency", "crisis", "same_day", "soon")  # of danger signs in a message, the most urgent first
SEED_KIND = "seed"

_YEAR = re.compile(r"\b(19|20)\d\d\b")


@dataclass(frozen=True, order=True)
class Place:
    """Where a piece of content stands."""

    path: Path
    line: int

    def fault(self, reason: str) -> Fault:
        """Return a fault at this place."""
        return Fault(self.path, self.line, reason)


@dataclass(frozen=True)
class Source:
    """A publication that facts rest on."""

    id: str
    title: str
    publisher: str
    url: str
    date: str
    kind: str

    @property
    def year(self) -> int | None:
        """The year it was published; None where it bears no date (a day on which it was seen is none)."""
        match = _YEAR.search(self.date.split("seen", 1)[0])
        return int(match.group()) if match else None


@dataclass(frozen=True)
class Fact:
    """One recorded statement with the sources that it rests on."""

    id: str
    statement: str
    sources: tuple[Source, ...]
    certainty: str
    note: str
    place: Place


@dataclass(frozen=True)
class Question:
    """A question that the evidence answers, and the danger signs that go with it."""

    id: str
    question: str
    facts: tuple[str, ...]
    red_flags: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Article:
    """The evidence on one subject; its file stem is the subject and the category of the subject's topics."""

    subject: str
    title: str
    facts: tuple[Fact, ...]
    questions: tuple[Question, ...]
    path: Path


@dataclass(frozen=True)
class HelpLine:
    """One danger sign with what to do about it, shown under "When to get help"."""

    id: str
    urgency: str
    text: str
    facts: tuple[Fact, ...]
    red_flags: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Text:
    """One variation of a response, with the condition under which it is said."""

    text: str
    condition: tuple[tuple[str, str], ...]
    place: Place


@dataclass(frozen=True)
class Example:
    """One training example."""

    text: str
    place: Place


@dataclass(frozen=True)
class DangerSign:
    """One sign of danger in what a person writes, how it is recognised, and what is said at once.

    `call` is a kind of helpline (latch.helplines.KINDS) or `doctor`. `age_from` and `age_under` are months between
    which the sign holds; None where it holds at any age.
    """

    id: str
    concerns: str
    title: str
    urgency: str
    call: str
    facts: tuple[Fact, ...]
    age_from: float | None
    age_under: float | None
    yields_to: tuple[str, ...]
    now: str
    waiting: str
    patterns: tuple[Example, ...]
    examples: tuple[Example, ...]
    harmless: tuple[Example, ...]
    place: Place

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources of its facts, each once."""
        return tuple(dict.fromkeys(source for fact in self.facts for source in fact.sources))


@dataclass(frozen=True)
class Topic:
    """One question that Latch answers; its id is its file stem, its intent, and its response without `utter_`."""

    id: str
    category: str
    title: str
    questions: tuple[Question, ...]
    facts: tuple[Fact, ...]
    help: tuple[HelpLine, ...]
    related: tuple[str, ...]
    reviewed: str
    examples: tuple[Example, ...]
    answer: tuple[Text, ...]
    short: tuple[Text, ...]
    more: tuple[Text, ...]
    place: Place

    @property
    def texts(self) -> tuple[Text, ...]:
        """All variations of all its responses."""
        return self.answer + self.short + self.more

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources of its facts: what leads each fact first, in the order of the facts, then the others.

        An article from which the project began is the third at the latest, so that it is cited wherever it speaks.
        """
        leading = [fact.sources[0] for fact in self.facts]
        following = [source for fact in self.facts for source in fact.sources[1:]]
        found = list(dict.fromkeys(leading + following))
        seeds = [source for source in found if source.kind == SEED_KIND]
        return tuple(dict.fromkeys(found[:2] + seeds + found[2:]))


@dataclass
class Library:
    """Everything that Latch can say about its subjects."""

    articles: dict[str, Article] = field(default_factory=dict)
    help: dict[str, HelpLine] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    signs: dict[str, DangerSign] = field(default_factory=dict)
    harmless: tuple[Example, ...] = ()
