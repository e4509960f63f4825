"""A baby's age in the forms in which people write it, read with the words of the lexicon."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MONTHS = {"age_unit_day": 12 / 365, "age_unit_week": 12 * 7 / 365, "age_unit_month": 1.0, "age_unit_year": 12.0}
OLDEST_MONTHS = 12 * 8
# Age groups: the name, and the age in months, to two places as ages are, at which it ends (a newborn's at 28 days).
GROUPS = (
    ("newborn", round(28 * 12 / 365, 2)),
    ("under_6_months", 6.0),
    ("from_6_months", 12.0),
    ("toddler", float("inf")),
)

_TABLES = "age_"
_NUMBER = r"\d+(?:[.,]\d{1,2})?(?!\d)"
_LETTERS = r"[^\W\d_½¼¾]+"
_TOKEN = rf"[13]/[24](?!\d)|{_NUMBER}|[½¼¾]|{_LETTERS}(?:['’]{_LETTERS})*|[^\w\s'’–-]"
_FRACTION = {"½": 0.5, "¼": 0.25, "¾": 0.75, "1/2": 0.5, "1/4": 0.25, "3/4": 0.75}
_APOSTROPHE = re.compile("['’]")
_PUNCTUATION = re.compile(r"\W")
# How many words back a birth, and how many words on the birth of "after the birth", is looked for.
_BIRTH_BEFORE = 6
_BIRTH_AFTER = 3


@dataclass(frozen=True)
class Age:
    """An age in months and where it stands in the text."""

    months: float
    start: int
    end: int

    @property
    def group(self) -> str:
        """The name of the age group, as answers with variants use it."""
        return group(self.months)


def group(months: float) -> str:
    """Return the age group of a baby of so many months."""
    return next(name for name, end in GROUPS if months < end)


@dataclass(frozen=True)
class _Token:
    word: str
    start: int
    end: int


@dataclass(frozen=True)
class _Amount:
    """A stretch of time: months, and the tokens that say it; without a unit, the number is taken for years."""

    months: float
    start: int
    end: int
    has_unit: bool


class AgeReader:
    """Finds ages in a text; `lexicon` maps each word class (see data/lexicon/age.yml) to its words."""

    def __init__(self, lexicon: Mapping[str, Sequence[str]]) -> None:
        # Other tables are no business of ages.
        lexicon = {name: words for name, words in lexicon.items() if name.startswith(_TABLES)}
        self._words = {name: frozenset(word.casefold() for word in words) for name, words in lexicon.items()}
        entries = (word.split("=") for word in lexicon.get("age_number", ()))
        self._numbers = {word.casefold(): float(value) for word, value in entries}
        self._units = {word: months for name, months in MONTHS.items() for word in self._words.get(name, ())}
        # "post partum", "m/o", "ds2": an entry that is not letters alone is one token.
        entire = {word for name, words in self._words.items() if name != "age_number" for word in words}
        entire = {word for word in entire if not re.fullmatch(_LETTERS, word)}
        patterns = [re.escape(word).replace(r"\ ", r"[\s-]+") for word in sorted(entire, key=len, reverse=True)]
        joined = [rf"(?<![^\W\d_]){pattern}(?!\w)" for pattern in patterns]
        self._token = re.compile("|".join([*joined, _TOKEN]), re.IGNORECASE)

    def ages(self, text: str) -> list[Age]:
        """Return the ages of a baby or child that the text tells, in order."""
        tokens = [_Token(_word(match.group()), *match.span()) for match in self._token.finditer(text)]
        words = [token.word for token in tokens]
        found: list[Age] = []
        index = 0
        while index < len(words):
            amount = self._amount(tokens, words, index)
            if amount is None:
                index += 1
                continue
            if 0 < amount.months <= OLDEST_MONTHS and self._tells_age(words, amount):
                found.append(Age(round(amount.months, 2), tokens[index].start, tokens[amount.end - 1].end))
            index = amount.end
        return found

    def _amount(self, tokens: list[_Token], words: list[str], index: int) -> _Amount | None:
        number = self._number(words, index)
        if number is None:
            return None
        value, end = number
        unit = self._unit(tokens, words, end)
        if unit is None:
            if words[index] in ("a", "an", "half"):
                return None
            return _Amount(value * MONTHS["age_unit_year"], index, end, False) if end > index else None
        end += 1
        half = _half(words, end)
        if half:  # "a year and a half"
            return _Amount((value + 0.5) * unit, index, half, True)
        rest = end + 1 if _at(words, end) in ("and", ",", "&") else end
        smaller = self._number(words, rest)
        if smaller:  # "2 years and 3 months"
            smaller_unit = self._unit(tokens, words, smaller[1])
            if smaller[1] > rest and smaller_unit and smaller_unit < unit:
                return _Amount(value * unit + smaller[0] * smaller_unit, index, smaller[1] + 1, True)
        return _Amount(value * unit, index, end, True)

    def _number(self, words: list[str], index: int) -> tuple[float, int] | None:
        """Return the number that begins at `index`, and where it ends."""
        word = _at(words, index)
        if word == "year" and (self._is("age_old", _at(words, index + 1)) or _half(words, index + 1)):
            return 1.0, index  # "my year old": a year that is not counted is one
        if word == "half" and _at(words, index + 1) in ("a", "an"):
            return 0.5, index + 2
        if word in _FRACTION:
            return _FRACTION[word], index + 1
        if word[:1].isdecimal():
            value, end = float(word.replace(",", ".")), index + 1
        elif word in self._numbers:
            value, end = self._numbers[word], index + 1
            ones = self._numbers.get(_at(words, end), 0)
            if value >= 20 and 1 <= ones < 10 and _at(words, end) not in ("a", "an"):
                value, end = value + ones, end + 1
        else:
            return None
        if _at(words, end) in _FRACTION:
            return value + _FRACTION[words[end]], end + 1
        half = _half(words, end)
        return (value + 0.5, half) if half else (value, end)

    def _unit(self, tokens: list[_Token], words: list[str], index: int) -> float | None:
        """Return the months of the unit at `index`; a letter ("m") is a unit at its number or before "old"."""
        word = _at(words, index)
        if self._is("age_unit_letter", word):
            attached = index > 0 and tokens[index - 1].end == tokens[index].start
            if not attached and not self._is("age_old", _at(words, index + 1)):
                return None
        return self._units.get(word)

    def _tells_age(self, words: list[str], amount: _Amount) -> bool:
        before, after = _at(words, amount.start - 1), _at(words, amount.end)
        if not amount.has_unit and amount.end == amount.start + 1:
            return (self._is("age_stated", before) and _ends(after)) or self._bare_years(words, amount)
        if self._is("age_old", after):
            of_a_thing = self._is("age_thing", _at(words, amount.end + 1))  # "3 days old milk"
            return not of_a_thing and not self._about(words, amount.start, "age_thing")
        if self._after_birth(words, amount):
            return True
        if self._is("age_not_before", before) or self._is("age_not_after", after):
            return False
        if any(self._is("age_birth", word) for word in words[max(0, amount.start - _BIRTH_AFTER) : amount.start]):
            return False  # "born at 34 weeks" tells how long the pregnancy was
        if self._is("age_stated", before) or self._alone(words, amount):
            return True
        if not amount.has_unit:
            return self._bare_years(words, amount)
        if self._is("age_unit_old", words[amount.end - 1]) or self._is("age_child", after):
            return True
        return before in ("at", "my", "our") or self._about_a_child(words, amount.start)

    def _after_birth(self, words: list[str], amount: _Amount) -> bool:
        """Tell whether the time is counted from the birth ("3 weeks postpartum", "born 5 days ago")."""
        if not amount.has_unit:
            return False
        after = _at(words, amount.end)
        if after in ("after", "since"):
            return any(self._is("age_birth", word) for word in words[amount.end + 1 :][:_BIRTH_AFTER])
        if after == "ago":
            return any(
                self._is("age_birth", word) for word in words[max(0, amount.start - _BIRTH_BEFORE) : amount.start]
            )
        return self._is("age_postpartum", after)

    def _bare_years(self, words: list[str], amount: _Amount) -> bool:
        """Tell whether a number without a unit is an age in years ("he's 2 and", "she is almost two")."""
        near = words[max(0, amount.start - 3) : amount.start]
        is_said = any(word in ("is", "are", "was", "s") or self._is_with_s(word) for word in near)
        at_hour = near[-1:] == ["at"]
        return is_said and not at_hour and _ends(_at(words, amount.end)) and self._about_a_child(words, amount.start)

    def _about_a_child(self, words: list[str], start: int) -> bool:
        return self._about(words, start, "age_child", "age_pronoun")

    def _about(self, words: list[str], start: int, *names: str) -> bool:
        """Tell whether only links stand between `start` and a word of the classes `names` ("my baby's nearly")."""
        for word in reversed(words[:start]):
            if any(self._is(name, word) or self._is(name, word.removesuffix("s")) for name in names):
                return True
            if not self._is("age_link", word):
                return False
        return False

    def _alone(self, words: list[str], amount: _Amount) -> bool:
        """Tell whether the message says nothing else, as an answer to "how old is your baby?" does."""
        rest = words[: amount.start] + words[amount.end :]
        return all(_PUNCTUATION.fullmatch(word) for word in rest)

    def _is_with_s(self, word: str) -> bool:
        """Tell whether the word is a child and "is" in one ("she's", "babys")."""
        names = ("age_child", "age_pronoun")
        return word == "theyre" or (word.endswith("s") and any(self._is(name, word[:-1]) for name in names))

    def _is(self, name: str, word: str) -> bool:
        return word in self._words.get(name, ())


def _word(text: str) -> str:
    return " ".join(_APOSTROPHE.sub("", text).casefold().replace("-", " ").split())


def _at(words: list[str], index: int) -> str:
    return words[index] if 0 <= index < len(words) else ""


def _half(words: list[str], index: int) -> int:
    """Return the end of an "and a half" that begins at `index`; 0 where there is none."""
    if _at(words, index) not in ("and", "&", "n"):
        return 0
    index += 2 if _at(words, index + 1) == "a" else 1
    return index + 1 if _at(words, index) == "half" else 0


def _ends(word: str) -> bool:
    """Tell whether a number before this word is said in full: a sentence or clause ends there."""
    return word in ("", ".", ",", "!", "?", ")", ";", "and", "but", "now", "so", "tomorrow", "today", "last", "next")
