"""Reads the table of helplines (data/help/helplines.yml) and says what is wrong in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from latch.content.model import Source
from latch.content.yaml_file import ContentError, Fault, Key, YamlFile, read_yaml
from latch.helplines import LINES, Country, Helpline, Helplines

TABLE = Path("help") / "helplines.yml"  # in the data folder

_CODE = re.compile(r"[A-Z]{2}")
_NUMBER = re.compile(r"\d[\d -]*\d")
_SEEN = re.compile(r"20\d\d(-\d\d(-\d\d)?)?")

_TABLE_KEYS = {"countries", "helplines", "sources"}
_SOURCE_KEYS = {"id", "title", "publisher", "url", "date_published_or_seen", "kind"}
_NEEDED_KEYS = {"country", "kind", "name", "fact", "source", "seen"}
_OPTIONAL_TEXTS = {"text_number", "text_word", "url", "about", "hours", "area", "caution"}
_ROW_KEYS = _NEEDED_KEYS | _OPTIONAL_TEXTS | {"numbers"}


def load_helplines(path: Path) -> Helplines:
    """Return the table in a file.

    Raises:
        ContentError: when anything in it is wrong; each fault names file, line and reason.
    """
    file = read_yaml(path)
    if not isinstance(file.data, dict) or set(file.data) != _TABLE_KEYS:
        raise ContentError([file.fault(f"the file must hold just: {', '.join(sorted(_TABLE_KEYS))}")])
    faults: list[Fault] = []
    countries = _countries(file, faults)
    sources = _sources(file, faults)
    rows = [row for at in _entries(file, faults, "helplines") if (row := _row(file, at, countries, sources, faults))]
    if faults:
        raise ContentError(sorted(faults))
    return Helplines(countries, tuple(rows))


def _countries(file: YamlFile, faults: list[Fault]) -> dict[str, Country]:
    section = file.data["countries"]
    if not isinstance(section, dict):
        faults.append(file.fault("a mapping of country codes is expected here", "countries"))
        return {}
    found = {}
    for code, value in section.items():
        at = ("countries", str(code))
        if not _CODE.fullmatch(str(code)):
            faults.append(file.fault(f"'{code}' is not an ISO 3166 code in capitals", *at))
        elif not isinstance(value, dict) or set(value) - {"name", "members"} or not _is_text(value.get("name")):
            faults.append(file.fault(f"'{code}' needs a 'name' and, for a union, 'members'", *at))
        elif not _are_texts(value.get("members", []), _CODE):
            faults.append(file.fault("'members' must be a list of ISO 3166 codes", *at, "members"))
        else:
            found[code] = Country(code, value["name"], tuple(value.get("members", ())))
    return found


def _sources(file: YamlFile, faults: list[Fault]) -> dict[str, Source]:
    found = {}
    for index, value in _entries(file, faults, "sources"):
        if set(value) != _SOURCE_KEYS or not all(_is_text(text) for text in value.values()):
            reason = f"a source needs just these texts: {', '.join(sorted(_SOURCE_KEYS))}"
            faults.append(file.fault(reason, "sources", index))
        elif value["id"] in found:
            faults.append(file.fault(f"source '{value['id']}' stands here twice", "sources", index))
        else:
            texts = dict(value)
            found[value["id"]] = Source(date=texts.pop("date_published_or_seen"), **texts)
    return found


def _row(
    file: YamlFile,
    entry: tuple[int, dict[str, Any]],
    countries: Mapping[str, Country],
    sources: Mapping[str, Source],
    faults: list[Fault],
) -> Helpline | None:
    index, value = entry
    found: list[Fault] = []

    def wrong(reason: str, *keys: Key) -> None:
        found.append(file.fault(f"helpline '{value.get('name', index)}': {reason}", "helplines", index, *keys))

    for key in sorted(str(key) for key in set(value) - _ROW_KEYS):
        wrong(f"unknown key '{key}'", key)
    for key in sorted(_NEEDED_KEYS - set(value)):
        wrong(f"'{key}' is missing")
    for key in sorted((_NEEDED_KEYS | _OPTIONAL_TEXTS) & set(value)):
        if not _is_text(value[key]):
            wrong(f"'{key}' must be a text (in quotes, where it is a number or a date)", key)
    if not _are_texts(value.get("numbers", []), _NUMBER):
        wrong("'numbers' must be a list of phone numbers in quotes", "numbers")
    if not any(value.get(key) for key in ("numbers", "text_number", "url")):
        wrong("it needs numbers, a text_number or a url")
    if not found:
        if value["kind"] not in LINES:
            wrong(f"unknown kind '{value['kind']}'; there are: {', '.join(LINES)}", "kind")
        if value["country"] not in countries:
            wrong(f"country '{value['country']}' is not among the countries of this file", "country")
        if value["source"] not in sources:
            wrong(f"source '{value['source']}' is not among the sources of this file", "source")
        if not _SEEN.fullmatch(value["seen"]):
            wrong("'seen' must be a day, a month or a year (2026-11-23, 2026-11, 2026)", "seen")
        if not _NUMBER.fullmatch(value.get("text_number", "00")):
            wrong("'text_number' must be a phone number", "text_number")
    faults += found
    if found:
        return None
    source = sources[value["source"]]
    cited = {**asdict(source), "year": source.year}
    return Helpline(**{**value, "numbers": tuple(value.get("numbers", ())), "source": cited})


def _entries(file: YamlFile, faults: list[Fault], section: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the mappings in the list of a section with their places in it, with a fault for each other item."""
    items = file.data[section]
    if not isinstance(items, list):
        faults.append(file.fault("a list is expected here", section))
        return []
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            faults.append(file.fault("a mapping is expected here", section, index))
    return [(index, item) for index, item in enumerate(items) if isinstance(item, dict)]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: object, form: re.Pattern[str]) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and form.fullmatch(item) for item in value)
