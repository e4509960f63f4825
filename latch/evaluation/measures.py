"""Shares of single messages that are answered as they should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from latch.evaluation.asking import Asked
from latch.evaluation.judging import Knowledge, category_offered, category_right, topic_offered, topic_right
from latch.evaluation.messages import FAR, KINDS, NEAR, Form
from latch.evaluation.statistics import Share, share

ENGLISH = "en"


@dataclass(frozen=True)
class Measure:
    """One share: a key that targets name, what it is in plain words, and the figure."""

    key: str
    name: str
    share: Share


@dataclass(frozen=True)
class Sets:
    """The messages by what is right to do with them."""

    core: list[Asked]  # a topic answers it
    noisy: list[Asked]  # a topic answers it; typed in haste
    wide: list[Asked]  # of a neighbouring subject
    noisy_wide: list[Asked]  # of a neighbouring subject; typed in haste
    outside: list[Asked]
    languages: list[Asked]  # in another language, or in English that looks like one

    @classmethod
    def of(cls, asked: Iterable[Asked], knowledge: Knowledge) -> Sets:
        """Return the messages sorted; those of danger signs are not here (latch.evaluation.dangers)."""
        asked = list(asked)
        about = [one for one in asked if one.message.form is Form.SUBJECT]
        inside = [one for one in about if one.message.topic or knowledge.answers(one.message.category)]
        beyond = [one for one in about if not (one.message.topic or knowledge.answers(one.message.category))]
        # A message of the project's own set is core in any style; one retyped from another would count twice.
        core = [one for one in inside if not one.message.noisy or one.message.topic]
        return cls(
            core=core,
            noisy=[one for one in inside if one.message.noisy],
            wide=[one for one in beyond if not one.message.noisy],
            noisy_wide=[one for one in beyond if one.message.noisy],
            outside=[one for one in asked if one.message.form is Form.OUTSIDE],
            languages=[one for one in asked if one.message.form is Form.LANGUAGE],
        )

    @property
    def inside(self) -> list[Asked]:
        """All messages that a topic answers."""
        return self.core + [one for one in self.noisy if not one.message.topic]


def measures(sets: Sets, knowledge: Knowledge) -> list[Measure]:
    """Return the shares of the messages that are there, in the order in which a reader wants them."""
    exact = [one for one in sets.core if one.message.topic]

    def offered(one: Asked) -> bool:
        return category_offered(one.message, one.answer, knowledge)

    rows = [
        _measure("core.topic", "right topic in the first reply", exact, _topic),
        _measure("core.topic_offered", "right topic in the first reply or on its buttons", exact, _topic_offered),
        _measure("core.category", "right category in the first reply", sets.core, _category),
        _measure("core.category_offered", "right category in the first reply or on its buttons", sets.core, offered),
        _measure("core.doubt", "asked back (did you mean)", sets.core, _doubt),
        _measure("core.outside", "said to be outside although a topic answers it", sets.core, _outside),
        _measure("noisy.category", "typed in haste: right category in the first reply", sets.noisy, _category),
        _measure(
            "noisy.category_offered",
            "typed in haste: right category in the first reply or on its buttons",
            sets.noisy,
            offered,
        ),
        _measure("wide.wrong", "neighbouring subjects: answered with a topic", sets.wide, _answered),
        _measure("wide.outside", "neighbouring subjects: said to have no checked answer", sets.wide, _outside),
        _measure("wide.doubt", "neighbouring subjects: asked back (did you mean)", sets.wide, _doubt),
        _measure(
            "noisy_wide.wrong",
            "neighbouring subjects, typed in haste: answered with a topic",
            sets.noisy_wide,
            _answered,
        ),
    ]
    strict = [one for one in sets.outside if not one.message.redirect_is_right]
    for key, kind in (("near", NEAR), ("far", FAR)):
        of_kind = [one for one in strict if KINDS[one.message.kind or ""] == kind]
        rows.append(_measure(f"outside.{key}", f"{kind} outside: answered with a topic", of_kind, _answered))
    rows += [
        _measure(
            f"outside.kind.{kind}",
            f"outside, {kind}: answered with a topic",
            [one for one in strict if one.message.kind == kind],
            _answered,
        )
        for kind in sorted({one.message.kind or "" for one in strict} - {NEAR, FAR})
    ]
    return [row for row in (*rows, *_languages(sets)) if row.share["of"]]


def _languages(sets: Sets) -> list[Measure]:
    """Return what is done with other languages, and with English that looks like one.

    An answer says under `language` which other language it took the message for (None: English). Where Latch does not
    say, only wrong answers are measured.
    """
    foreign = [one for one in sets.languages if one.message.language != ENGLISH]
    told = [one for one in sets.languages if "language" in one.answer]
    return [
        _measure("language.answered", "in another language: answered with a topic", foreign, _answered),
        _measure(
            "language.told",
            "in another language: told so in that language",
            [one for one in told if one.message.language != ENGLISH],
            lambda one: one.answer["language"] == (one.message.language or "").partition("-")[0],
        ),
        _measure(
            "language.english",
            "English with foreign words: taken for another language",
            [one for one in told if one.message.language == ENGLISH],
            lambda one: one.answer["language"] is not None,
        ),
    ]


def by_category(inside: Sequence[Asked]) -> dict[str, Share]:
    """Return, by category, the share of messages with the right category in the first reply."""
    names = sorted({one.message.category or "" for one in inside})
    return {name: share(_category(one) for one in inside if one.message.category == name) for name in names}


def by_topic(inside: Sequence[Asked]) -> dict[str, Share]:
    """Return, by topic, the share of messages with the right topic in the first reply."""
    found: dict[str, list[bool]] = {}
    for one in inside:
        if one.message.topic:
            found.setdefault(one.message.topic, []).append(_topic(one))
    return {topic: share(found[topic]) for topic in sorted(found)}


def _measure(key: str, name: str, asked: Iterable[Asked], true: Callable[[Asked], bool]) -> Measure:
    return Measure(key, name, share(true(one) for one in asked))


def _topic(one: Asked) -> bool:
    return topic_right(one.message, one.answer)


def _topic_offered(one: Asked) -> bool:
    return topic_offered(one.message, one.answer)


def _category(one: Asked) -> bool:
    return category_right(one.message, one.answer)


def _doubt(one: Asked) -> bool:
    return bool(one.answer["doubt"])


def _outside(one: Asked) -> bool:
    return bool(one.answer["out_of_scope"])


def _answered(one: Asked) -> bool:
    return bool(one.answer["topics"])
