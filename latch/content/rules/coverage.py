"""Rules for coverage: every question of the evidence has a topic, and danger signs are carried over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from latch.content.model import Fact, Library, Place, Topic
from latch.content.yaml_file import Fault


def faults(library: Library) -> Iterator[Fault]:
    """Yield questions that no topic answers, and danger signs that a topic leaves out."""
    subjects = {topic.category for topic in library.topics.values()}
    answered = {(topic.category, question.id) for topic in library.topics.values() for question in topic.questions}
    for subject in sorted(subjects & set(library.articles)):
        for question in library.articles[subject].questions:
            if (subject, question.id) not in answered:
                yield question.place.fault(f"no topic answers '{question.question}' ({question.id})")
    for topic in library.topics.values():
        yield from _danger(topic)


def _danger(topic: Topic) -> Iterator[Fault]:
    if any(question.red_flags for question in topic.questions) and not topic.help:
        yield topic.place.fault("its question has danger signs: name the lines that say them (topic: help)")
    yield from unrepeatable(topic.facts, topic.place)


def unrepeatable(facts: Iterable[Fact], place: Place) -> Iterator[Fault]:
    """Yield the facts cited at `place` that must not be said."""
    for fact in facts:
        if "do not repeat" in fact.note.casefold():
            yield place.fault(f"fact '{fact.id}' is not to be repeated, its note says")
