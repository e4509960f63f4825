"""A baby's age in the forms in which people write it, read from spaCy tokens with the words of the lexicon."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

MONTHS = {"age_unit_day": 12 / 365, "age_unit_week": 12 * 7 / 365, "age_unit_month": 1.0, "age_unit_year": 12.0}
OLDEST_MONTHS = 12 * 8
# Age groups: the name, and the age in months at which it ends.
GROUPS = (("newborn", 28 * 12 / 365), ("under_6_months", 6.0), ("from_6_months", 12.0), ("toddler", float("inf")))

_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d)?")
_FRACTION = {"½": 0.5, "¼": 0.25, "¾": 0.75, "1/2": 0.5, "1/4": 0.25, "3/4": 0.75}
# Letters that are units only directly behind a number and with a word of age behind ("3m old", not "3 m").
_SHORT_UNITS = {"m", "w", "y", "do", "mon"}
_NEAR = 3


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


class AgeReader:
    """Finds ages in a Doc; `lexicon` maps each word class (see data/lexicon/age.yml) to its words."""

    def __init__(self, lexicon: Mapping[str, Sequence[str]]) -> None:
        self._words = {name: {word.casefold() for word in words} for name, words in lexicon.items()}
        entries = (word.split("=") for word in lexicon.get("age_number", ()))
        self._numbers = {word.casefold(): float(value) for word, value in entries}
        self._units = {
            word: MONTHS[name] for name in MONTHS for word in sorted(self._words.get(name, ())) if name in MONTHS
        }

    def ages(self, doc: Doc) -> list[Age]:
        """Return the ages of a baby or child that the text tells, in order."""
        tokens = [token.text.casefold() for token in doc]
        found: list[Age] = []
        index = 0
        while index < len(tokens):
            read = self._amount(tokens, index)
            if read is None:
                index += 1
                continue
            months, end, has_unit = read
            if 0 < months <= OLDEST_MONTHS and self._tells_age(tokens, index, end, has_unit):
                last = doc[end - 1]
                found.append(Age(round(months, 2), doc[index].idx, last.idx + len(last.text)))
            index = end
        return found

    def _amount(self, tokens: list[str], index: int) -> tuple[float, int, bool] | None:
        """Return months, the end, and whether a unit was written, of the amount that begins at `index`."""
        number = self._number(tokens, index)
        if number is None:
            return None
        value, after = number
        value, after = self._and_a_half(tokens, value, after)
        unit_at = after + 1 if self._at(tokens, after) == "-" else after
        unit = self._units.get(self._at(tokens, unit_at))
        if unit is None:
            is_word = not tokens[index][0].isdigit()
            years = value * MONTHS["age_unit_year"]
            return (years, after, False) if not (is_word and value <= 1 and after == index + 1) else None
        end = unit_at + 1
        # "a year and a half", "2 years and 3 months", "6 months and 2 weeks"
        if self._at(tokens, end) == "and" and self._at(tokens, end + 1) in ("a", "half"):
            half = end + 2 if self._at(tokens, end + 1) == "a" else end + 1
            if self._at(tokens, half) == "half":
                return value * unit + 0.5 * unit, half + 1, True
        rest_at = end + 1 if self._at(tokens, end) in ("and", ",", "&") else end
        rest = self._number(tokens, rest_at)
        if rest is not None:
            smaller = self._units.get(self._at(tokens, rest[1]))
            if smaller is not None and smaller < unit:
                return value * unit + rest[0] * smaller, rest[1] + 1, True
        return value * unit, end, True

    def _number(self, tokens: list[str], index: int) -> tuple[float, int] | None:
        token = self._at(tokens, index)
        if token in self._numbers:
            if token in ("a", "an") and self._at(tokens, index + 1) not in self._units:
                return None
            return self._numbers[token], index + 1
        if _NUMBER.fullmatch(token):
            return float(token.replace(",", ".")), index + 1
        if token and token[-1] in _FRACTION and _NUMBER.fullmatch(token[:-1]):
            return float(token[:-1]) + _FRACTION[token[-1]], index + 1
        return None

    def _and_a_half(self, tokens: list[str], value: float, after: int) -> tuple[float, int]:
        token = self._at(tokens, after)
        if token in _FRACTION:
            return value + _FRACTION[token], after + 1
        for words in (("and", "a", "half"), ("and", "half"), ("&", "half"), ("&", "a", "half"), ("n", "a", "half")):
            if tuple(tokens[after : after + len(words)]) == words:
                return value + 0.5, after + len(words)
        return value, after

    def _tells_age(self, tokens: list[str], start: int, end: int, has_unit: bool) -> bool:
        after = self._at(tokens, end + 1 if self._at(tokens, end) == "-" else end)
        before = self._at(tokens, start - 1)
        unit = tokens[end - 1]
        if self._is("age_old", after):
            return has_unit or after in ("old",)
        if self._is("age_birth", after):
            return has_unit
        if after == "ago":
            return has_unit and any(self._is("age_birth", token) for token in tokens[max(0, start - 6) : start])
        if self._is("age_not_after", after) or self._is("age_not_before", before):
            return False
        if not has_unit:
            return self._bare_years(tokens, start, end)
        if unit in _SHORT_UNITS:
            return self._about_a_child(tokens, start)
        if unit in ("mo", "mos", "yo", "y/o", "m/o", "w/o", "wko", "yro", "yrold"):
            return True
        return before in ("at", "my", "our", "aged") or self._about_a_child(tokens, start)

    def _bare_years(self, tokens: list[str], start: int, end: int) -> bool:
        """Tell whether a number without a unit is an age in years ("she just turned two", "he's 2 and")."""
        before = self._at(tokens, start - 1)
        if before in ("turned", "turns", "turning", "aged"):
            return True
        ends = self._at(tokens, end) in ("", ".", ",", "!", "?", "and", "but", "now", "so", "-", "...")
        return ends and before in ("is", "'s", "’s", "just") and self._about_a_child(tokens, start)

    def _about_a_child(self, tokens: list[str], start: int) -> bool:
        """Tell whether the words before are a child and links alone ("my baby is nearly")."""
        for token in reversed(tokens[max(0, start - _NEAR - 1) : start]):
            if self._is("age_person", token):
                return True
            if not self._is("age_link", token):
                return False
        return False

    def _is(self, name: str, token: str) -> bool:
        return token in self._words.get(name, ())

    @staticmethod
    def _at(tokens: list[str], index: int) -> str:
        return tokens[index] if 0 <= index < len(tokens) else ""
