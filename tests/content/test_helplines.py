"""The table of helplines: grounded in the evidence, and strict about its form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from latch.content.helplines import TABLE as TABLE_IN_DATA
from latch.content.helplines import load_helplines
from latch.content.yaml_file import ContentError
from latch.helplines import Helpline, Helplines

TABLE = Path(__file__).parents[2] / "data" / TABLE_IN_DATA
Facts = dict[str, dict[str, Any]]


def _stands_in(number: str, statement: str) -> bool:
    """Tell whether a number stands in a statement as a whole, not as a part of a longer one."""
    return bool(re.search(rf"(?<![\d-]){re.escape(number)}(?![\d-]| \d)", statement))


def _numbers(row: Helpline) -> list[str]:
    return [*row.numbers, *([row.text_number] if row.text_number else [])]


def test_every_number_stands_literally_in_the_statement_of_its_fact(helplines: Helplines, facts: Facts) -> None:
    for row in helplines.rows:
        for number in _numbers(row):
            assert _stands_in(number, facts[row.fact]["statement"]), (row.country, row.name, number)


def test_every_text_word_and_address_stands_in_the_statement_of_its_fact(helplines: Helplines, facts: Facts) -> None:
    for row in helplines.rows:
        assert row.text_word in facts[row.fact]["statement"]
        assert row.url.removeprefix("https://") in facts[row.fact]["statement"]


def test_every_figure_in_hours_and_remarks_stands_in_the_fact_or_its_note(helplines: Helplines, facts: Facts) -> None:
    for row in helplines.rows:
        fact = f"{facts[row.fact]['statement']} {facts[row.fact].get('note') or ''}"
        for figure in re.findall(r"\d+", " ".join((row.hours, row.about, row.area, row.caution))):
            assert re.search(rf"(?<!\d){figure}(?!\d)", fact), (row.name, figure)


def test_every_fact_speaks_of_the_country_of_its_row(helplines: Helplines, facts: Facts) -> None:
    ids = {"GB": "uk"}
    for row in helplines.rows:
        assert ids.get(row.country, row.country.lower()) in re.split("-", row.fact), (row.country, row.fact)


def test_every_helpline_fact_has_a_row_or_is_known_to_need_none(helplines: Helplines, facts: Facts) -> None:
    without = {"helplines-uk", "helplines-us", "helplines-ie-es"}  # sums of other facts
    without.add("helpline-uk-silent-call")  # how to call, no line of its own
    assert set(facts) - {row.fact for row in helplines.rows} == without


def test_every_source_is_one_of_its_fact_and_as_the_article_has_it(
    helplines: Helplines, facts: Facts, article_sources: dict[str, dict[str, Any]]
) -> None:
    for row in helplines.rows:
        assert row.source["id"] in facts[row.fact]["sources"], (row.name, row.source["id"])
        recorded = article_sources[row.source["id"]]
        expected = tuple(recorded[key] for key in ("title", "publisher", "url", "date_published_or_seen"))
        assert tuple(row.source[key] for key in ("title", "publisher", "url", "date")) == expected


def test_the_date_seen_is_the_date_of_the_source(helplines: Helplines) -> None:
    for row in helplines.rows:
        assert re.search(rf"(?<!\d){row.seen}(?![\d-])", row.source["date"]), (row.name, row.seen, row.source["date"])


def test_a_line_that_the_reviewer_doubts_says_so(helplines: Helplines, facts: Facts) -> None:
    doubted = [row for row in helplines.rows if "may have changed this line" in (facts[row.fact].get("note") or "")]
    assert doubted
    assert all("may have changed" in row.caution for row in doubted)


def test_a_line_that_is_not_for_a_crisis_says_so(helplines: Helplines, facts: Facts) -> None:
    warned = [row for row in helplines.rows if "Not a crisis line" in (facts[row.fact].get("note") or "")]
    assert warned
    assert all(row.caution == "not for a crisis" for row in warned)


def test_every_country_has_an_emergency_number(helplines: Helplines) -> None:
    for country in helplines.countries.values():
        assert helplines.of(country, ["emergency"]), country


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("  kind: poison\n", "  kind: poisson\n", "unknown kind 'poisson'"),
        ('  numbers: ["911"]\n', "  numbers: [911]\n", "must be a list of phone numbers in quotes"),
        ("  hours: at any hour\n", "  hour: at any hour\n", "unknown key 'hour'"),
        ("- country: ZA\n", "- country: XX\n", "country 'XX' is not among the countries"),
        ("  source: gbv-za\n", "  source: gbv\n", "source 'gbv' is not among the sources"),
        ('  seen: "2024-10-16"\n', "  seen: 2024-10-16\n", "'seen' must be a text"),
        ("  fact: helpline-in-violence\n", "", "'fact' is missing"),
        ('  text_number: "50808"\n', "", "needs numbers, a text_number or a url"),
        ("  GB: {name: the United Kingdom}\n", "  gb: {name: the United Kingdom}\n", "not an ISO 3166 code"),
        ("- {id: gbv-za, title:", "- {id: gbv-za, titel:", "a source needs just these texts"),
    ],
)
def test_an_error_names_file_line_and_entry(tmp_path: Path, right: str, wrong: str, reason: str) -> None:
    text = TABLE.read_text(encoding="utf-8")
    line = text[: text.index(right)].count("\n") + 1
    broken = tmp_path / "helplines.yml"
    broken.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_helplines(broken)
    (found,) = [fault for fault in caught.value.faults if reason in fault.reason]
    # A key that is missing is found at the beginning of its entry, a few lines above.
    assert found.path == broken
    assert line - 4 <= found.line <= line


def test_a_file_of_another_shape_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "helplines.yml"
    broken.write_text("helpline: []\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"helplines\.yml:1: the file must hold just: countries, helplines, sources"):
        load_helplines(broken)


def test_a_table_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"nowhere\.yml"):
        load_helplines(tmp_path / "nowhere.yml")
