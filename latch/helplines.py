"""Who can be called in which country, and the sentences that say so: never a number of another country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
KINDS = (EMERGENCY, URGENT_ADVICE, BREASTFEEDING, PARENTS, MATERNAL_MENTAL_HEALTH, CRISIS, VIOLENCE, POISON)

# What a person who asks for someone to talk to is shown; the lines for danger would bury it.
SUPPORT = (BREASTFEEDING, PARENTS, MATERNAL_MENTAL_HEALTH, URGENT_ADVICE)
SUPPORT_SHOWN = 4

OWN_EMERGENCY_NUMBER = "In an emergency, call the emergency number where you are."
WHICH_COUNTRY = "Which country are you in? Then I can show the phone lines that I know there."
COUNTRY_OF_NUMBER = "Which country are you in? Then I can give you the number."
NOTHING_FOR_COUNTRY = "I have no checked phone numbers for your country yet."

# Whom to call, for each kind of line: with a line of that kind, with the emergency number alone, and with no number.
_CALLS: Mapping[str, tuple[str, str, str]] = {
    EMERGENCY: ("", "Call {emergency} now.", "Call your local emergency number now."),
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
        "Please reach {name} now: {way}{about}; if a life is in danger, call {emergency}.",
        "Please call {emergency} now.",
        "Please call your local emergency number or a crisis line now.",
    ),
    MATERNAL_MENTAL_HEALTH: (
        "Talk to your doctor, midwife or health visitor, or to {name}: {way}.",
        "",
        "Talk to your doctor, midwife or health visitor about it.",
    ),
    VIOLENCE: (
        "{name} listens: {way}; in danger, call {emergency}.",
        "In danger, call {emergency}.",
        "A domestic abuse helpline listens; in danger, call your local emergency number.",
    ),
}

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


def support(helplines: Helplines, code: object) -> tuple[list[str], list[Source]]:
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
    return [*lines, f"Numbers can change; seen {newest}."], _sources(shown)


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
    emergency = next(iter(helplines.of(country, [EMERGENCY])), None)
    line = next((row for row in helplines.of(country, [kind]) if row.numbers or row.text_number), None)
    if kind == EMERGENCY or line is None:
        if emergency is None or not with_emergency:
            return Call(with_none)
        return _call(with_emergency, None, emergency)
    return _call(with_line, line, emergency)


def _call(form: str, line: Helpline | None, emergency: Helpline | None) -> Call:
    named = [row for row in (line, emergency) if row is not None]
    sentence = form.format(
        name=line.name if line else "",
        way=ways(line) if line else "",
        about=f" ({line.about})" if line and line.about.startswith("choose") else "",
        emergency=" or ".join(emergency.numbers) if emergency else "your emergency number",
    )
    used = [row for row in named if any(number in sentence for number in (*row.numbers, row.text_number) if number)]
    numbers = tuple(dict.fromkeys(number for row in used for number in (*row.numbers, row.text_number) if number))
    return Call(sentence, numbers, tuple(_sources(used)))


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


def _sources(shown: Sequence[Helpline]) -> list[Source]:
    found: dict[Any, Source] = {line.source["url"]: line.source for line in shown}
    return list(found.values())
