"""Body temperatures and lengths of time in a message, as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TEMPERATURE = "temperature"
HOURS = "hours"

# Body temperatures that a person can have, in each scale.
_CELSIUS = (33.0, 43.0)
_FAHRENHEIT = (92.0, 110.0)
_CONTEXT = re.compile(r"\b(?:temps?|temperature|fever|thermometer|feverish)\b", re.IGNORECASE)
_CONTEXT_CHARACTERS = 40
_BEFORE_CHARACTERS = 60
# "38 weeks" stands near a temperature often enough; "36+2" is a length of pregnancy, too.
_NO_TEMPERATURE_AFTER = (
    r"\d|[/:%]|[.,]\d|\s*(?:\+\s*\d|w\d|(?:weeks?|wks?|w|days?|hours?|hrs?|minutes?|mins?|months?|years?|yrs?|percent"
    r"|m?ls?|oz|ounces?|k?gs?|lbs?|pounds?|times|cm)\b)"
)
_TEMPERATURE = re.compile(
    rf"(?<![\d.,/:£$€+-])(?P<number>\d{{2,3}}(?:[.,]\d{{1,2}}| point \d)?)(?!{_NO_TEMPERATURE_AFTER})"
    r"(?:\s*(?P<unit>[°º](?:\s*[cf]\b)?|degrees?(?:\s*(?:celsius|fahrenheit|c|f)\b)?|celsius\b|fahrenheit\b|[cf]\b))?",
    re.IGNORECASE,
)

_UNITS = {"minute": 1 / 60, "min": 1 / 60, "hour": 1.0, "hr": 1.0, "h": 1.0, "day": 24.0, "week": 168.0, "wk": 168.0}
_NUMBERS = {
    **dict.fromkeys(("a", "an", "one", "whole", "full", "entire"), 1.0),
    **{word: float(value) for value, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight"), 2)},
    **{word: float(value) for value, word in enumerate(("nine", "ten", "eleven", "twelve"), 9)},
    **{"couple": 2.0, "few": 3.0, "half": 0.5, "fifteen": 15.0, "eighteen": 18.0, "twenty": 20.0},
}
_LENGTH = re.compile(
    rf"\b(?P<number>\d+(?:[.,]\d)?|{'|'.join(_NUMBERS)})[\s-]*(?:and a half |a |an |of )?"
    r"(?P<unit>minutes?|mins?|hours?|hrs?|h|days?|weeks?|wks?)\b(?=(?P<after>[\s-]*\w+)?)",
    re.IGNORECASE,
)
# "4 days old", "3 weeks postpartum" tell an age, "2 days early" and "in 3 days" no length of something that goes on.
_NO_LENGTH_BEFORE = re.compile(r"(?:\b(?:at|every|each|per|next|by)\s+|/)$", re.IGNORECASE)
# "A pad an hour" tells how often.
_COUNTED_BEFORE = re.compile(r"\b(?:pads?|towels?|napp(?:y|ies)|diapers?|times|once|twice)\s+$", re.IGNORECASE)
# "Back at work in 2 days", but "no wet nappy in 12 hours"; "probably nothing but 3 wet nappies in 24 hours" lacks none.
_IN = re.compile(r"\bin\s+$", re.IGNORECASE)
_LACK = re.compile(
    r"(?:\b(?:no|not|nothing|without|only|cannot|never)\b|n['’]?t\b)"
    r"(?:(?!\b(?:but|because|although|though)\b)[^.!?;\n]){0,50}$",
    re.IGNORECASE,
)
# "She's 3 weeks and ...", but "she's 4 days without a poo".
_AGE_BEFORE = re.compile(
    r"\b(?:(?:he|she|baby|lo|bub|newborn|son|daughter|twins|they)(?:['’]s|['’]re| is| are)|hes|shes|theyre)\s+"
    r"(?:(?:only|just|nearly|almost|about|now)\s+)?$",
    re.IGNORECASE,
)
_LENGTH_AFTER = frozenset(["without", "with", "no", "since", "into", "in", "dry"])
_AGE = ("old", "o", "early", "late", "postpartum", "pp", "post", "pregnant", "ago")
_NO_LENGTH_AFTER = frozenset((*_AGE, "off", "shift", "weekend", "pumps", "apart", "from", "before", "time"))
# At least so long, in hours.
_YESTERDAY = r"y[a-z]{7,9}"  # with a slip, too: no other word of that length follows "since"
_PHRASES = tuple(
    (re.compile(rf"\b(?:{phrases})\b".replace(" ", r"\s+"), re.IGNORECASE), hours)
    for phrases, hours in (
        (r"since (?:the day before|(?:last )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)", 24.0),
        (rf"since {_YESTERDAY}|all day|the (?:whole|entire) day|day and night", 12.0),
        ("since last night|all night|overnight|since this morning|the whole night", 8.0),
        ("for days|in days", 48.0),
        ("for hours|in hours", 4.0),
    )
)


@dataclass(frozen=True)
class Quantity:
    """A temperature in degrees Celsius or a time in hours, and where it stands in the text."""

    kind: str
    amount: float
    start: int
    end: int


def quantities(text: str) -> list[Quantity]:
    """Return the temperatures and lengths of time in a text, in order, none overlapping another."""
    found = sorted([*_temperatures(text), *_lengths(text)], key=lambda one: (one.start, one.start - one.end))
    kept: list[Quantity] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _temperatures(text: str) -> Iterator[Quantity]:
    for match in _TEMPERATURE.finditer(text):
        number = float(re.sub(r"\s*point\s*", ".", match["number"].lower()).replace(",", "."))
        unit = (match["unit"] or "").casefold()
        near = text[max(0, match.start() - _CONTEXT_CHARACTERS) : match.end() + _CONTEXT_CHARACTERS]
        if not unit and not _CONTEXT.search(near) and not _said_as_temperature(match["number"], number):
            continue
        if _FAHRENHEIT[0] <= number <= _FAHRENHEIT[1]:
            yield Quantity(TEMPERATURE, round((number - 32) * 5 / 9, 2), match.start(), match.end())
        elif _CELSIUS[0] <= number <= _CELSIUS[1] and not unit.endswith("f"):
            yield Quantity(TEMPERATURE, number, match.start(), match.end())


def _said_as_temperature(written: str, number: float) -> bool:
    """Tell whether a number without a unit is a temperature: with a decimal, "38.5", "39.0" and "100.4" are."""
    return not written.isdecimal() and any(low < number < high for low, high in (_CELSIUS, _FAHRENHEIT))


def _lengths(text: str) -> Iterator[Quantity]:
    for match in _LENGTH.finditer(text):
        word = match["number"].casefold()
        number = _NUMBERS[word] if word in _NUMBERS else float(word.replace(",", "."))
        unit = match["unit"].casefold().rstrip("s")
        after = (match["after"] or "").strip(" -").casefold()
        before = text[max(0, match.start() - _BEFORE_CHARACTERS) : match.start()]
        if after in _NO_LENGTH_AFTER or _NO_LENGTH_BEFORE.search(before):
            continue
        if word in ("a", "an") and _COUNTED_BEFORE.search(before):
            continue
        if _IN.search(before) and not _LACK.search(before):
            continue
        if _AGE_BEFORE.search(before) and after not in _LENGTH_AFTER:
            continue
        yield Quantity(HOURS, number * _UNITS[unit], match.start(), match.end("unit"))
    for pattern, hours in _PHRASES:
        for match in pattern.finditer(text):
            yield Quantity(HOURS, hours, match.start(), match.end())
