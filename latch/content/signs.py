"""Reads the danger signs: data/safety/<whom it concerns>/<sign>.yml."""

from __future__ import annotations

from pathlib import Path

from latch.content.model import DANGERS, DangerSign, Example, Library, Place
from latch.content.reading import Reading, at, example_lines
from latch.content.yaml_file import ContentError, YamlFile, read_yaml
from latch.helplines import KINDS
from latch.safety.words import Words

SAFETY = "safety"
CONCERNS = ("baby", "mother")
HARMLESS_FILE = "harmless.yml"
WORDS_FILE = "words.yml"
DOCTOR = "doctor"  # nobody's number: a doctor of the person's own

_KEYS = {"title", "urgency", "call", "facts", "age", "yields_to", "say", "patterns", "examples", "harmless"}


def add_signs(reading: Reading, library: Library, data: Path) -> None:
    """Read every danger sign below `data` into the library, whose facts are known."""
    for concerns in CONCERNS:
        for path in sorted((data / SAFETY / concerns).glob("*.yml")):
            file = reading.file(path)
            if file is None:
                continue
            if path.stem in library.signs:
                reading.faults.append(file.fault(f"sign '{path.stem}' stands also in another folder"))
            library.signs[path.stem] = _sign(reading, file, concerns)
    for sign in library.signs.values():
        for name in sign.yields_to:
            if name not in library.signs:
                reading.faults.append(sign.place.fault(f"yields_to: there is no sign '{name}'"))
    harmless = data / SAFETY / HARMLESS_FILE
    if harmless.is_file():
        file = reading.file(harmless)
        if file:
            reading.mapping(file, {"harmless"}, set())
            library.harmless = tuple(example_lines(reading, file, reading.text(file, "harmless"), "harmless"))


def shared_words(data: Path) -> Words:
    """Return the words that all patterns share.

    Raises:
        ContentError: when the file is missing or of another shape.
    """
    file = read_yaml(data / SAFETY / WORDS_FILE)
    found = file.data if isinstance(file.data, dict) else {}
    groups, fillers = found.get("groups"), found.get("fillers")
    if not isinstance(groups, dict) or not isinstance(fillers, list) or set(found) != {"groups", "fillers"}:
        raise ContentError([file.fault("the file must hold 'groups', a mapping of lists, and 'fillers', a list")])
    if not all(isinstance(group, list) for group in groups.values()):
        raise ContentError([file.fault("each group must be a list of words", "groups")])
    words = [*fillers, *(word for group in groups.values() for word in group)]
    if not all(isinstance(word, str) for word in words):
        raise ContentError([file.fault("each word must be a text (put no, yes, on, off in quotes)")])
    return Words(groups, fillers)


def _sign(reading: Reading, file: YamlFile, concerns: str) -> DangerSign:
    reading.mapping(file, {"sign"}, set())
    reading.mapping(file, _KEYS, {"age", "yields_to"}, "sign")
    reading.mapping(file, {"now", "waiting"}, {"waiting"}, "sign", "say")
    urgency = reading.text(file, "sign", "urgency")
    if urgency not in DANGERS:
        reading.faults.append(file.fault(f"urgency must be one of {', '.join(DANGERS)}", "sign", "urgency"))
    call = reading.text(file, "sign", "call")
    if call not in (*KINDS, DOCTOR):
        reading.faults.append(file.fault(f"call must be one of {', '.join((*KINDS, DOCTOR))}", "sign", "call"))
    facts = reading.facts_named(file, "sign", "facts")
    if not facts:
        reading.faults.append(file.fault("a sign rests on at least one fact", "sign", "facts"))
    ages = {bound: _months(reading, file, bound) for bound in ("from", "under")}
    lines = reading.names(file, "sign", "patterns")
    return DangerSign(
        id=file.path.stem,
        concerns=concerns,
        title=reading.text(file, "sign", "title"),
        urgency=urgency,
        call=call,
        facts=facts,
        age_from=ages["from"],
        age_under=ages["under"],
        yields_to=reading.names(file, "sign", "yields_to"),
        now=reading.text(file, "sign", "say", "now"),
        waiting=reading.text(file, "sign", "say", "waiting") if at(file.data, ("sign", "say", "waiting")) else "",
        patterns=tuple(
            Example(line, Place(file.path, file.line("sign", "patterns", index))) for index, line in enumerate(lines)
        ),
        examples=_block(reading, file, "examples"),
        harmless=_block(reading, file, "harmless"),
        place=Place(file.path, file.line("sign")),
    )


def _block(reading: Reading, file: YamlFile, key: str) -> tuple[Example, ...]:
    return tuple(example_lines(reading, file, reading.text(file, "sign", key), "sign", key))


def _months(reading: Reading, file: YamlFile, bound: str) -> float | None:
    ages = at(file.data, ("sign", "age"))
    if ages is None:
        return None
    reading.mapping(file, {"from", "under"}, {"from", "under"}, "sign", "age")
    value = ages.get(bound) if isinstance(ages, dict) else None
    if value is not None and not isinstance(value, (int, float)):
        reading.faults.append(file.fault(f"'{bound}' must be a number of months", "sign", "age", bound))
        return None
    return None if value is None else float(value)
