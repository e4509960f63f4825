"""The language of the patterns of danger signs: a line that an editor writes, read as elements.

A line is elements separated by spaces, matched in order within one sentence: a word in any inflection; `a|b`, any of
these; `word?`, which may be missing; `<group>`, any word of a group; `...`, up to four further words;
`temperature>=38`, `hours>=12`, `days<2`, a quantity. ` & ` joins sequences that stand anywhere in the message.
Fillers are passed over in the message, and so is an element of fillers alone in the line; one beside other words is
asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from latch.safety.quantities import HOURS, TEMPERATURE
from latch.safety.words import Words

GAP = "..."
BOTH = " & "
NOT = "<not>"

_QUANTITY = re.compile(r"(temperature|hours|days)(>=|<)(\d+(?:\.\d+)?)")
_GROUP = re.compile(r"<(\w+)>")
_WORD = re.compile(r"[\w'’./-]+")
_HOURS_A_DAY = 24


class PatternError(ValueError):
    """A line that is no pattern; the message says why."""


@dataclass(frozen=True)
class Element:
    """One element of a line: the forms of its words, a quantity with its bound, or a gap."""

    forms: frozenset[str] = frozenset()
    optional: bool = False
    gap: bool = False
    comparison: str = ""
    amount: float = 0.0

    @property
    def needed(self) -> bool:
        """Whether something must stand for it."""
        return not self.optional and not self.gap


class LineReader:
    """Reads lines as elements: with the shared words, and the inflected forms of each word in a line."""

    def __init__(self, words: Words, forms: Mapping[str, Sequence[str]]) -> None:
        self._words = words
        self._forms = forms
        self.fillers = frozenset(word.casefold() for word in words.fillers)

    def parts(self, line: str) -> list[tuple[Element, ...]]:
        """Return the elements of each sequence that a line joins.

        Raises:
            PatternError: when the line is no pattern.
        """
        return [self._elements(part) for part in line.split(BOTH)]

    def _elements(self, part: str) -> tuple[Element, ...]:
        found = []
        for written in part.split():
            quantity = _QUANTITY.fullmatch(written)
            if written == GAP:
                found.append(Element(gap=True))
            elif quantity:
                kind, comparison, value = quantity.groups()
                amount = float(value) * (_HOURS_A_DAY if kind == "days" else 1)
                name = TEMPERATURE if kind == TEMPERATURE else HOURS
                found.append(Element(frozenset({f"<{name}>"}), comparison=comparison, amount=amount))
            else:
                forms = self._forms_of(written.removesuffix("?"))
                if not forms <= self.fillers:  # fillers alone are passed over in the message, too
                    found.append(Element(forms, optional=written.endswith("?")))
        if not any(element.needed for element in found):
            raise PatternError(f"'{part}' holds no word that must be there")
        return tuple(found)

    def _forms_of(self, element: str) -> frozenset[str]:
        """Return the forms of an element; a filler beside other words must be there like them: "gone|turns blue"."""
        found: set[str] = set()
        for word in element.split("|"):
            group = _GROUP.fullmatch(word)
            if group and group[1] not in self._words.groups:
                raise PatternError(f"there is no group '{group[1]}' in words.yml")
            if not group and not _WORD.fullmatch(word):
                raise PatternError(f"'{word}' is no word, group, quantity or gap")
            for member in self._words.groups[group[1]] if group else (word,):
                found |= set(self._forms.get(member.casefold(), ())) | {member.casefold().replace("’", "'")}
        return frozenset(found)


def pattern_words(lines: Iterable[str], words: Words) -> set[str]:
    """Return every word in some lines and in the groups."""
    found = {word for group in words.groups.values() for word in group}
    for line in lines:
        for element in line.replace(BOTH, " ").split():
            if element != GAP and not _QUANTITY.fullmatch(element):
                found.update(word for word in element.removesuffix("?").split("|") if not _GROUP.fullmatch(word))
    return {word.casefold() for word in found}
