"""Rules for answers as a tired person reads them: short, plain, in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from latch.content.model import HelpLine, Library, Text, Topic
from latch.content.readability import grade
from latch.content.yaml_file import Fault
from latch.text import sentences, words

TITLE_CHARACTERS = 60
ANSWER_WORDS = 90
SHORT_WORDS = 30
SENTENCE_WORDS = 20
HELP_SENTENCE_WORDS = 35
HIGHEST_GRADE = 8.0
MEDIAN_GRADE = 6.0
RELATED = (2, 3)


def faults(library: Library) -> Iterator[Fault]:
    """Yield what is wrong with the wording of topics and danger-sign lines."""
    titles: dict[str, Topic] = {}
    for topic in library.topics.values():
        first = titles.setdefault(topic.title.casefold(), topic)
        if first is not topic:
            yield topic.place.fault(f"the title is also that of {first.place.path}")
        yield from _topic(topic)
    for line in library.help.values():
        yield from _help_line(line)


def grades(library: Library) -> dict[str, float]:
    """Return the reading grade of every topic's answer: the hardest of its variations."""
    return {
        topic.id: max(grade(text.text) for text in topic.answer) for topic in library.topics.values() if topic.answer
    }


def corpus_fault(library: Library) -> Iterator[Fault]:
    """Yield a fault when the median reading grade of all answers is too high."""
    found = grades(library)
    if found and median(found.values()) > MEDIAN_GRADE:
        first = next(iter(library.topics.values()))
        yield Fault(
            first.place.path.parent.parent, 1, f"median reading grade {median(found.values()):.1f} > {MEDIAN_GRADE}"
        )


def _topic(topic: Topic) -> Iterator[Fault]:
    if len(topic.title) > TITLE_CHARACTERS or not topic.title.endswith("?"):
        yield topic.place.fault(f"a title is a question of at most {TITLE_CHARACTERS} characters")
    if not RELATED[0] <= len(topic.related) <= RELATED[1]:
        yield topic.place.fault(f"related: {RELATED[0]} or {RELATED[1]} topics, the next questions")
    for text in topic.answer + topic.more:
        yield from _text(text, ANSWER_WORDS)
    for text in topic.short:
        yield from _text(text, SHORT_WORDS)


def _text(text: Text, most_words: int) -> Iterator[Fault]:
    count = len(words(text.text))
    if count > most_words:
        yield text.place.fault(f"{count} words; at most {most_words}")
    if "\n\n" in text.text or any(not line.strip() for line in text.text.splitlines()):
        yield text.place.fault("a blank line would split the message in two")
    if "{" in text.text or "}" in text.text:
        yield text.place.fault("braces would be read as a slot")
    for sentence in sentences(text.text):
        if len(words(sentence)) > SENTENCE_WORDS:
            yield text.place.fault(f"a sentence of {len(words(sentence))} words; at most {SENTENCE_WORDS}: {sentence}")
    found = grade(text.text)
    if found > HIGHEST_GRADE:
        yield text.place.fault(f"reading grade {found:.1f}; at most {HIGHEST_GRADE:.0f}")


def _help_line(line: HelpLine) -> Iterator[Fault]:
    for sentence in sentences(line.text):
        if len(words(sentence)) > HELP_SENTENCE_WORDS:
            yield line.place.fault(f"a sentence of {len(words(sentence))} words; at most {HELP_SENTENCE_WORDS}")
