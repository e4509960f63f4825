"""Rules for danger signs: lines that are patterns, replies short and true, an urgency that the facts bear out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from latch.content.model import DangerSign, Example, Library
from latch.content.readability import grade
from latch.content.rules.answers import HIGHEST_GRADE, TITLE_CHARACTERS
from latch.content.rules.coverage import unrepeatable
from latch.content.rules.examples import form_faults
from latch.content.rules.grounding import unknown_numbers
from latch.content.signs import shared_words
from latch.content.yaml_file import ContentError, Fault
from latch.safety.lines import LineReader, PatternError, pattern_words
from latch.safety.words import Words
from latch.text import sentences, words

NOW_WORDS = 14
WAITING_WORDS = 18
EXAMPLES = 20
HARMLESS = 15

# How urgent a fact says that it is, as the urgency of a sign.
_FACT_URGENCY = re.compile(r"(EMERGENCY|URGENT|SAME DAY|THIS WEEK)\b")
_URGENCIES = {"EMERGENCY": "emergency", "URGENT": "emergency", "SAME DAY": "same_day", "THIS WEEK": "soon"}
_SPEED = {"soon": 1, "same_day": 2, "emergency": 3, "crisis": 3}
# Three digits or more in a row, spaces and hyphens between them, that are no figure of anything.
PHONE_NUMBER = re.compile(
    r"(?<![\d.,])\+?\d(?:[ ()-]{0,2}\d){2,}"
    r"(?!\d|[.,]\d|\s*(?:[CF]|°\w?|degrees?|ml|oz|m?g|kg|grams?|minutes?|hours?|days?|weeks?|months?|times)\b)"
)


def faults(library: Library, data: Path) -> Iterator[Fault]:
    """Yield what is wrong with the danger signs of a library that was read from the folder `data`."""
    titles: dict[str, DangerSign] = {}
    for sign in library.signs.values():
        first = titles.setdefault(sign.title.casefold(), sign)
        if first is not sign:
            yield sign.place.fault(f"the title is also that of {first.place.path}")
        yield from _sign(sign)
    yield from form_faults(sign_examples(library))
    if library.signs:
        try:
            words_of_all = shared_words(data)
        except ContentError as error:
            yield from error.faults
        else:
            yield from _pattern_faults(library.signs.values(), words_of_all)


def sign_examples(library: Library) -> list[Example]:
    """Return what the recogniser learns from: examples of danger signs, and of what only sounds like one."""
    of_signs = [example for sign in library.signs.values() for example in (*sign.examples, *sign.harmless)]
    return [*of_signs, *library.harmless]


def _sign(sign: DangerSign) -> Iterator[Fault]:
    if len(sign.title) > TITLE_CHARACTERS:
        yield sign.place.fault(f"a sign's title has at most {TITLE_CHARACTERS} characters")
    if len(sign.examples) < EXAMPLES:
        yield sign.place.fault(f"{len(sign.examples)} examples; at least {EXAMPLES} are needed")
    if len(sign.harmless) < HARMLESS:
        yield sign.place.fault(f"{len(sign.harmless)} harmless lines; at least {HARMLESS} are needed")
    yield from unrepeatable(sign.facts, sign.place)
    yield from _urgency(sign)
    yield from _text(sign, "now", sign.now, NOW_WORDS)
    if sign.waiting:
        yield from _text(sign, "waiting", sign.waiting, WAITING_WORDS)


def _text(sign: DangerSign, name: str, text: str, most_words: int) -> Iterator[Fault]:
    place = sign.place
    if len(sentences(text)) > 1:
        yield place.fault(f"'{name}' is one sentence")
    if len(words(text)) > most_words:
        yield place.fault(f"'{name}' has {len(words(text))} words; at most {most_words}")
    if "{" in text or "}" in text:
        yield place.fault(f"'{name}': braces would be read as a slot")
    if PHONE_NUMBER.search(text):
        yield place.fault(f"'{name}' holds a phone number: those stand in data/help, by country")
    if grade(text) > HIGHEST_GRADE:
        yield place.fault(f"'{name}' has the reading grade {grade(text):.1f}; at most {HIGHEST_GRADE:.0f}")
    for number in unknown_numbers(text, sign.facts):
        yield place.fault(f"'{name}': the number {number} stands in no fact that the sign cites")


def _urgency(sign: DangerSign) -> Iterator[Fault]:
    """Yield a fault where each of its facts that says how urgent it is asks for faster help than the sign."""
    said = [match[1] for fact in sign.facts if (match := _FACT_URGENCY.match(fact.statement))]
    if said and min(_SPEED[_URGENCIES[word]] for word in said) > _SPEED[sign.urgency]:
        yield sign.place.fault(f"urgency '{sign.urgency}' is less than its facts say: {', '.join(dict.fromkeys(said))}")


def _pattern_faults(signs: Iterable[DangerSign], shared: Words) -> Iterator[Fault]:
    reader = LineReader(shared, {})
    for line in (line for sign in signs for line in sign.patterns):
        try:
            reader.parts(line.text)
        except PatternError as error:
            if not _has_inflected(line.text, shared):
                yield line.place.fault(f"the pattern '{line.text}': {error}")


def _has_inflected(line: str, shared: Words) -> bool:
    """Tell whether a line is a pattern by inflected forms alone: "keep" is passed over, "keeping" is not."""
    # spaCy takes a second to load: only for a line that seems wrong.
    from latch.safety.patterns import inflections

    try:
        LineReader(shared, inflections(pattern_words([line], shared))).parts(line)
    except PatternError:
        return False
    return True
