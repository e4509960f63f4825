"""Who can be called in which country, and the sentences that say so: never a number of another country."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

EMERGENCY = "emergency"
URGENT_ADVICE = "urgent_advice"
BREASTFEEDING = "breastfeeding"
PARENTS = "parents"
MATERNAL_MENTAL_HEALTH = "maternal_mental_health"
CRISIS = "crisis"
VIOLENCE = "violence"
POISON = "poison"
LINES = (EMERGENCY, URGENT_ADVICE, BREASTFEEDING, PARENTS, MATERNAL_MENTAL_HEALTH, CRISIS, VIOLENCE, POISON)

# What a danger sign may call for: a line, the emergency number on a condition, or that number and then a crisis line.
IN_DANGER = "in_danger"
EMERGENCY_AND_CRISIS = "emergency_and_crisis"
KINDS = (*LINES, IN_DANGER, EMERGENCY_AND_CRISIS)

# What a person who asks for someone to talk to is shown; the lines for danger would bury it.
SUPPORT = (BREASTFEEDING, PARENTS, MATERNAL_MENTAL_HEALTH, URGENT_ADVICE)
SUPPORT_SHOWN = 4

OWN_EMERGENCY_NUMBER = "In an emergency, call the emergency number where you are."
WHICH_COUNTRY = "Which country are you in? Then I can show the phone lines that I know there."
COUNTRY_OF_NUMBER = "Which country are you in?"  # a danger reply has room for no more
NOTHING_FOR_COUNTRY = "I have no checked phone numbers for your country yet."

# Said of a source whose own title names a number that the reply does not give.
WEB_PAGE = "web page"

# Whom to call, for each kind: with a line of that kind, with the emergency number alone, and with no number.
_CALLS: Mapping[str, tuple[str, str, str]] = {
    EMERGENCY: ("", "Call {emergency} now.", "Call your local emergency number now."),
    IN_DANGER: (
        "",
        "If you or your baby are in danger, call {emergency} now.",
        "If you or your baby are in danger, call your local emergency number now.",
    ),
    EMERGENCY_AND_CRISIS: (
        "Call {emergency} now; you can also reach {name}: {way}.",
        "Call {emergency} now; a crisis line can help too.",
        "Call your local emergency number now; a crisis line can help too.",
    ),
    POISON: (
        "Call {name} now: {way}; if your child is very ill, call {emergency}.",
        "Call {emergency} now.",
        "Call your poison centre or local emergency number now.",
    ),
    URGENT_ADVICE: (
        "Call your doctor or midwife today, or {name}: {way}.",
        "",
        "Call your doctor, midwife or out-of-hours service today.",
    ),
    CRISIS: (
        "Please reach {name} now: {way}; if a life is in danger, call {emergency}.",
        "Please call {emergency} now.",
        "Please call your local emergency number or a crisis line now.",
    ),
    MATERNAL_MENTAL_HEALTH: (
        "Talk to your doctor, midwife or health visitor, or to {name}: {way}.",
        "",
        "Talk to your doctor, midwife or health visitor about it.",
    ),
    VIOLENCE: (
        "{name} can help: {way}; in danger, call {emergency}.",
        "In danger, call {emergency}.",
        "A domestic abuse helpline can help; in danger, call your local emergency number.",
    ),
}
_LINE_OF = {EMERGENCY_AND_CRISIS: CRISIS}  # where it is not the kind itself
_ROUND_THE_CLOCK = ("24 hours", "at any hour")
# How a remark begins without which the number does not reach anybody.
_NEEDED = ("choose", "from")
_FIGURE = re.compile(r"\d(?:[ -]?\d){2,}")
_YEAR = re.compile(r"(19|20)\d\d")
_CITED = ("title", "publisher", "url", "year")

Source = Mapping[str, Any]


@dataclass(frozen=True)
class Helpline:
    """One line that can be called or texted. `fact` is the id of the recorded fact that its numbers stand in."""

    country: str
    kind: str
    name: str
    fact: str
    source: Source  # id, title, publisher, url, date, kind, year
    seen: str
    numbers: tuple[str, ...] = ()
    text_number: str = ""
    text_word: str = ""
    url: str = ""
    about: str = ""
    hours: str = ""
    area: str = ""
    caution: str = ""


@dataclass(frozen=True)
class Country:
    """A country, or a union whose rows hold for its members; `name` as a sentence says it ("the United Kingdom")."""

    code: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Helplines:
    """The whole table."""

    countries: Mapping[str, Country]
    rows: tuple[Helpline, ...]

    @classmethod
    def unpacked(cls, written: Mapping[str, Any]) -> Helplines:
        """Return the table that `packed` wrote into the model."""
        countries = {
            code: Country(code, entry["name"], tuple(entry["members"])) for code, entry in written["countries"].items()
        }
        rows = tuple(Helpline(**{**row, "numbers": tuple(row["numbers"])}) for row in written["rows"])
        return cls(countries, rows)

    def packed(self) -> dict[str, Any]:
        """Return the table as plain data."""
        countries = {code: {"name": one.name, "members": one.members} for code, one in self.countries.items()}
        return {"countries": countries, "rows": [asdict(row) for row in self.rows]}

    def country(self, code: object) -> Country | None:
        """Return the country of an ISO 3166 code, the union where only that is known, None where nothing is."""
        if not isinstance(code, str):
            return None
        code = code.strip().upper()
        own = self.countries.get(code)
        return own or next((union for union in self.countries.values() if code in union.members), None)

    def of(self, country: Country, kinds: Sequence[str]) -> list[Helpline]:
        """Return the country's lines of some kinds, in the order of the kinds and then of the table."""
        return [row for kind in kinds for row in self.rows if row.country == country.code and row.kind == kind]


def support(helplines: Helplines, code: object) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the lines of text about whom one can talk to in a country, and their sources.

    `code` is what is known of the country: an ISO 3166 code, or None.
    """
    country = helplines.country(code)
    if country is None:
        return [OWN_EMERGENCY_NUMBER, NOTHING_FOR_COUNTRY if is_said(code) else WHICH_COUNTRY], []
    shown = helplines.of(country, [EMERGENCY]) + helplines.of(country, SUPPORT)[:SUPPORT_SHOWN]
    newest = max((line.seen for line in shown), default="")
    lines = [f"In {country.name}:", *(f"- {_in_words(line, newest)}" for line in shown)]
    if not any(line.kind in (BREASTFEEDING, PARENTS) for line in shown):
        where = "your country" if country.members else country.name
        lines.append(f"I have no checked breastfeeding line for {where} yet.")
    # Every fact behind the table is marked "likely", not "established".
    lines.append(f"Numbers can change; seen {newest}.")
    return lines, cited((line.source for line in shown), _numbers(shown))


@dataclass(frozen=True)
class Call:
    """One sentence that says whom to call, the numbers in it, and the sources of those numbers."""

    sentence: str
    numbers: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    needs_country: bool = False


def call(helplines: Helplines, code: object, kind: str) -> Call:
    """Return whom to call about a danger in a country; without a number where the country is not known."""
    if kind not in _CALLS:  # a doctor of the person's own
        return Call("")
    country = helplines.country(code)
    with_line, with_emergency, with_none = _CALLS[kind]
    if country is None:
        return Call(with_none, needs_country=not is_said(code))
    emergency = helplines.of(country, [EMERGENCY])
    line = _widest(helplines.of(country, [_LINE_OF.get(kind, kind)])) if with_line else None
    if line:
        return _call(with_line, line, emergency)
    if emergency and with_emergency:
        return _call(with_emergency, None, emergency)
    return Call(with_none)


def _widest(rows: Sequence[Helpline]) -> Helpline | None:
    """Return the first line for the whole country, else the first for a part of it; None without lines."""
    return next((row for row in rows if not row.area), next(iter(rows), None))


def _call(form: str, line: Helpline | None, emergency: Sequence[Helpline]) -> Call:
    sentence = form.format(
        name=line.name if line else "",
        way=_reached(line) if line else "",
        emergency=" or ".join(_reached(row) for row in emergency) or "your emergency number",
    )
    named = [line] if line else []
    if "{emergency}" in form:
        named += emergency
    return Call(sentence, _numbers(named), tuple(row.source for row in named))


def cited(sources: Iterable[Source], said: Sequence[str]) -> list[dict[str, Any]]:
    """Return sources as replies carry them, each once; a title loses its place where it names a number not in `said`.

    Who looks for help reads any number as one to call, and it may be another country's.
    """
    found = {source["url"]: {key: source[key] for key in _CITED} for source in sources}
    for source in found.values():
        figures = (figure for figure in _FIGURE.findall(source["title"]) if not _YEAR.fullmatch(figure))
        if any(figure not in said for figure in figures):
            source["title"] = WEB_PAGE
    return list(found.values())


def is_said(code: object) -> bool:
    """Tell whether a country is known at all."""
    return isinstance(code, str) and bool(code.strip())


def _in_words(line: Helpline, newest: str) -> str:
    """Return name, ways to reach it and what to know about it; its date where that is older than `newest`."""
    details = [line.about, line.area, line.hours, line.caution, f"seen {line.seen}" if line.seen != newest else ""]
    known = "; ".join(detail for detail in details if detail)
    return f"{line.name}: {ways(line)}" + (f" ({known})" if known else "")


def ways(line: Helpline) -> str:
    """Return how a line is reached, in words."""
    call = " or ".join(line.numbers)
    if line.text_number in line.numbers and not line.text_word:
        return f"call or text {call}"
    text = f"text {line.text_word} to {line.text_number}" if line.text_word else f"text {line.text_number}"
    return ", or ".join(way for way in (call, text if line.text_number else "", line.url) if way)


def _reached(line: Helpline) -> str:
    """Return how a line is reached in danger: the ways, and what keeps them from reaching somebody at any hour."""
    about = line.about if line.about.startswith(_NEEDED) else ""
    limits = [about]
    if line.kind != EMERGENCY:  # nothing may keep anybody from calling that one
        limits += [line.area, "" if line.hours in _ROUND_THE_CLOCK else line.hours, line.caution]
    known = "; ".join(limit for limit in limits if limit)
    return ways(line) + (f" ({known})" if known else "")


def _numbers(lines: Iterable[Helpline]) -> tuple[str, ...]:
    """Return the numbers of some lines, each once."""
    return tuple(dict.fromkeys(number for line in lines for number in (*line.numbers, line.text_number) if number))
